/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * cmd_process.c - process: the inbox to zero, one item after the other.
 *
 * One letter a decision, with what it needs after it or asked for. Each
 * decision is one change: undo brings the item back to the inbox.
 * source: David Allen's clarifying questions, in their order.
 */
#include <fcntl.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "project/lists/capture.h"
#include "project/commands/command.h"
#include "project/lists/item_change.h"
#include "project/directory/names.h"
#include "project/lists/new_project.h"
#include "project/show/out.h"
#include "project/lists/reminders.h"
#include "project/show/ui.h"

struct process {
	struct call *call;
	struct ui ui;
	struct buf note; /* shown above the next item: what an answer did */
	size_t skipped; /* items that stay in the inbox, from the top */
	size_t done;
	bool asked; /* the answers were listed */
	const struct item *item;
	struct picked picked; /* borrows from item */
};

enum then { THEN_NEXT, THEN_AGAIN, THEN_SKIP, THEN_STOP };

/* rest: what follows the letter, without spaces around it. */
typedef int decide_fn(struct process *p, struct change *change,
		      const char *rest, struct err *e);

/* ---- decisions ---------------------------------------------------------- */

static int to_source(struct change *change, const char *word, const char *text,
		     struct err *e)
{
	SCOPED_SOURCE struct source to = { 0 };

	if (source_find(change->gtd, word, IN_ACTIVE | IN_POSTPONED, &to, e) <
	    0)
		return -e->code;
	return item_add(change, &to, text, e);
}

/* The first word of rest in word, and what follows it. */
static const char *split(const char *rest, char **ret_word)
{
	size_t len = strcspn(rest, " ");

	*ret_word = mem_text(rest, len);
	return rest + len + strspn(rest + len, " ");
}

/* "p NAME": its first action is still to be found. "p NAME ACTION" names it. */
static int make_project(struct process *p, struct change *change,
			const char *rest, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	const char *action = split(rest, &name);

	if (project_check_new(change->gtd, name, e) < 0 ||
	    project_create_in(change, name, p->item->text, e) < 0)
		return -e->code;
	return action[0] != '\0' ? to_source(change, name, action, e) : 0;
}

/* "a PROJECT", or "a PROJECT OTHER TEXT". */
static int make_action(struct process *p, struct change *change,
		       const char *rest, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	const char *text = split(rest, &name);

	return to_source(change, name, text[0] != '\0' ? text : p->item->text,
			 e);
}

static int make_next(struct process *p, struct change *change, const char *rest,
		     struct err *e)
{
	return to_source(change, "nextactions",
			 rest[0] != '\0' ? rest : p->item->text, e);
}

/* "w WHO" or "w WHO WHEN": a last word that is a day is one. */
static int make_waiting(struct process *p, struct change *change,
			const char *rest, struct err *e)
{
	const char *last = strrchr(rest, ' ');
	size_t who = last != NULL ? (size_t)(last - rest) : strlen(rest);
	SCOPED_TEXT char *text = NULL;
	struct date due = { 0 };

	if (last == NULL ||
	    date_parse(last + 1, change->gtd->today, &due, NULL) < 0)
		who = strlen(rest);
	text = mem_printf("%.*s: %s", (int)who, rest, p->item->text);
	return item_add_waiting(change, text, due, e);
}

static int make_someday(struct process *p, struct change *change,
			const char *rest, struct err *e)
{
	return to_source(change, "someday",
			 rest[0] != '\0' ? rest : p->item->text, e);
}

static int make_reminder(struct process *p, struct change *change,
			 const char *rest, struct err *e)
{
	SCOPED_TEXT char *file = remind_file(change->gtd);
	SCOPED_TEXT char *line = NULL;

	if (remind_line(rest, p->item->text, change->gtd->today, &line, e) < 0)
		return -e->code;
	return remind_add(change, file, line, e);
}

/* "r NAME": a line in Reference/NAME, by default Reference/notes. */
static int make_reference(struct process *p, struct change *change,
			  const char *rest, struct err *e)
{
	const char *name = rest[0] != '\0' ? rest : "notes";
	SCOPED_TEXT char *path = mem_printf("Reference/%s", name);

	if (name_check_lookup(name, e) < 0 ||
	    change_make_dir(change->gtd, "Reference", e) < 0)
		return -e->code;
	return change_append(change, path, p->item->text, e);
}

