/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_capture.c - in, waiting, someday, actions, log: add a line, or show. */
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/lists/capture.h"
#include "project/directory/change.h"
#include "project/lists/collect.h"
#include "project/commands/command.h"
#include "project/directory/git.h"
#include "project/text/heard.h"
#include "project/lists/item_change.h"
#include "project/directory/parts.h"

/* ---- showing ------------------------------------------------------------ */

static int show(struct call *call, struct items *items, struct err *e)
{
	SCOPED_OUT struct out out;

	out_init(&out, call->settings);
	items_print(items, &call->gtd, &out);
	return out_flush(&out, e);
}

static int show_list(struct call *call, enum list_file file, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };

	if (view_list(&call->gtd, file, &items, e) < 0)
		return -e->code;
	return show(call, &items, e);
}

/* ---- one line ----------------------------------------------------------- */

/* The operands as a text whose days are dates; the caller's. */
static int text_given(struct call *call, int first, char **ret, struct err *e)
{
	SCOPED_TEXT char *text = NULL;
	SCOPED_BUF struct buf dated = { 0 };

	if (call_text_needed(call, first, &text, e) < 0)
		return -e->code;
	if (capture_dates(text, call->gtd.today, &dated, e) < 0)
		return err_wrap(e, "%s", call->command->name);
	*ret = buf_give(&dated);
	return 0;
}

static bool is_outline(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".otl") == 0;
}

/*
 * While a rebase is stopped in the directory, "git rebase --abort" would take
 * a capture along: it goes to a file that git does not know, which is read as
 * part of the inbox.
 */
static char *capture_file(struct call *call, enum list_file file)
{
	return file == FILE_INBOX && git_is_stopped(&call->gtd)
		       ? mem_copy("inbox.stopped")
		       : gtd_list_file(&call->gtd, file);
}

static int append_line(struct call *call, enum list_file file, const char *text,
		       struct err *e)
{
	SCOPED_TEXT char *path = capture_file(call, file);
	SCOPED_TEXT char *line = capture_line(text, file_reading(path),
					      is_outline(path),
					      file == FILE_WAITING);

	if (change_one_line(&call->gtd, call->command->name, path, line, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", path, line);
	return 0;
}

static int run_waiting(struct call *call, struct err *e)
{
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *whole = NULL;
	char day[DATE_BYTES];

	if (call->count == 0)
		return show_list(call, FILE_WAITING, e);
	if (text_given(call, 0, &text, e) < 0)
		return -e->code;
	whole = mem_printf("%s (since %s)", text,
			   date_text(call->gtd.today, day));
	return append_line(call, FILE_WAITING, whole, e);
}

static int run_someday(struct call *call, struct err *e)
{
	SCOPED_TEXT char *text = NULL;

	if (call->count == 0)
		return show_list(call, FILE_SOMEDAY, e);
	if (text_given(call, 0, &text, e) < 0)
		return -e->code;
	return append_line(call, FILE_SOMEDAY, text, e);
}

/* ---- many lines --------------------------------------------------------- */

enum { CAPTURE_MAX_BYTES = 1 << 20 };

/*
 * Lines from standard input. Each is a change of its own, and the directory is
 * not locked in between: who writes them may take all day. A line longer than
 * CAPTURE_MAX_BYTES goes on in the next item.
 */
struct stream {
	struct call *call;
	const char *path, *lead; /* the file; what goes before each line */
	struct buf pending;
	size_t count;
};

static int add_line(struct stream *s, const char *line, size_t len_bytes,
		    struct err *e)
{
	SCOPED_BUF struct buf shown = { 0 };
	SCOPED_BUF struct buf whole = { 0 };
	SCOPED_TEXT char *boxed = NULL;
	struct gtd *gtd = &s->call->gtd;
	struct err bad = { 0 };
	int rc;

	if (len_bytes > 0 && line[len_bytes - 1] == '\r')
		len_bytes--;
	if (len_bytes == 0)
		return 0;
	capture_clean(line, len_bytes, &shown);
	buf_add_text(&whole, s->lead);
	if (capture_dates(buf_text(&shown), gtd->today, &whole, &bad) < 0)
		log_warn("captured as it is: %s", bad.text);
	if (s->lead[0] == '\0')
		heard_add(&whole, gtd->today);
	if (file_reading(s->path) == READ_NOTE)
		boxed = capture_line(buf_text(&whole), READ_NOTE, false, true);
	rc = change_one_line(gtd, s->call->command->name, s->path,
			     boxed != NULL ? boxed : buf_text(&whole), e);
	gtd_unlock(gtd);
	s->count += rc == 0;
	return rc;
}

/* All complete lines of what is pending. */
static int add_pending(struct stream *s, bool at_end, struct err *e)
{
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && at < s->pending.len_bytes) {
		const char *line = s->pending.data + at;
		size_t left = s->pending.len_bytes - at;
		const char *end = memchr(line, '\n', left);
		size_t len = end != NULL ? (size_t)(end - line) : left;

		if (end == NULL && !at_end && left < CAPTURE_MAX_BYTES)
			break;
		if (len > CAPTURE_MAX_BYTES || (end == NULL && !at_end)) {
			len = text_cut(line, len, CAPTURE_MAX_BYTES);
			log_warn("a line is longer than %d bytes: the rest "
				 "is the next item",
				 CAPTURE_MAX_BYTES);
			end = NULL;
		}
		rc = add_line(s, line, len, e);
		at += len + (end != NULL);
	}
	if (at > 0) {
		memmove(s->pending.data, s->pending.data + at,
			s->pending.len_bytes - at);
		buf_cut(&s->pending, s->pending.len_bytes - at);
	}
	return rc;
}

static int read_lines(struct stream *s, struct err *e)
{
	char bytes[4096];

	for (;;) {
		ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "read standard input");
		if (n == 0)
			return add_pending(s, true, e);
		buf_add(&s->pending, bytes, (size_t)n);
		if (add_pending(s, false, e) < 0)
			return -e->code;
	}
}

