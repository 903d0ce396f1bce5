/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * cmd_review.c - the weekly review: eleven steps, one after the other.
 *
 * Where it stopped is kept in the state directory; which projects have been
 * looked at is kept with each of them (marks.h), so that another machine knows
 * too. The steps do not know whether they are read line by line or on a full
 * screen: struct ui.
 * source: David Allen's "GTD Weekly Review" in three blocks.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/directory/change.h"
#include "project/lists/agenda.h"
#include "project/lists/collect.h"
#include "project/commands/command.h"
#include "project/show/out.h"
#include "project/show/say.h"
#include "project/lists/scan.h"
#include "project/show/ui.h"

enum answer { ANSWER_NEXT, ANSWER_AGAIN, ANSWER_BACK, ANSWER_STOP };

enum { REVIEW_AHEAD_DAYS = 14 };

struct review {
	struct call *call;
	const struct ui *ui;
	size_t step;
	bool lost; /* it cannot be kept where the review is */
	struct buf next; /* the next action of the project that is asked for */
	struct buf note; /* shown above the next text: what an answer did */
};

/* ---- what a step shows -------------------------------------------------- */

/* Every item of a view, with where it is from if there are several sources. */
static void add_items(const struct items *items, struct buf *out)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if (!items->one_source) {
			text_escape(out, item->source, strlen(item->source));
			buf_add_text(out, item->text[0] != '\0' ? ": " : "");
		}
		text_escape(out, item->text, strlen(item->text));
		buf_add_char(out, '\n');
	}
}

static void show_list(struct review *r, enum list_file file, struct buf *out)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct err e = { 0 };

	if (view_list(&r->call->gtd, file, &items, &e) < 0)
		out_failure(out, &e);
	add_items(&items, out);
}

static void show_inbox(struct review *r, struct buf *out)
{
	show_list(r, FILE_INBOX, out);
}

static void show_next(struct review *r, struct buf *out)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct err e = { 0 };

	if (view_next(&r->call->gtd, NULL, false, &items, &e) < 0)
		out_failure(out, &e);
	add_items(&items, out);
}

/* Days from first to last, today's being 0, as the agenda has them. */
static void show_days(struct review *r, struct buf *out, long first, long last)
{
	SCOPED_AGENDA struct agenda agenda = { 0 };
	long today = date_days(r->call->gtd.today);
	struct err e = { 0 };

	if (agenda_collect(&r->call->gtd, REVIEW_AHEAD_DAYS, &agenda, &e) < 0)
		out_failure(out, &e);
	for (size_t i = 0; i < agenda.count; i++) {
		const struct entry *entry = &agenda.list[i];
		long day = date_days(entry->date) - today;
		char when[80];

		if (day < first || day > last)
			continue;
		agenda_when(entry, r->call->gtd.today, when, sizeof(when));
		buf_addf(out, "%s: ", when);
		text_escape(out, entry->source, strlen(entry->source));
		if (entry->source[0] != '\0' && entry->text[0] != '\0')
			buf_add_text(out, ": ");
		text_escape(out, entry->text, strlen(entry->text));
		buf_add_char(out, '\n');
	}
}

static void show_past(struct review *r, struct buf *out)
{
	show_days(r, out, -100000, 0);
}

static void show_ahead(struct review *r, struct buf *out)
{
	show_days(r, out, 0, REVIEW_AHEAD_DAYS);
}

static void show_waiting(struct review *r, struct buf *out)
{
	show_list(r, FILE_WAITING, out);
}

static void show_someday(struct review *r, struct buf *out)
{
	show_list(r, FILE_SOMEDAY, out);
}

/* ---- answers ------------------------------------------------------------ */

/* Run one of our own commands on a project. What it says becomes the note. */
static void run_on(struct review *r, const struct command *command,
		   const char *name, const char *text)
{
	SCOPED_TEXT char *first = mem_copy(name);
	SCOPED_TEXT char *second = mem_copy(text);
	char *operands[] = { first, second };
	struct err e = { 0 };
	struct call call = *r->call;
	bool quiet = r->call->settings->quiet;

	call.command = command;
	call.operands = name != NULL ? operands : operands + 1;
	call.count = (name != NULL) + (text != NULL);
	r->call->settings->quiet = true;
	if (command == &command_edit)
		ui_pause(r->ui);
	if (command->run(&call, &e) < 0)
		out_failure(&r->note, &e);
	else
		buf_addf(&r->note, "%s: done\n", command->name);
	if (command == &command_edit)
		ui_resume(r->ui);
	r->call->settings->quiet = quiet;
	r->call->gtd.locked = call.gtd.locked;
	r->call->gtd.lock_fd = call.gtd.lock_fd;
	gtd_unlock(&r->call->gtd);
}

