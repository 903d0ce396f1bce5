/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_list.c - list, next, stuck: what there is and what to do. */
#include <string.h>

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/text/actions.h"
#include "project/commands/command.h"
#include "project/show/out.h"
#include "project/show/say.h"
#include "project/lists/scan.h"
#include "project/directory/workspaces.h"

enum { LIST_NAME_MIN = 12, LIST_NAME_MAX = 40, LIST_FLAGS = 8 };

static bool is_due(const struct project *p, struct date today)
{
	return date_is_set(p->due) && date_days(p->due) <= date_days(today);
}

enum { FLAGS_BYTES = 56 };

/* "stuck,due,waiting": what asks for attention; and whether it is at work. */
static const char *flags_of(const struct project *p, struct date today,
			    char flags[FLAGS_BYTES])
{
	const char *words[] = {
		p->unreadable ? "unreadable" : NULL,
		p->stuck && p->place->state == STATE_ACTIVE ? "stuck" : NULL,
		is_due(p, today) ? "due" : NULL,
		p->waiting > 0 ? "waiting" : NULL,
		workspaces_has(p->place->name) ? "workspace" : NULL,
	};
	size_t n = 0;

	flags[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (words[i] != NULL)
			n += (size_t)snprintf(flags + n, FLAGS_BYTES - n,
					      "%s%s", n > 0 ? "," : "",
					      words[i]);
	return flags;
}

static const char *changed_of(const struct project *p, char day[DATE_BYTES])
{
	return p->changed == 0 ? "-" : date_text(date_of_time(p->changed), day);
}

/* ---- forms -------------------------------------------------------------- */

static void project_json(struct buf *out, const struct project *p)
{
	SCOPED_TEXT char *path = place_path(p->place);
	char day[DATE_BYTES];

	buf_add_char(out, '{');
	json_row_text(out, "name", p->place->name);
	json_row_text(out, "state", state_word(p->place->state));
	json_row_text(out, "path", path);
	json_row_text(out, "changed",
		      p->changed != 0 ? changed_of(p, day) : NULL);
	json_row_int(out, "changed_seconds", p->changed);
	json_row_text(out, "next", p->next);
	json_row_int(out, "open", p->open);
	json_row_int(out, "waiting", p->waiting);
	json_row_bool(out, "stuck",
		      p->stuck && p->place->state == STATE_ACTIVE);
	json_row_bool(out, "unreadable", p->unreadable);
	json_row_bool(out, "workspace", workspaces_has(p->place->name));
	json_row_text(out, "due",
		      date_is_set(p->due) ? date_text(p->due, day) : NULL);
	json_row_text(out, "until",
		      date_is_set(p->marks.dates[MARK_UNTIL])
			      ? date_text(p->marks.dates[MARK_UNTIL], day)
			      : NULL);
	json_row_text(out, "reviewed",
		      date_is_set(p->marks.dates[MARK_REVIEWED])
			      ? date_text(p->marks.dates[MARK_REVIEWED], day)
			      : NULL);
	buf_add_char(out, '}');
}

static size_t name_columns(const struct scan *scan)
{
	size_t widest = LIST_NAME_MIN;

	for (size_t i = 0; i < scan->count; i++) {
		const char *name = scan->list[i].place->name;

		widest = max_size(widest, text_width(name, strlen(name)));
	}
	return min_size(widest, LIST_NAME_MAX);
}

/* Name, last change, flags, next action: what is cut is at the end. */
static void list_columns(struct out *out, const struct project *p,
			 struct date today, size_t columns, bool states)
{
	char flags[FLAGS_BYTES], day[DATE_BYTES];
	size_t used = columns + 2 + 10 + 2 + LIST_FLAGS + 2;

	out_column(out, STYLE_NAME, p->place->name, columns);
	out_printf(out, "  ");
	if (states) {
		out_column(out, STYLE_DIM, state_word(p->place->state), 9);
		out_printf(out, "  ");
		used += 11;
	}
	out_column(out, STYLE_DIM, changed_of(p, day), 10);
	out_printf(out, "  ");
	out_column(out, STYLE_ALERT, flags_of(p, today, flags), LIST_FLAGS);
	out_printf(out, "  ");
	if (p->next != NULL)
		out_rest(out, p->next, strlen(p->next), used);
	buf_add_char(&out->text, '\n');
}

/* name, state, last change, next action, flags, with tabs between. */
static void list_plain(struct out *out, const struct project *p,
		       struct date today)
{
	char flags[FLAGS_BYTES], day[DATE_BYTES];

	out_text(out, p->place->name, strlen(p->place->name));
	buf_add_char(&out->text, '\t');
	buf_add_text(&out->text, state_word(p->place->state));
	buf_add_char(&out->text, '\t');
	buf_add_text(&out->text, changed_of(p, day));
	buf_add_char(&out->text, '\t');
	if (p->next != NULL)
		out_text(out, p->next, strlen(p->next));
	buf_add_char(&out->text, '\t');
	buf_add_text(&out->text, flags_of(p, today, flags));
	buf_add_char(&out->text, '\n');
}

/* states: there are others than active ones. */
static void list_said(struct out *out, const struct project *p,
		      struct date today, bool states)
{
	say_name(&out->text, p->place->name);
	if (states)
		out_printf(out, ", %s", state_word(p->place->state));
	if (is_due(p, today))
		out_printf(out, ", due");
	if (p->next != NULL) {
		out_printf(out, ": ");
		say_text(&out->text, p->next, today);
	} else if (p->waiting > 0)
		out_printf(out, ": waiting");
	else if (p->stuck && p->place->state == STATE_ACTIVE)
		out_printf(out, ": stuck, no next action");
	say_end(&out->text);
}

/* ---- all of them -------------------------------------------------------- */

struct printing {
	struct call *call;
	struct out out;
	size_t columns, count; /* count: printed so far */
	bool states; /* worth a column */
};

static void print_one(struct printing *p, const struct project *project)
{
	struct out *out = &p->out;
	struct date today = p->call->gtd.today;

	if (p->call->settings->json) {
		if (p->count > 0)
			buf_add_char(&out->text, ',');
		project_json(&out->text, project);
	} else if (p->call->settings->nul)
		buf_add(&out->text, project->place->name,
			strlen(project->place->name) + 1);
	else if (out->say)
		list_said(out, project, today, p->states);
	else if (out->tty)
		list_columns(out, project, today, p->columns, p->states);
	else
		list_plain(out, project, today);
	p->count++;
}

static void print_begin(struct printing *p, const struct scan *scan)
{
	if (p->call->settings->json)
		buf_add_char(&p->out.text, '[');
	else if (p->out.tty)
		p->columns = name_columns(scan);
}

/* Some rows are known: out with them, but one process says all of them. */
static int print_some(const struct scan *scan, size_t first, size_t count,
		      void *data, struct err *e)
{
	struct printing *p = data;

	if (p->count == 0)
		print_begin(p, scan);
	for (size_t i = first; i < first + count; i++)
		print_one(p, &scan->list[i]);
	return p->out.say ? 0 : out_flush(&p->out, e);
}

static int print_end(struct printing *p, const struct scan *scan, struct err *e)
{
	if (p->count == 0)
		print_begin(p, scan);
	if (p->call->settings->json)
		buf_add_text(&p->out.text, "]\n");
	return out_flush(&p->out, e);
}

/* How many comes first, where it is heard. */
static void say_count(struct out *out, size_t count)
{
	if (out->say)
		out_printf(out, "%zu project%s.\n", count,
			   count == 1 ? "" : "s");
}

/* Only what is shown, or sorted by, is looked for: names alone need no look
 * into the projects. */
static unsigned scan_flags(const struct settings *settings)
{
	if (settings->json)
		return SCAN_MARKS;
	if (settings->sort == SORT_CHANGED)
		return 0;
	if (settings->nul && settings->sort == SORT_NAME)
		return SCAN_NAMES;
	return settings->nul || settings->say ? SCAN_NO_CHANGE : 0;
}

/* By name the first rows are out while the others are read. */
static int list_by_name(struct printing *p, unsigned states, struct scan *scan,
			struct err *e)
{
	const struct settings *settings = p->call->settings;

	if (scan_names(&p->call->gtd, states, scan, e) < 0)
		return -e->code;
	scan_sort(scan, SORT_NAME, settings->reverse);
	say_count(&p->out, scan->count);
	return scan_read(&p->call->gtd, scan, scan_flags(settings), print_some,
			 p, e);
}

static int list_sorted(struct printing *p, unsigned states, struct scan *scan,
		       struct err *e)
{
	const struct settings *settings = p->call->settings;

	if (scan_projects(&p->call->gtd, states, scan_flags(settings), scan,
			  e) < 0)
		return -e->code;
	scan_sort(scan, settings->sort, settings->reverse);
	say_count(&p->out, scan->count);
	return print_some(scan, 0, scan->count, p, e);
}

static int run_list(struct call *call, struct err *e)
{
	unsigned states = call->settings->all
				  ? IN_ACTIVE | IN_POSTPONED | IN_COMPLETED
				  : 1u << call->settings->state;
	struct printing p = { .call = call, .states = states != IN_ACTIVE };
	struct scan scan = { 0 };
	int rc;

	out_init(&p.out, call->settings);
	rc = call->settings->sort == SORT_NAME
		     ? list_by_name(&p, states, &scan, e)
		     : list_sorted(&p, states, &scan, e);
	if (rc == 0)
		rc = print_end(&p, &scan, e);
	if (rc == 0 && p.count == 0 && p.out.tty && !call->settings->json)
		tell(call->settings, "no %s project; see list --all",
		     state_word((enum state)call->settings->state));
	scan_fini(&scan);
	out_fini(&p.out);
	return rc;
}

/* clang-format off */
static const struct opt list_opts[] = {
	{ .letter = 'a', .name = "all", .kind = OPT_FLAG, OWN(all),
	  .help = "active, postponed and completed ones" },
	{ .name = "state", .kind = OPT_CHOICE, OWN(state), .arg = "STATE",
	  .def = "active", .words = STATE_WORDS,
	  .help = "active, postponed, completed or deleted ones" },
	{ .letter = 's', .name = "sort", .kind = OPT_CHOICE, OWN(sort),
	  .arg = "KEY", .def = "name", .words = SORT_WORDS,
	  .help = "by name, changed or next" },
	{ .letter = 'r', .name = "reverse", .kind = OPT_FLAG, OWN(reverse),
	  .help = "the other way round" },
	OPT_JSON,
	OPT_NUL,
	OPT_SAY,
};
/* clang-format on */

const struct command command_list = {
	.name = "list",
	.aliases = { "l" },
	.args = "",
	.help = "list the projects",
	.run = run_list,
	OPTS(list_opts),
	.wakes = true,
};

static int run_stuck(struct call *call, struct err *e)
{
	struct printing p = { .call = call };
	struct scan scan;
	size_t n = 0;
	int rc;

	if (scan_projects(&call->gtd, IN_ACTIVE,
			  call->settings->json ? SCAN_MARKS : 0, &scan, e) < 0)
		return -e->code;
	for (size_t i = 0; i < scan.count; i++)
		if (scan.list[i].stuck)
			scan.list[n++] = scan.list[i];
	scan.count = n;
	scan_sort(&scan, SORT_NAME, false);
	out_init(&p.out, call->settings);
	say_count(&p.out, scan.count);
	rc = print_some(&scan, 0, scan.count, &p, e);
	if (rc == 0)
		rc = print_end(&p, &scan, e);
	scan_fini(&scan);
	out_fini(&p.out);
	return rc;
}

/* clang-format off */
static const struct opt stuck_opts[] = {
	OPT_JSON,
	OPT_NUL,
	OPT_SAY,
};
/* clang-format on */

const struct command command_stuck = {
	.name = "stuck",
	.args = "",
	.help = "projects without a next action",
	.run = run_stuck,
	OPTS(stuck_opts),
	.wakes = true,
};
