/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_act.c - next, actions, do, log, in, waiting, someday. */
#include <string.h>
#include <unistd.h>

#include "core/lines.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/actions.h"
#include "project/change.h"
#include "project/command.h"
#include "project/items.h"
#include "project/scan.h"

/* ---- collecting --------------------------------------------------------- */

typedef bool wanted_fn(const struct action *action, struct date today);

struct collect {
	struct call *call;
	struct items *items;
	wanted_fn *wanted;
	const char *context; /* "@home", or NULL: any */
	bool all; /* every one that is wanted, not only the first */
};

static bool is_waiting(const struct action *action, struct date today)
{
	(void)today;
	return !action->done && action->waiting;
}

static bool is_someday(const struct action *action, struct date today)
{
	(void)today;
	return !action->done && action->someday;
}

static bool is_open(const struct action *action, struct date today)
{
	(void)today;
	return !action->done && !action->has_open_below;
}

static void collect_actions(const struct collect *c, const char *source,
			    const struct actions *actions, bool all)
{
	for (size_t i = 0; i < actions->count; i++) {
		const struct action *a = &actions->list[i];
		const char *context = NULL;
		size_t bytes;

		if (!c->wanted(a, c->call->gtd.today) ||
		    (c->context != NULL && !action_has_word(a, c->context)))
			continue;
		bytes = c->context != NULL ? strlen(c->context)
					   : action_context(a, &context);
		items_add(c->items, c->context != NULL ? c->context : context,
			  bytes, source, a->text, a->len_bytes, a->due);
		if (!all)
			return;
	}
}

static int collect_project(const struct place *place, unsigned char d_type,
			   void *data)
{
	struct collect *c = data;
	SCOPED_BUF struct buf text = { 0 };
	struct actions actions = { 0 };
	struct err e = { 0 };

	(void)d_type;
	if (project_actions(&c->call->gtd, place, &text, &actions, &e) < 0)
		log_warn("%s: %s", place->name, e.text);
	collect_actions(c, place->name, &actions, c->all);
	actions_fini(&actions);
	return 0;
}

/* A list of the directory's own ("nextactions"): every line counts. */
static int collect_file(const struct collect *c, enum list_file file,
			struct err *e)
{
	SCOPED_TEXT char *path = gtd_list_file(&c->call->gtd, file);
	SCOPED_BUF struct buf text = { 0 };
	struct actions actions = { 0 };

	if (gtd_read(&c->call->gtd, path, &text, e) < 0)
		return -e->code;
	actions_read(&actions, buf_text(&text), text.len_bytes);
	collect_actions(c, path, &actions, true);
	actions_fini(&actions);
	return 0;
}

static int print_items(const struct call *call, struct items *items,
		       struct err *e)
{
	SCOPED_OUT struct out out;

	out_init(&out, call->settings);
	items_sort(items);
	items_print(items, call->settings, &out);
	return out_flush(&out, e);
}

/* ---- next --------------------------------------------------------------- */

static char *context_wanted(const struct call *call)
{
	const char *word = call->count > 0 ? call->operands[0]
					   : call->settings->context;

	if (word == NULL || word[0] == '\0')
		return NULL;
	return word[0] == '@' ? mem_copy(word) : mem_printf("@%s", word);
}

static int run_next(struct call *call, struct err *e)
{
	SCOPED_ITEMS struct items items = { .date_word = "due" };
	SCOPED_TEXT char *context = context_wanted(call);
	struct collect c = {
		.call = call,
		.items = &items,
		.wanted = action_is_next,
		.context = context,
		.all = call->settings->all,
	};

	if (place_each(&call->gtd, STATE_ACTIVE, "", collect_project, &c, e) <
		    0 ||
	    collect_file(&c, FILE_NEXT, e) < 0)
		return -e->code;
	return print_items(call, &items, e);
}