/* Show text under a heading with the notes above it, and ask. */
static bool ask(struct review *r, const char *title, struct buf *text,
		const char *prompt, struct buf *answer)
{
	SCOPED_BUF struct buf all = { 0 };
	bool there;

	buf_add_text(&all, buf_text(&r->note));
	buf_add_text(&all, buf_text(text));
	buf_clear(&r->note);
	r->ui->show(r->ui, title, buf_text(&all));
	there = r->ui->ask(r->ui, prompt, answer);
	if (!there)
		buf_clear(answer);
	return there;
}

/* What every question understands. */
static enum answer common_answer(struct review *r, const char *line)
{
	if (line[0] == '\0' || strcmp(line, "n") == 0)
		return ANSWER_NEXT;
	if (strcmp(line, "q") == 0)
		return ANSWER_STOP;
	if (strcmp(line, "b") == 0)
		return ANSWER_BACK;
	if (strcmp(line, "u") == 0 || strcmp(line, "undo") == 0) {
		undo_in_dialogue(&r->call->gtd, &r->note);
		return ANSWER_AGAIN;
	}
	if (line[0] == '+' && line[1 + strspn(line + 1, " ")] != '\0') {
		run_on(r, &command_in, NULL, line + 1 + strspn(line + 1, " "));
		return ANSWER_AGAIN;
	}
	buf_addf(&r->note, "not understood: %s\n", line);
	return ANSWER_AGAIN;
}

/* ---- one project after the other ---------------------------------------- */

static bool needs_review(const struct review *r, const struct project *p)
{
	struct date reviewed = p->marks.dates[MARK_REVIEWED];
	unsigned days = r->call->settings->days;

	long ago = date_days(r->call->gtd.today) - date_days(reviewed);

	/* A day in the future is a clock that was wrong. */
	return r->call->settings->all || !date_is_set(reviewed) || ago < 0 ||
	       ago > (long)days;
}

static void describe(struct review *r, const struct project *p, struct buf *out)
{
	char when[48];

	if (p->changed != 0) {
		date_words(date_of_time(p->changed), r->call->gtd.today, when,
			   sizeof(when));
		buf_addf(out, "last change: %s\n", when);
	}
	buf_addf(out, "open actions: %u, waiting: %u\n", p->open, p->waiting);
	if (p->next != NULL) {
		buf_add_text(out, "next: ");
		text_escape(out, p->next, strlen(p->next));
		buf_add_char(out, '\n');
	} else if (p->stuck)
		buf_add_text(out, "stuck: it has no next action\n");
}

static int mark_reviewed(struct review *r, const struct project *p)
{
	SCOPED_TEXT char *path = place_path(p->place);
	SCOPED_TEXT char *what = mem_printf("review %s", p->place->name);
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	struct gtd *gtd = &r->call->gtd;
	struct err e = { 0 };

	if (p->is_file)
		return 0;
	if (gtd_lock(gtd, &e) < 0 || change_begin(&change, gtd, what, &e) < 0 ||
	    marks_set(&change, path, MARK_REVIEWED, gtd->today, &e) < 0)
		buf_addf(&r->note, "not marked as reviewed: %s\n", e.text);
	gtd_unlock(gtd);
	return -e.code;
}

/* The letters of the question for each project. */
static enum answer project_answer(struct review *r, const struct project *p,
				  const char *line)
{
	static const struct {
		const char *letter;
		const struct command *command;
		enum answer then;
	} letters[] = {
		{ "d", &command_do, ANSWER_AGAIN },
		{ "e", &command_edit, ANSWER_AGAIN },
		{ "p", &command_postpone, ANSWER_NEXT },
		{ "c", &command_complete, ANSWER_NEXT },
	};

	if (line[0] == '\0') {
		(void)mark_reviewed(r, p);
		return ANSWER_NEXT;
	}
	if (strcmp(line, "s") == 0)
		return ANSWER_NEXT;
	if (line[0] == '+' && line[1 + strspn(line + 1, " ")] != '\0') {
		run_on(r, &command_actions, p->place->name,
		       line + 1 + strspn(line + 1, " "));
		return ANSWER_AGAIN;
	}
	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (strcmp(line, letters[i].letter) == 0) {
			/* What was shown, and nothing that came since. */
			run_on(r, letters[i].command, p->place->name,
			       letters[i].command == &command_do ? p->next
								 : NULL);
			return letters[i].then;
		}
	return common_answer(r, line);
}