static int make_done(struct process *p, struct change *change, const char *rest,
		     struct err *e)
{
	const struct source of = { .is_list = true, .list = FILE_INBOX };

	(void)rest;
	return item_log(change, &of, p->item->text, e);
}

/* Its line goes, and that is all: undo knows it. */
static int make_trash(struct process *p, struct change *change,
		      const char *rest, struct err *e)
{
	(void)p;
	(void)change;
	(void)rest;
	(void)e;
	return 0;
}

/* clang-format off */
static const struct decision {
	char letter;
	const char *what; /* for the question and the undo list */
	const char *asks; /* what it cannot do without; NULL: nothing */
	decide_fn *run;
} decisions[] = {
	{ 'p', "project",   "its name", make_project },
	{ 'a', "action",    "of which project", make_action },
	{ 'n', "next",      NULL, make_next },
	{ 'w', "waiting",   "for whom, and until when", make_waiting },
	{ 's', "someday",   NULL, make_someday },
	{ 't', "tickler",   "when", make_reminder },
	{ 'r', "reference", NULL, make_reference },
	{ 'd', "done",      NULL, make_done },
	{ 'x', "trash",     NULL, make_trash },
};
/* clang-format on */

static const char question[] =
	"p project, a action, n next, w waiting, s someday, t tickler, "
	"r reference, d done, x trash, e new text, Enter skip, u undo, "
	"q stop, ? help: ";

/* From the second time on: a screen reader says all of it, each time. */
static const char question_again[] = "? lists the answers: ";

static const char help[] = "p NAME [ACTION]: it is a project of its own\n"
			   "a PROJECT [TEXT]: an action of a project\n"
			   "n [TEXT]: a next action of no project\n"
			   "w WHO [DATE]: somebody else's turn, until then\n"
			   "s: someday, maybe\n"
			   "t DATE: be reminded then\n"
			   "r [NAME]: keep it in Reference\n"
			   "d: done at once, in two minutes\n"
			   "x: trash\n"
			   "e TEXT: another text for it\n"
			   "Enter: leave it in the inbox; u: undo; q: stop\n";

/* ---- one answer --------------------------------------------------------- */

static int decide_locked(struct process *p, const struct decision *d,
			 const char *rest, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *what = mem_printf("process %s: %.60s", d->what,
					    p->item->text);
	SCOPED_TEXT char *gone = NULL;

	if (gtd_lock(&p->call->gtd, e) < 0 ||
	    change_begin(&change, &p->call->gtd, what, e) < 0 ||
	    d->run(p, &change, rest, e) < 0)
		return -e->code;
	/* First there and only then gone here. */
	return item_remove(&change, &p->picked, &gone, e);
}

/* What follows a letter that came alone. THEN_NEXT: *ret is it, in answer. */
static enum then ask_rest(struct process *p, const char *what, const char *asks,
			  struct buf *answer, const char **ret)
{
	SCOPED_TEXT char *prompt = mem_printf("%s, %s: ", what, asks);

	if (p->ui.say)
		p->ui.show(&p->ui, prompt, "");
	if (!p->ui.ask(&p->ui, prompt, answer))
		return THEN_STOP;
	*ret = buf_text(answer);
	*ret += strspn(*ret, " ");
	return (*ret)[0] == '\0' ? THEN_AGAIN : THEN_NEXT;
}

static enum then decide(struct process *p, const struct decision *d,
			const char *rest)
{
	SCOPED_BUF struct buf answer = { 0 };
	struct err e = { 0 };
	int rc;

	if (d->asks != NULL && rest[0] == '\0') {
		enum then then = ask_rest(p, d->what, d->asks, &answer, &rest);

		if (then != THEN_NEXT)
			return then;
	}
	rc = decide_locked(p, d, rest, &e);
	gtd_unlock(&p->call->gtd);
	if (rc < 0) {
		out_failure(&p->note, &e);
		return THEN_AGAIN;
	}
	buf_addf(&p->note, "%s%s%s\n", d->what, rest[0] != '\0' ? " " : "",
		 rest);
	p->done++;
	return THEN_NEXT;
}

static enum then take_back(struct process *p)
{
	undo_in_dialogue(&p->call->gtd, &p->note);
	return THEN_NEXT;
}

