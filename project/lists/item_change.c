/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/item_change.h"

#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "project/lists/capture.h"
#include "project/text/note.h"
#include "project/text/recur.h"
#include "project/directory/parts.h"
#include "project/lists/reminders.h"
#include "project/text/tickler.h"

static bool is_outline(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".otl") == 0;
}

static bool is_tickler(const char *file)
{
	return strncmp(file, "tickler", 7) == 0;
}

static int write_sheet(struct change *change, const struct sheet *sheet,
		       const struct buf *text, struct err *e)
{
	const struct buf *raw = sheet_raw(sheet);

	return change_text(change, sheet->file, buf_text(raw), raw->len_bytes,
			   buf_text(text), text->len_bytes, e);
}

/* A note's actions stand together; elsewhere a new one is the last line. */
static int add_to_file(struct change *change, const char *file,
		       const char *line, struct err *e)
{
	SCOPED_SHEET struct sheet sheet = { 0 };
	SCOPED_BUF struct buf text = { 0 };

	if (file_reading(file) != READ_BOXES || !gtd_exists(change->gtd, file))
		return change_append(change, file, line, e);
	if (sheet_of_file(change->gtd, file, &sheet, e) < 0)
		return -e->code;
	note_add_action(&sheet.text, &sheet.actions, line, &text);
	return write_sheet(change, &sheet, &text, e);
}

int item_file(const struct gtd *gtd, const struct place *place, enum part part,
	      char **ret, struct err *e)
{
	SCOPED_TEXT char *path = place_path(place);

	if (place->suffix[0] == '\0' && !gtd_is_dir(gtd, path))
		return err_say(e, ENOTDIR,
			       "%s is a single file: it has no %s of its own",
			       place->name, part_name(part));
	*ret = gtd_part_file(gtd, path, part);
	return 0;
}

int item_add(struct change *change, const struct source *to, const char *text,
	     struct err *e)
{
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *line = NULL;
	int rc = 0;

	if (to->is_list)
		file = gtd_list_file(change->gtd, to->list);
	else
		rc = item_file(change->gtd, &to->place, PART_ACTIONS, &file, e);
	if (rc < 0 || file == NULL)
		return rc;
	line = capture_line(text, file_reading(file), is_outline(file),
			    to->is_list && to->list == FILE_WAITING);
	return add_to_file(change, file, line, e);
}

int item_add_waiting(struct change *change, const char *text, struct date due,
		     struct err *e)
{
	const struct source waiting = { .is_list = true, .list = FILE_WAITING };
	SCOPED_BUF struct buf line = { 0 };
	char day[DATE_BYTES];

	buf_add_text(&line, text);
	if (date_is_set(due))
		buf_addf(&line, " due:%s", date_text(due, day));
	buf_addf(&line, " (since %s)", date_text(change->gtd->today, day));
	return item_add(change, &waiting, buf_text(&line), e);
}

static int add_log_to_note(struct change *change, const char *file,
			   const char *line, struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read(change->gtd, file, &old, e) < 0)
		return -e->code;
	note_add_log(&old, line, &text);
	return change_text(change, file, buf_text(&old), old.len_bytes,
			   buf_text(&text), text.len_bytes, e);
}

int item_log(struct change *change, const struct source *of, const char *text,
	     struct err *e)
{
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *line = NULL;
	char day[DATE_BYTES];

	if (of->is_list)
		file = gtd_list_file(change->gtd, FILE_DONE);
	else if (item_file(change->gtd, &of->place, PART_LOG, &file, e) < 0)
		return -e->code;
	line = mem_printf("%s %s", date_text(change->gtd->today, day), text);
	return !of->is_list && of->place.suffix[0] != '\0'
		       ? add_log_to_note(change, file, line, e)
		       : change_append(change, file, line, e);
}