/* Its next action, its numbers, as its files say now. */
static void rescan(struct review *r, struct project *p)
{
	const struct gtd *gtd = &r->call->gtd;
	SCOPED_SHEETS struct sheets sheets = { 0 };
	struct err e = { 0 };

	if (sheets_of_project(gtd, p->place, &sheets, &e) < 0)
		return;
	buf_clear(&r->next);
	p->open = p->waiting = 0;
	p->next = NULL;
	for (size_t i = 0; i < sheets.count; i++)
		for (size_t k = 0; k < sheets.list[i].actions.count; k++) {
			const struct action *a =
				&sheets.list[i].actions.list[k];

			if (!action_is_open(a) || a->has_open_below)
				continue;
			p->open++;
			p->waiting += a->waiting;
			if (r->next.len_bytes == 0 &&
			    action_is_next(a, gtd->today))
				buf_add(&r->next, a->text, a->len_bytes);
		}
	if (r->next.len_bytes > 0)
		p->next = buf_text(&r->next);
	p->stuck = p->next == NULL && p->waiting == 0 && !p->put_off;
}

/* What it is now: another answer may have changed it. */
static void refresh(struct review *r, const struct project *p, struct buf *out)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct err e = { 0 };

	if (view_actions(&r->call->gtd, p->place, false, &items, &e) < 0)
		out_failure(out, &e);
	for (size_t i = 0; i < items.count; i++) {
		buf_add_text(out,
			     items.list[i].waiting ? "waiting: " : "open: ");
		text_escape(out, items.list[i].text,
			    strlen(items.list[i].text));
		buf_add_char(out, '\n');
	}
}

static enum answer ask_project(struct review *r, struct project *p, size_t left)
{
	SCOPED_BUF struct buf title = { 0 };
	enum answer answer = ANSWER_AGAIN;

	buf_add_text(&title, "Project ");
	text_escape(&title, p->place->name, strlen(p->place->name));
	buf_addf(&title, " (%zu left)", left);
	while (answer == ANSWER_AGAIN) {
		SCOPED_BUF struct buf text = { 0 };
		SCOPED_BUF struct buf line = { 0 };

		rescan(r, p);
		describe(r, p, &text);
		refresh(r, p, &text);
		if (!ask(r, title.data, &text,
			 "Enter: reviewed, + ACTION, d do, e edit, p postpone, "
			 "c complete, u undo, s skip, q stop: ",
			 &line))
			return ANSWER_STOP;
		answer = project_answer(r, p, buf_text(&line));
	}
	return answer;
}

static enum answer walk_projects(struct review *r)
{
	enum answer answer = ANSWER_NEXT;
	struct scan scan;
	size_t left = 0;

	if (scan_projects(&r->call->gtd, IN_ACTIVE, SCAN_MARKS, &scan, NULL) <
	    0)
		return ANSWER_STOP;
	scan_sort(&scan, SORT_NAME, false);
	for (size_t i = 0; i < scan.count; i++)
		left += needs_review(r, &scan.list[i]);
	for (size_t i = 0; i < scan.count && answer == ANSWER_NEXT; i++)
		if (needs_review(r, &scan.list[i]))
			answer = ask_project(r, &scan.list[i], left--);
	scan_fini(&scan);
	return answer;
}

/* ---- the steps ---------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *title;
	void (*show)(struct review *r, struct buf *out);
	enum answer (*walk)(struct review *r); /* asks by itself */
} steps[] = {
	{ "Get clear: collect loose papers and notes", NULL, NULL },
	{ "Get clear: the inbox, to zero", show_inbox, NULL },
	{ "Get clear: empty your head (+ TEXT captures)", NULL, NULL },
	{ "Get current: next actions", show_next, NULL },
	{ "Get current: the calendar behind you, and what was missed",
	  show_past, NULL },
	{ "Get current: the calendar ahead of you", show_ahead, NULL },
	{ "Get current: what you wait for", show_waiting, NULL },
	{ "Get current: projects, one by one", NULL, walk_projects },
	{ "Get current: checklists", NULL, NULL },
	{ "Get creative: someday, maybe", show_someday, NULL },
	{ "Get creative: new, bold ideas (+ TEXT captures)", NULL, NULL },
};
/* clang-format on */

