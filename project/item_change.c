/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/item_change.h"

#include <string.h>

#include "core/mem.h"
#include "project/capture.h"
#include "project/reminders.h"
#include "project/tickler.h"

static bool is_outline(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".otl") == 0;
}

static bool is_tickler(const char *file)
{
	return strncmp(file, "tickler", 7) == 0;
}

int item_add(struct change *change, const struct source *to, const char *text,
	     struct err *e)
{
	SCOPED_TEXT char *path = NULL;
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *line = NULL;
	enum reading reading = READ_ACTIONS;

	if (to->is_list) {
		file = gtd_list_file(change->gtd, to->list);
		reading = to->list == FILE_INBOX ? READ_INBOX : READ_LIST;
	} else {
		path = place_path(&to->place);
		if (!gtd_is_dir(change->gtd, path))
			return err_say(e, ENOTDIR,
				       "%s is a single file: it has no "
				       "actions of its own",
				       to->place.name);
		file = gtd_part_file(change->gtd, path, PART_ACTIONS);
	}
	line = capture_line(text, reading, is_outline(file),
			    to->is_list && to->list == FILE_WAITING);
	return change_append(change, file, line, e);
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

int item_log(struct change *change, const struct source *of, const char *text,
	     struct err *e)
{
	SCOPED_TEXT char *path = of->is_list ? NULL : place_path(&of->place);
	SCOPED_TEXT char *file =
		of->is_list ? gtd_list_file(change->gtd, FILE_DONE)
			    : gtd_part_file(change->gtd, path, PART_LOG);
	char day[DATE_BYTES];
	SCOPED_TEXT char *line =
		mem_printf("%s %s", date_text(change->gtd->today, day), text);

	return change_append(change, file, line, e);
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

static int write_sheet(struct change *change, const struct sheet *sheet,
		       const struct buf *text, struct err *e)
{
	const struct buf *raw = sheet_raw(sheet);

	return change_text(change, sheet->file, buf_text(raw), raw->len_bytes,
			   buf_text(text), text->len_bytes, e);
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
	if (ret->is_list)
		return true;
	path = mem_text(file, (size_t)(slash - file));
	return place_of_path(path, &ret->place);
}

/* "rec:1w", todo.txt's: the same text with its next day; NULL: it has none. */
static char *next_time(const struct action *action, struct date today)
{
	SCOPED_TEXT char *text = action_text(action);
	const char *rec = strstr(text, "rec:");
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_TEXT char *offset = NULL;
	const char *from;
	struct date next;
	char day[DATE_BYTES];

	if (rec == NULL || (rec > text && rec[-1] != ' ') ||
	    !date_is_set(action->due))
		return NULL;
	/* "rec:+1w" counts from the day that was due, "rec:1w" from today. */
	from = rec + 4;
	offset = mem_printf(
		"+%.*s", (int)strspn(from + (*from == '+'), "0123456789dwmy"),
		from + (*from == '+'));
	if (date_parse(offset, *from == '+' ? action->due : today, &next,
		       NULL) < 0)
		return NULL;
	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (len >= 14 && strncmp(at, "due:", 4) == 0) {
			buf_addf(&out, "due:%s", date_text(next, day));
			buf_add(&out, at + 14, len - 14);
		} else
			buf_add(&out, at, len);
		at += len;
		if (*at == ' ')
			buf_add_char(&out, *at++);
	}
	return buf_give(&out);
}

static int tick_off(struct change *change, const struct sheet *sheet,
		    const struct action *action, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	action_mark_done(action, buf_text(&sheet->text), sheet->text.len_bytes,
			 sheet->outliner, &text);
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
	bool inbox;
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
	again = next_time(action, change->gtd->today);
	inbox = of.is_list && strncmp(sheet.file, "inbox", 5) == 0;
	/*
	 * What is cut out is noted first: a crash in between leaves it twice,
	 * never not. What is ticked off stays where it is: there first comes
	 * what a full disk refuses, so that nothing is half there.
	 */
	rc = inbox ? item_log(change, &of, text, e)
		   : tick_off(change, &sheet, action, e);
	if (rc == 0)
		rc = inbox ? cut_out(change, &sheet, action, e)
			   : item_log(change, &of, text, e);
	if (rc == 0 && again != NULL) {
		SCOPED_TEXT char *line = capture_line(
			again, of.is_list ? READ_LIST : READ_ACTIONS,
			sheet.outliner, true);

		rc = change_append(change, sheet.file, line, e);
	}
	if (rc == 0)
		*ret_text = text_give(&text);
	return rc;
}