/* Where the line after action, or after all that is below it, begins. */
static size_t end_of(const struct sheet *sheet, const struct action *action,
		     bool with_below)
{
	const struct action *last = action;
	const struct action *end = sheet->actions.list + sheet->actions.count;

	while (with_below && last + 1 < end && last[1].indent > action->indent)
		last++;
	return min_size(last->line_at + last->line_bytes + 1,
			sheet->text.len_bytes);
}

static int cut_out(struct change *change, const struct sheet *sheet,
		   const struct action *action, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	bool with_below = strchr(sheet->file, '/') != NULL &&
			  !is_tickler(sheet->file);
	size_t end = end_of(sheet, action, with_below);

	buf_add(&text, buf_text(&sheet->text), action->line_at);
	buf_add(&text, sheet->text.data + end, sheet->text.len_bytes - end);
	return write_sheet(change, sheet, &text, e);
}

int item_remove(struct change *change, const struct picked *picked,
		char **ret_text, struct err *e)
{
	SCOPED_SHEET struct sheet sheet = { 0 };
	const struct action *action = NULL;

	if (picked_find(change->gtd, picked, &sheet, &action, e) < 0 ||
	    cut_out(change, &sheet, action, e) < 0)
		return -e->code;
	*ret_text = action_text(action);
	return 0;
}

int item_set_text(struct change *change, const struct picked *picked,
		  const char *text, struct err *e)
{
	SCOPED_SHEET struct sheet sheet = { 0 };
	SCOPED_BUF struct buf whole = { 0 };
	const struct action *action = NULL;
	size_t at, end;

	if (picked_find(change->gtd, picked, &sheet, &action, e) < 0)
		return -e->code;
	at = (size_t)(action->text - buf_text(&sheet.text));
	end = at + action->len_bytes;
	buf_add(&whole, sheet.text.data, at);
	buf_add_text(&whole, text);
	buf_add(&whole, sheet.text.data + end, sheet.text.len_bytes - end);
	return write_sheet(change, &sheet, &whole, e);
}

/* ---- done --------------------------------------------------------------- */

/* The source that a file belongs to. */
static bool source_of_file(const char *file, struct source *ret)
{
	const char *slash = strrchr(file, '/');
	SCOPED_TEXT char *path = NULL;

	*ret = (struct source){ 0 };
	ret->is_list = slash == NULL;
	if (ret->is_list ||
	    (name_is_markdown(file) && place_of_path(file, &ret->place)))
		return true;
	path = mem_text(file, (size_t)(slash - file));
	return place_of_path(path, &ret->place);
}

/* Obsidian's Tasks keep the day in the line: a note has no log of what is done.
 */
static void add_done_day(struct change *change, const struct action *action,
			 const struct sheet *sheet, struct buf *text)
{
	SCOPED_TEXT char *mark = NULL;
	size_t tail = sheet->text.len_bytes -
		      (size_t)(action->text - sheet->text.data) -
		      action->len_bytes;
	SCOPED_BUF struct buf rest = { 0 };
	char day[DATE_BYTES];

	buf_add(&rest, text->data + text->len_bytes - tail, tail);
	buf_cut(text, text->len_bytes - tail);
	mark = mem_printf(" \xe2\x9c\x85 %s",
			  date_text(change->gtd->today, day));
	buf_add_text(text, mark);
	buf_add(text, buf_text(&rest), rest.len_bytes);
}

/*
 * "(A) call" becomes "x 2026-11-28 call pri:A". todo.txt takes "(A) " only at
 * the line's beginning; its own tools keep it so, or drop it.
 */
static void mark_todotxt(struct change *change, const struct action *action,
			 const struct sheet *sheet, struct buf *out)
{
	const char *text = action->text;
	const char *end = sheet->text.data + sheet->text.len_bytes;
	bool has_priority = action->len_bytes > 4 && text[0] == '(' &&
			    text[1] >= 'A' && text[1] <= 'Z' &&
			    memcmp(text + 2, ") ", 2) == 0;
	size_t skip = has_priority ? 4 : 0;
	char day[DATE_BYTES];

	buf_add(out, sheet->text.data, action->mark_at);
	buf_addf(out, "x %s ", date_text(change->gtd->today, day));
	buf_add(out, text + skip, action->len_bytes - skip);
	if (has_priority)
		buf_addf(out, " pri:%c", text[1]);
	text += action->len_bytes;
	buf_add(out, text, (size_t)(end - text));
}