/* clang-format off */
static const struct opt next_opts[] = {
	{ .letter = 'c', .name = "context", .kind = OPT_TEXT, OWN(context),
	  .arg = "CONTEXT",
	  .help = "only what can be done there (@home, @phone ...)" },
	{ .letter = 'a', .name = "all", .kind = OPT_FLAG, OWN(all),
	  .help = "every open action, not only the first" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_next = {
	.name = "next",
	.args = "[@CONTEXT]",
	.help = "the next action of every project",
	.run = run_next,
	OPTS(next_opts),
	.operands = { OPERAND_CONTEXT },
	.max = 1,
	.wakes = true,
};

/* ---- lists that also take a line ---------------------------------------- */

static int append_line(struct call *call, enum list_file file, const char *line,
		       struct err *e)
{
	SCOPED_TEXT char *path = gtd_list_file(&call->gtd, file);

	if (change_one_line(&call->gtd, call->command->name, path, line, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", path, line);
	return 0;
}

static int run_waiting(struct call *call, struct err *e)
{
	SCOPED_ITEMS struct items items = { .date_word = "due" };
	struct collect c = {
		.call = call, .items = &items, .wanted = is_waiting, .all = true
	};

	if (call->count > 0) {
		SCOPED_TEXT char *text = call_text(call, 0);
		SCOPED_TEXT char *line = NULL;
		char day[DATE_BYTES];

		line = mem_printf("- [ ] %s (since %s)", text,
				  date_text(call->gtd.today, day));
		return append_line(call, FILE_WAITING, line, e);
	}
	if (place_each(&call->gtd, STATE_ACTIVE, "", collect_project, &c, e) <
	    0)
		return -e->code;
	c.wanted = is_open;
	if (collect_file(&c, FILE_WAITING, e) < 0)
		return -e->code;
	return print_items(call, &items, e);
}

/* clang-format off */
static const struct opt items_opts[] = {
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_waiting = {
	.name = "waiting",
	.args = "[TEXT...]",
	.help = "what others owe you, or add to it",
	.run = run_waiting,
	OPTS(items_opts),
	.operands = { OPERAND_TEXT, OPERAND_TEXT },
	.max = ANY_NUMBER,
	.wakes = true,
};

static int collect_postponed(const struct place *place, unsigned char d_type,
			     void *data)
{
	struct collect *c = data;
	SCOPED_TEXT char *path = place_path(place);
	struct marks marks = { 0 };

	(void)d_type;
	(void)!marks_read(&c->call->gtd, path, &marks, NULL);
	items_add(c->items, NULL, 0, place->name, "", 0,
		  marks.dates[MARK_UNTIL]);
	return 0;
}

static int run_someday(struct call *call, struct err *e)
{
	SCOPED_ITEMS struct items items = { .date_word = "until" };
	struct collect c = {
		.call = call, .items = &items, .wanted = is_someday, .all = true
	};

	if (call->count > 0) {
		SCOPED_TEXT char *text = call_text(call, 0);
		SCOPED_TEXT char *line = mem_printf("- %s", text);

		return append_line(call, FILE_SOMEDAY, line, e);
	}
	if (place_each(&call->gtd, STATE_POSTPONED, "", collect_postponed, &c,
		       e) < 0 ||
	    place_each(&call->gtd, STATE_ACTIVE, "", collect_project, &c, e) <
		    0)
		return -e->code;
	c.wanted = is_open;
	if (collect_file(&c, FILE_SOMEDAY, e) < 0)
		return -e->code;
	return print_items(call, &items, e);
}

const struct command command_someday = {
	.name = "someday",
	.args = "[TEXT...]",
	.help = "what may come one day, or add to it",
	.run = run_someday,
	OPTS(items_opts),
	.operands = { OPERAND_TEXT, OPERAND_TEXT },
	.max = ANY_NUMBER,
	.wakes = true,
};

/* ---- in ----------------------------------------------------------------- */

/*
 * Lines from standard input. Each is a change of its own, and the directory is
 * not locked in between: who writes them may take all day.
 */
struct stream {
	struct call *call;
	const char *path, *lead; /* the file; what goes before each line */
	size_t count;
	struct err *e;
};

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct stream *s = data;
	struct gtd *gtd = &s->call->gtd;
	SCOPED_BUF struct buf shown = { 0 };
	int rc;

	if (cut)
		log_warn("a line was longer than %d bytes and was cut",
			 LINES_MAX_BYTES);
	if (len_bytes == 0)
		return 0;
	buf_add_text(&shown, s->lead);
	text_escape(&shown, line, len_bytes);
	rc = change_one_line(gtd, s->call->command->name, s->path, shown.data,
			     s->e);
	gtd_unlock(gtd);
	s->count += rc == 0;
	return rc;
}

static int read_lines(struct stream *s, struct err *e)
{
	struct lines lines = { 0 };
	char bytes[4096];
	int rc = 0;

	while (rc == 0) {
		ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_set(e, errno, "read standard input");
		if (n <= 0)
			break;
		rc = lines_feed(&lines, bytes, (size_t)n, on_line, s);
	}
	if (rc == 0)
		rc = lines_end(&lines, on_line, s);
	lines_fini(&lines);
	return rc;
}

/* take_path is the file that the lines go to. */
static int append_stream(struct call *call, char *take_path, const char *lead,
			 struct err *e)
{
	SCOPED_TEXT char *path = take_path;
	struct stream s = { .call = call, .path = path, .lead = lead, .e = e };
	int rc;

	gtd_unlock(&call->gtd);
	rc = read_lines(&s, e);
	if (rc == 0)
		tell(call->settings, "%s: %zu line%s added", path, s.count,
		     s.count == 1 ? "" : "s");
	return rc;
}

static int show_inbox(struct call *call, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct collect c = {
		.call = call, .items = &items, .wanted = is_open, .all = true
	};

	if (collect_file(&c, FILE_INBOX, e) < 0)
		return -e->code;
	return print_items(call, &items, e);
}

static bool is_dash(const struct call *call, int first)
{
	return call->count == first + 1 &&
	       strcmp(call->operands[first], "-") == 0;
}

static int run_in(struct call *call, struct err *e)
{
	SCOPED_TEXT char *text = NULL;

	if (call->count == 0)
		return show_inbox(call, e);
	if (is_dash(call, 0))
		return append_stream(
			call, gtd_list_file(&call->gtd, FILE_INBOX), "", e);
	text = call_text(call, 0);
	if (text[strspn(text, " ")] == '\0')
		return err_usage(e, "in: nothing to capture");
	return append_line(call, FILE_INBOX, text, e);
}

const struct command command_in = {
	.name = "in",
	.args = "[TEXT...|-]",
	.help = "capture a line, or show the inbox",
	.run = run_in,
	OPTS(items_opts),
	.operands = { OPERAND_TEXT, OPERAND_TEXT },
	.max = ANY_NUMBER,
};

/* ---- one project's actions and log -------------------------------------- */

/* A project's file, with the lock held: refuses a plain-file project. */
struct opened {
	struct place place;
	char *path, *file; /* owned: the project's; the part's */
	struct buf text;
};

static void opened_fini(struct opened *o)
{
	free(o->path);
	free(o->file);
	buf_fini(&o->text);
}

#define SCOPED_OPENED ON_SCOPE_EXIT(opened_fini)

static int open_part(struct opened *o, struct call *call, enum part part,
		     bool change, struct err *e)
{
	int rc = change ? gtd_lock(&call->gtd, e) : 0;

	if (rc == 0)
		rc = call_project(call, 0, &o->place, e);
	if (rc < 0)
		return rc;
	o->path = place_path(&o->place);
	if (!gtd_is_dir(&call->gtd, o->path))
		return err_say(e, ENOTDIR,
			       "%s is a single file: it has no %s of its own",
			       o->place.name, part_name(part));
	o->file = gtd_part_file(&call->gtd, o->path, part);
	return gtd_read(&call->gtd, o->file, &o->text, e);
}

static bool is_outline(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".otl") == 0;
}

static int add_action(struct call *call, struct err *e)
{
	SCOPED_OPENED struct opened o = { 0 };
	SCOPED_TEXT char *text = call_text(call, 1);
	SCOPED_TEXT char *line = NULL;
	SCOPED_TEXT char *what = NULL;

	if (open_part(&o, call, PART_ACTIONS, true, e) < 0)
		return -e->code;
	line = mem_printf("%s%s", is_outline(o.file) ? "[_] " : "[ ] ", text);
	what = mem_printf("actions %s", o.place.name);
	if (change_one_line(&call->gtd, what, o.file, line, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", o.place.name, text);
	return 0;
}

static void print_action(struct out *out, const struct action *a, size_t n)
{
	if (a->done)
		out_printf(out, out->tty ? "    [x] " : "\tx\t");
	else if (out->tty)
		out_printf(out, "%3zu [ ] ", n);
	else
		out_printf(out, "%zu\t \t", n);
	out_rest(out, a->text, a->len_bytes, 8);
	buf_add_char(&out->text, '\n');
}

static int run_actions(struct call *call, struct err *e)
{
	SCOPED_OPENED struct opened o = { 0 };
	SCOPED_OUT struct out out;
	struct actions actions = { 0 };
	size_t n = 0;

	out_init(&out, call->settings);
	if (call->count > 1)
		return add_action(call, e);
	if (open_part(&o, call, PART_ACTIONS, false, e) < 0)
		return -e->code;
	actions_read(&actions, buf_text(&o.text), o.text.len_bytes);
	for (size_t i = 0; i < actions.count; i++) {
		const struct action *a = &actions.list[i];

		n += !a->done;
		if (!a->done || call->settings->all)
			print_action(&out, a, n);
	}
	actions_fini(&actions);
	return out_flush(&out, e);
}

/* clang-format off */
static const struct opt actions_opts[] = {
	{ .letter = 'a', .name = "all", .kind = OPT_FLAG, OWN(all),
	  .help = "those that are done, too" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

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

/* The open action of that number, as "actions" counts; 0: the next one. */
static const struct action *pick(const struct actions *actions, unsigned number,
				 struct date today)
{
	unsigned n = 0;

	if (number == 0)
		return actions_next(actions, today);
	for (size_t i = 0; i < actions->count; i++)
		if (!actions->list[i].done && ++n == number)
			return &actions->list[i];
	return NULL;
}

/* Tick it off, and put it into the log: one change. */
static int finish(struct call *call, struct opened *o,
		  const struct action *action, struct err *e)
{
	SCOPED_TEXT char *log = gtd_part_file(&call->gtd, o->path, PART_LOG);
	SCOPED_TEXT char *what = mem_printf("do %s", o->place.name);
	SCOPED_TEXT char *line = NULL;
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	char day[DATE_BYTES];
	int rc;

	line = mem_printf("%s %.*s", date_text(call->gtd.today, day),
			  (int)action->len_bytes, action->text);
	action_mark_done(action, buf_text(&o->text), o->text.len_bytes,
			 is_outline(o->file), &text);
	if (change_begin(&change, &call->gtd, what, e) < 0)
		return -e->code;
	rc = change_text(&change, o->file, buf_text(&o->text),
			 o->text.len_bytes, text.data, text.len_bytes, e);
	if (rc == 0)
		rc = change_append(&change, log, line, e);
	return rc;
}

static void tell_next(struct call *call, const struct actions *actions,
		      const struct action *done)
{
	for (size_t i = 0; i < actions->count; i++) {
		const struct action *a = &actions->list[i];

		if (a != done && action_is_next(a, call->gtd.today)) {
			tell(call->settings, "next: %.*s", (int)a->len_bytes,
			     a->text);
			return;
		}
	}
	tell(call->settings, "no further action");
}

static int run_do(struct call *call, struct err *e)
{
	SCOPED_OPENED struct opened o = { 0 };
	struct actions actions = { 0 };
	const struct action *action;
	unsigned number = 0;
	int rc;

	if (call->count > 1 &&
	    opt_uint("do", call->operands[1], 1, 1000000, &number, e) < 0)
		return -e->code;
	if (open_part(&o, call, PART_ACTIONS, true, e) < 0)
		return -e->code;
	actions_read(&actions, buf_text(&o.text), o.text.len_bytes);
	action = pick(&actions, number, call->gtd.today);
	if (action == NULL)
		rc = number == 0 ? err_say(e, ENOENT, "%s has no next action",
					   o.place.name)
				 : err_say(e, ENOENT,
					   "%s has no open action number %u",
					   o.place.name, number);
	else
		rc = finish(call, &o, action, e);
	if (rc == 0 && action != NULL) {
		tell(call->settings, "%s: done: %.*s", o.place.name,
		     (int)action->len_bytes, action->text);
		tell_next(call, &actions, action);
	}
	actions_fini(&actions);
	return rc;
}

const struct command command_do = {
	.name = "do",
	.args = "NAME [NUMBER]",
	.help = "tick an action off and put it into the log",
	.run = run_do,
	.operands = { OPERAND_PROJECT, OPERAND_NONE },
	.min = 1,
	.max = 2,
	.states = IN_ACTIVE,
};

static int log_text(struct call *call, const struct opened *o, const char *lead,
		    struct err *e)
{
	SCOPED_TEXT char *text = call_text(call, 1);
	SCOPED_TEXT char *line = mem_printf("%s%s", lead, text);
	SCOPED_TEXT char *what = mem_printf("log %s", o->place.name);

	if (change_one_line(&call->gtd, what, o->file, line, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", o->place.name, line);
	return 0;
}

static int run_log(struct call *call, struct err *e)
{
	SCOPED_OPENED struct opened o = { 0 };
	char lead[DATE_BYTES + 1], day[DATE_BYTES];

	if (open_part(&o, call, PART_LOG, true, e) < 0)
		return -e->code;
	snprintf(lead, sizeof(lead), "%s ", date_text(call->gtd.today, day));
	if (is_dash(call, 1))
		return append_stream(call, text_give(&o.file), lead, e);
	return log_text(call, &o, lead, e);
}

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