/* take_path is the file that the lines go to. */
static int append_stream(struct call *call, char *take_path, const char *lead,
			 struct err *e)
{
	SCOPED_TEXT char *path = take_path;
	struct stream s = { .call = call, .path = path, .lead = lead };
	int rc;

	gtd_unlock(&call->gtd);
	rc = read_lines(&s, e);
	buf_fini(&s.pending);
	if (rc == 0)
		tell(call->settings, "%s: %zu line%s added", path, s.count,
		     s.count == 1 ? "" : "s");
	return rc;
}

static bool is_dash(const struct call *call, int first)
{
	return call->count == first + 1 &&
	       strcmp(call->operands[first], "-") == 0;
}

/* A capture is never refused for a day that is none. */
static int run_in(struct call *call, struct err *e)
{
	SCOPED_BUF struct buf dated = { 0 };
	SCOPED_TEXT char *text = NULL;
	struct err bad = { 0 };

	if (call->count == 0)
		return show_list(call, FILE_INBOX, e);
	if (is_dash(call, 0))
		return append_stream(call, capture_file(call, FILE_INBOX), "",
				     e);
	if (call_text_needed(call, 0, &text, e) < 0)
		return -e->code;
	if (capture_dates(text, call->gtd.today, &dated, &bad) < 0)
		log_warn("captured as it is: %s", bad.text);
	return append_line(call, FILE_INBOX, buf_text(&dated), e);
}

/* ---- one project's actions and log -------------------------------------- */

/* A project's file, with the lock held if something is to change. */
static int open_project(struct call *call, enum part part, bool change,
			struct source *ret, char **ret_file, struct err *e)
{
	int rc = change ? gtd_lock(&call->gtd, e) : 0;

	*ret = (struct source){ 0 };
	if (rc == 0)
		rc = call_project(call, 0, &ret->place, e);
	if (rc == 0)
		rc = item_file(&call->gtd, &ret->place, part, ret_file, e);
	return rc;
}