static int tick_off(struct change *change, const struct sheet *sheet,
		    const struct action *action, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	bool boxed = sheet->text.data + action->mark_at < action->text;

	if (sheet->reading == READ_TODOTXT && !boxed) {
		mark_todotxt(change, action, sheet, &text);
		return write_sheet(change, sheet, &text, e);
	}
	action_mark_done(action, buf_text(&sheet->text), sheet->text.len_bytes,
			 sheet->outliner, &text);
	if (sheet->reading == READ_BOXES)
		add_done_day(change, action, sheet, &text);
	return write_sheet(change, sheet, &text, e);
}

/* A reminder: its line goes, but a rule stays and is answered for today. */
static int reminder_done(struct change *change, const struct sheet *sheet,
			 const struct action *action, char **ret_text,
			 struct err *e)
{
	const struct source of = { .is_list = true, .list = FILE_DONE };
	const char *line = buf_text(&sheet->text) + action->line_at;
	size_t len = action->line_bytes;
	SCOPED_TEXT char *text = NULL;
	struct rule rule;
	bool is_rule;

	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
		len--;
	is_rule = rule_read(line, len, &rule) == RULE_YES;
	text = is_rule ? mem_text(rule.text, rule.len_bytes)
		       : action_text(action);
	if (item_log(change, &of, text, e) < 0)
		return -e->code;
	if (is_rule && rule.kind != TICKLER_ONCE) {
		if (remind_answer(change, line, action->line_bytes, e) < 0)
			return -e->code;
	} else if (cut_out(change, sheet, action, e) < 0)
		return -e->code;
	*ret_text = text_give(&text);
	return 0;
}

int item_done(struct change *change, const struct picked *picked,
	      char **ret_text, struct err *e)
{
	SCOPED_SHEET struct sheet sheet = { 0 };
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *again = NULL;
	const struct action *action = NULL;
	struct source of;
	bool inbox, unclear;
	int rc;

	if (picked_find(change->gtd, picked, &sheet, &action, e) < 0)
		return -e->code;
	if (is_tickler(sheet.file))
		return reminder_done(change, &sheet, action, ret_text, e);
	if (!source_of_file(sheet.file, &of))
		return err_say(e, EINVAL, "%s is no file of a project",
			       sheet.file);
	if (action->done)
		return err_say(e, EALREADY, "%.*s is done already",
			       (int)action->len_bytes, action->text);
	text = action_text(action);
	again = recur_text(action, buf_text(&sheet.text), sheet.text.len_bytes,
			   change->gtd->today, &unclear);
	if (unclear)
		log_warn("%s comes again, by a rule that is not read here: "
			 "write its next day yourself",
			 text);
	inbox = of.is_list && file_is_inbox(sheet.file);
	/*
	 * What is cut out is noted first: a crash in between leaves it twice,
	 * never not. What is ticked off stays where it is: there first comes
	 * what a full disk refuses, so that nothing is half there.
	 */
	rc = inbox ? item_log(change, &of, text, e)
		   : tick_off(change, &sheet, action, e);
	if (rc == 0 && inbox)
		rc = cut_out(change, &sheet, action, e);
	else if (rc == 0 && sheet.reading != READ_BOXES)
		rc = item_log(change, &of, text, e);
	if (rc == 0 && again != NULL) {
		SCOPED_TEXT char *line = capture_line(again, sheet.reading,
						      sheet.outliner, true);

		rc = add_to_file(change, sheet.file, line, e);
	}
	if (rc == 0)
		*ret_text = text_give(&text);
	return rc;
}