static enum answer run_step(struct review *r)
{
	SCOPED_TEXT char *title = mem_printf("Step %zu of %zu. %s", r->step + 1,
					     COUNT_OF(steps),
					     steps[r->step].title);
	enum answer answer = ANSWER_AGAIN;

	if (steps[r->step].walk != NULL) {
		r->ui->show(r->ui, title, "");
		return steps[r->step].walk(r);
	}
	while (answer == ANSWER_AGAIN) {
		SCOPED_BUF struct buf text = { 0 };
		SCOPED_BUF struct buf line = { 0 };

		if (steps[r->step].show != NULL)
			steps[r->step].show(r, &text);
		if (!ask(r, title, &text,
			 "Enter: next, + TEXT captures, b back, u undo, q stop: ",
			 &line))
			return ANSWER_STOP;
		answer = common_answer(r, buf_text(&line));
	}
	return answer;
}

/* ---- where it stopped --------------------------------------------------- */

static size_t read_step(const struct gtd *gtd)
{
	SCOPED_TEXT char *path = gtd_state_file(gtd, "review");
	SCOPED_BUF struct buf text = { 0 };
	unsigned long step = 0;

	if (file_read(AT_FDCWD, path, 4096, &text, NULL) == 0)
		step = strtoul(buf_text(&text), NULL, 10);
	return step < COUNT_OF(steps) ? step : 0;
}

/* A finished review begins anew. */
static int write_step(const struct gtd *gtd, size_t step, struct err *e)
{
	SCOPED_TEXT char *path = gtd_state_file(gtd, "review");
	char text[32];
	int n = snprintf(text, sizeof(text), "%zu\n", step);

	if (step >= COUNT_OF(steps)) {
		if (unlink(path) < 0 && errno != ENOENT)
			return err_set(e, errno, "remove %s", path);
		return 0;
	}
	if (dir_make_parent(path, 0700, e) < 0)
		return -e->code;
	return file_replace(AT_FDCWD, path, text, (size_t)n, 0600, e);
}

/* A review goes on where its place cannot be kept: once it is said. */
static void keep_step(struct review *r)
{
	struct err e = { 0 };

	if (write_step(&r->call->gtd, r->step, &e) == 0 || r->lost)
		return;
	r->lost = true;
	err_wrap(&e, "the next review will begin anew");
	log_warn_failure(&e);
}

static void walk(struct review *r)
{
	while (r->step < COUNT_OF(steps)) {
		enum answer answer = run_step(r);

		if (answer == ANSWER_BACK)
			r->step -= r->step > 0;
		else if (answer != ANSWER_STOP)
			r->step++;
		keep_step(r);
		if (answer == ANSWER_STOP)
			return;
	}
}

static int run_review(struct call *call, struct err *e)
{
	struct ui ui;
	struct review review = { .call = call, .ui = &ui };

	if (!call->settings->restart)
		review.step = read_step(&call->gtd);
	if (ui_open(&ui, call->settings, e) < 0)
		return -e->code;
	walk(&review);
	ui_close(&ui);
	buf_fini(&review.note);
	buf_fini(&review.next);
	if (review.step >= COUNT_OF(steps))
		tell(call->settings, "the review is complete");
	else
		tell(call->settings,
		     "stopped at step %zu of %zu; \"project review\" goes on "
		     "there",
		     review.step + 1, COUNT_OF(steps));
	return 0;
}

/* clang-format off */
static const struct opt review_opts[] = {
	{ .name = "screen", .kind = OPT_FLAG, OWN(screen),
	  .help = "on a full screen" },
	{ .name = "restart", .kind = OPT_FLAG, OWN(restart),
	  .help = "from the first step" },
	{ .letter = 'a', .name = "all", .kind = OPT_FLAG, OWN(all),
	  .help = "projects reviewed lately, too" },
	{ .name = "days", .kind = OPT_UINT, OWN(days), .max = 3650,
	  .arg = "N", .def = "6",
	  .help = "skip projects reviewed in the last N days" },
	OPT_SAY,
};
/* clang-format on */

const struct command command_review = {
	.name = "review",
	.args = "",
	.help = "the weekly review, step by step",
	.run = run_review,
	OPTS(review_opts),
	.wakes = true,
};