static enum then new_text(struct process *p, const char *rest)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_BUF struct buf answer = { 0 };
	struct err e = { 0 };

	if (rest[0] == '\0') {
		enum then then = ask_rest(p, "edit", "another text", &answer,
					  &rest);

		if (then != THEN_NEXT)
			return then;
	}
	if (gtd_lock(&p->call->gtd, &e) < 0 ||
	    change_begin(&change, &p->call->gtd, "process: new text", &e) < 0 ||
	    item_set_text(&change, &p->picked, rest, &e) < 0)
		out_failure(&p->note, &e);
	gtd_unlock(&p->call->gtd);
	return THEN_NEXT;
}

static enum then answer(struct process *p, const char *line)
{
	const char *rest = line + (line[0] != '\0');

	rest += strspn(rest, " ");
	switch (line[0]) {
	case '\0':
		return THEN_SKIP;
	case 'q':
		return THEN_STOP;
	case 'u':
		return take_back(p);
	case 'e':
		return new_text(p, rest);
	case '?':
		buf_add_text(&p->note, help);
		return THEN_AGAIN;
	default:
		break;
	}
	for (size_t i = 0; i < COUNT_OF(decisions); i++)
		if (line[0] == decisions[i].letter &&
		    (line[1] == ' ' || line[1] == '\0'))
			return decide(p, &decisions[i], rest);
	buf_addf(&p->note, "not understood: %s; ? lists the answers\n", line);
	return THEN_AGAIN;
}

/* ---- one item ----------------------------------------------------------- */

static enum then ask_item(struct process *p, size_t left)
{
	SCOPED_BUF struct buf title = { 0 };
	enum then then = THEN_AGAIN;

	while (then == THEN_AGAIN) {
		SCOPED_BUF struct buf line = { 0 };
		SCOPED_BUF struct buf text = { 0 };

		buf_clear(&title);
		buf_addf(&title, "%zu left", left);
		buf_add_text(&text, buf_text(&p->note));
		buf_clear(&p->note);
		text_escape(&text, p->item->text, strlen(p->item->text));
		buf_add_char(&text, '\n');
		p->ui.show(&p->ui, title.data, buf_text(&text));
		if (!p->ui.ask_key(&p->ui,
				   p->asked && !p->ui.screen ? question_again
							     : question,
				   &line))
			return THEN_STOP;
		p->asked = true;
		then = answer(p, buf_text(&line));
	}
	return then;
}

/* The inbox is read anew for each item: others may write to it meanwhile. */
static enum then step(struct process *p, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	enum then then;

	if (view_inbox(&p->call->gtd, &items, e) < 0 ||
	    p->skipped >= items.count)
		return THEN_STOP;
	p->item = items.list + p->skipped;
	p->picked = (struct picked){ p->item->file, p->item->line,
				     p->item->hash };
	then = ask_item(p, items.count - p->skipped);
	p->skipped += then == THEN_SKIP;
	p->item = NULL;
	return then;
}

static size_t count_inbox(struct call *call)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct err e = { 0 };

	return view_inbox(&call->gtd, &items, &e) < 0 ? 0 : items.count;
}

static int run_process(struct call *call, struct err *e)
{
	struct process p = { .call = call };

	if (call->settings->json) {
		SCOPED_ITEMS struct items items = { 0 };
		SCOPED_OUT struct out out;

		out_init(&out, call->settings);
		if (view_inbox(&call->gtd, &items, e) < 0)
			return -e->code;
		items_print(&items, &call->gtd, &out);
		return out_flush(&out, e);
	}
	if (ui_open(&p.ui, call->settings, e) < 0)
		return -e->code;
	while (step(&p, e) != THEN_STOP)
		;
	if (p.note.len_bytes > 0)
		p.ui.show(&p.ui, "", buf_text(&p.note));
	ui_close(&p.ui);
	buf_fini(&p.note);
	if (e->code != 0)
		return -e->code;
	tell(call->settings, "%zu processed, %zu left in the inbox", p.done,
	     count_inbox(call));
	return 0;
}

/* clang-format off */
static const struct opt process_opts[] = {
	{ .name = "screen", .kind = OPT_FLAG, OWN(screen),
	  .help = "on a full screen" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_process = {
	.name = "process",
	.args = "",
	.help = "go through the inbox, one item after the other",
	.run = run_process,
	OPTS(process_opts),
	.wakes = true,
};