static int add_action(struct call *call, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *what = NULL;
	struct source to;

	if (text_given(call, 1, &text, e) < 0 ||
	    open_project(call, PART_ACTIONS, true, &to, &file, e) < 0)
		return -e->code;
	what = mem_printf("actions %s", to.place.name);
	change_begin_capture(&change, &call->gtd, what);
	if (item_add(&change, &to, text, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", to.place.name, text);
	return 0;
}

/* In a pipe: the number, "x" or a space, the text. */
static void print_plain(const struct items *items, struct out *out)
{
	size_t n = 0;

	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if (item->done)
			out_printf(out, "\tx\t");
		else
			out_printf(out, "%zu\t \t", ++n);
		out_text(out, item->text, strlen(item->text));
		buf_add_char(&out->text, '\n');
	}
}

static int run_actions(struct call *call, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *view = NULL;
	SCOPED_OUT struct out out;
	struct source of;

	out_init(&out, call->settings);
	if (call->count > 1)
		return add_action(call, e);
	if (open_project(call, PART_ACTIONS, false, &of, &file, e) < 0 ||
	    view_actions(&call->gtd, &of.place, call->settings->all, &items,
			 e) < 0)
		return -e->code;
	view = mem_printf("actions %s", of.place.name);
	items.what = view;
	if (out.tty || out.say || call->settings->json)
		items_print(&items, &call->gtd, &out);
	else {
		print_plain(&items, &out);
		items_remember(&items, &call->gtd);
	}
	return out_flush(&out, e);
}

static int log_stream(struct call *call, char *take_file,
		      const struct source *of, struct err *e)
{
	char lead[DATE_BYTES + 1], day[DATE_BYTES];

	if (of->place.suffix[0] != '\0') {
		free(take_file);
		return err_say(e, ENOTDIR,
			       "%s is a single file: its log takes one line "
			       "at a time",
			       of->place.name);
	}
	snprintf(lead, sizeof(lead), "%s ", date_text(call->gtd.today, day));
	return append_stream(call, take_file, lead, e);
}

static int run_log(struct call *call, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *what = NULL;
	struct source of;
	char day[DATE_BYTES];

	if (!is_dash(call, 1) && call_text_needed(call, 1, &text, e) < 0)
		return -e->code;
	if (open_project(call, PART_LOG, true, &of, &file, e) < 0)
		return -e->code;
	if (is_dash(call, 1))
		return log_stream(call, text_give(&file), &of, e);
	what = mem_printf("log %s", of.place.name);
	change_begin_capture(&change, &call->gtd, what);
	if (item_log(&change, &of, text, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s %s", of.place.name,
	     date_text(call->gtd.today, day), text);
	return 0;
}

/* ---- the table's rows --------------------------------------------------- */

/* clang-format off */
static const struct opt items_opts[] = {
	OPT_JSON,
	OPT_SAY,
};

static const struct opt actions_opts[] = {
	{ .letter = 'a', .name = "all", .kind = OPT_FLAG, OWN(all),
	  .help = "those that are done, too" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_in = {
	.name = "in",
	.args = "[TEXT...|-]",
	.help = "capture a line, or show the inbox",
	.run = run_in,
	OPTS(items_opts),
	.operands = { OPERAND_TEXT, OPERAND_TEXT },
	.max = ANY_NUMBER,
	.captures = true,
};

const struct command command_waiting = {
	.name = "waiting",
	.args = "[TEXT...]",
	.help = "what others owe you, or add to it",
	.run = run_waiting,
	OPTS(items_opts),
	.operands = { OPERAND_TEXT, OPERAND_TEXT },
	.max = ANY_NUMBER,
	.wakes = true,
	.captures = true,
};

const struct command command_someday = {
	.name = "someday",
	.args = "[TEXT...]",
	.help = "what may come one day, or add to it",
	.run = run_someday,
	OPTS(items_opts),
	.operands = { OPERAND_TEXT, OPERAND_TEXT },
	.max = ANY_NUMBER,
	.wakes = true,
	.captures = true,
};

const struct command command_actions = {
	.name = "actions",
	.aliases = { "a" },
	.args = "NAME [TEXT...]",
	.help = "list a project's open actions, or add one",
	.run = run_actions,
	OPTS(actions_opts),
	.operands = { OPERAND_PROJECT, OPERAND_TEXT },
	.min = 1,
	.max = ANY_NUMBER,
	.states = IN_ACTIVE | IN_POSTPONED,
};

const struct command command_log = {
	.name = "log",
	.args = "NAME TEXT...|-",
	.help = "add a dated line to the log",
	.run = run_log,
	.operands = { OPERAND_PROJECT, OPERAND_TEXT },
	.min = 2,
	.max = ANY_NUMBER,
	.states = IN_ACTIVE | IN_POSTPONED,
};
