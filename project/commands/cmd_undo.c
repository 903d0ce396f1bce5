/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_undo.c - undo and redo: the last change, or the one that is meant. */
#include <string.h>

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/commands/command.h"
#include "project/lists/listing.h"
#include "project/show/out.h"
#include "project/show/say.h"
#include "project/lists/sheet.h"
#include "project/directory/undo.h"

typedef bool wanted_group_fn(const struct group *group);

/* ---- the list ----------------------------------------------------------- */

static void print_group(struct out *out, const struct group *group, size_t n,
			struct date today)
{
	struct date date = date_of_time((time_t)group->when);
	char day[DATE_BYTES], when[48];

	if (out->say) {
		date_words(date, today, when, sizeof(when));
		out_printf(out, "%zu: ", n);
		out_text(out, group->what, strlen(group->what));
		out_printf(out, ", %s", when);
		say_end(&out->text);
		return;
	}
	out_printf(out, out->tty ? "%3zu  %s  " : "%zu\t%s\t", n,
		   date_text(date, day));
	out_rest(out, group->what, strlen(group->what), 17);
	buf_add_char(&out->text, '\n');
}

static void add_json(struct json *array, const struct group *group, size_t n)
{
	struct json *o = json_object_make();
	char day[DATE_BYTES];

	json_add_int(o, "number", (int64_t)n);
	json_add_text(o, "id", group->id);
	json_add_text(o, "date",
		      date_text(date_of_time((time_t)group->when), day));
	json_add_text(o, "what", group->what);
	json_add(array, NULL, o);
}

static int list_groups(struct call *call, const struct history *history,
		       wanted_group_fn *wanted, const char *view, struct err *e)
{
	SCOPED_OUT struct out out;
	struct json *array = json_array_make();
	struct listing listing = { 0 };
	size_t n = 0;

	out_init(&out, call->settings);
	for (size_t i = history->count; i > 0; i--) {
		const struct group *group = &history->groups[i - 1];

		if (!wanted(group))
			continue;
		listing_add(&listing, NULL, 0,
			    line_hash(group->id, strlen(group->id)));
		if (call->settings->json)
			add_json(array, group, ++n);
		else
			print_group(&out, group, ++n, call->gtd.today);
	}
	if (call->settings->json) {
		json_print(array, &out.text);
		buf_add_char(&out.text, '\n');
	} else if (out.say && n == 0)
		out_printf(&out, "Nothing.\n");
	json_free(array);
	listing_save(&listing, &call->gtd, view);
	listing_fini(&listing);
	return out_flush(&out, e);
}

/* ---- which one ---------------------------------------------------------- */

static const struct group *by_hash(const struct history *history, uint64_t hash)
{
	for (size_t i = 0; i < history->count; i++)
		if (line_hash(history->groups[i].id,
			      strlen(history->groups[i].id)) == hash)
			return &history->groups[i];
	return NULL;
}

/* Of the last list on this terminal; without one, counted from the newest. */
static const struct group *by_number(struct call *call,
				     const struct history *history,
				     wanted_group_fn *wanted, const char *view,
				     size_t number)
{
	struct listed listed = { 0 };

	if (listing_find(&call->gtd, view, number, &listed, NULL) == 0)
		return by_hash(history, listed.hash);
	for (size_t i = history->count; i > 0; i--)
		if (wanted(&history->groups[i - 1]) && --number == 0)
			return &history->groups[i - 1];
	return NULL;
}

/* The newest that is called so, or has the text in it. */
static const struct group *by_text(const struct history *history,
				   wanted_group_fn *wanted, const char *text)
{
	const struct group *part = NULL;

	for (size_t i = history->count; i > 0; i--) {
		const struct group *group = &history->groups[i - 1];

		if (!wanted(group))
			continue;
		if (strcmp(group->what, text) == 0 ||
		    strcmp(group->id, text) == 0)
			return group;
		if (part == NULL && strstr(group->what, text) != NULL)
			part = group;
	}
	return part;
}

static const struct group *which(struct call *call,
				 const struct history *history,
				 wanted_group_fn *wanted, const char *view,
				 struct err *e)
{
	SCOPED_TEXT char *text = call_text(call, 0);
	size_t digits = strspn(text, "0123456789");
	const struct group *group;

	group = digits > 0 && text[digits] == '\0' && digits < 10
			? by_number(call, history, wanted, view,
				    strtoul(text, NULL, 10))
			: by_text(history, wanted, text);
	if (group == NULL || !wanted(group)) {
		err_say(e, ENOENT, "nothing to %s is called '%s'; see %s -l",
			call->command->name, text, call->command->name);
		return NULL;
	}
	return group;
}

/* ---- undo --------------------------------------------------------------- */

static int undo_newest(struct call *call, struct err *e)
{
	SCOPED_TEXT char *what = NULL;
	struct err why = { 0 };
	int rc = undo_last(&call->gtd, &what, &why);

	if (rc == -ESTALE)
		return err_say(e, ESTALE,
			       "%.300s; project undo -l lists earlier ones, "
			       "project undo NUMBER takes one back",
			       why.text);
	if (rc < 0) {
		*e = why;
		return rc;
	}
	if (what == NULL)
		return err_say(e, ENOENT, "nothing to undo");
	tell(call->settings, "undone: %s", what);
	return 0;
}

void undo_in_dialogue(struct gtd *gtd, struct buf *note)
{
	SCOPED_TEXT char *what = NULL;
	struct err e = { 0 };
	int rc = gtd_lock(gtd, &e);

	if (rc == 0)
		rc = undo_last(gtd, &what, &e);
	gtd_unlock(gtd);
	if (rc < 0)
		out_failure(note, &e);
	else
		buf_addf(note, "%s%s\n",
			 what != NULL ? "undone: " : "nothing to undo",
			 what != NULL ? what : "");
}

static int run_undo(struct call *call, struct err *e)
{
	SCOPED_HISTORY struct history history = { 0 };
	const struct group *group;
	bool happened = false;

	if (!call->settings->list && gtd_lock(&call->gtd, e) < 0)
		return -e->code;
	if (!call->settings->list && call->count == 0)
		return undo_newest(call, e);
	if (history_read(&history, &call->gtd, e) < 0)
		return -e->code;
	if (call->settings->list)
		return list_groups(call, &history, group_can_be_undone, "undo",
				   e);
	group = which(call, &history, group_can_be_undone, "undo", e);
	if (group == NULL ||
	    undo_group(&call->gtd, &history, group, &happened, e) < 0)
		return -e->code;
	tell(call->settings, happened ? "undone: %s" : "%s never happened",
	     group->what);
	return 0;
}

/* ---- redo --------------------------------------------------------------- */

/* The one that was undone last: its undo is the newest. */
static const struct group *last_undone(const struct history *history)
{
	const struct group *best = NULL;
	size_t newest = 0;

	for (size_t i = 0; i < history->count; i++) {
		const struct group *group = &history->groups[i];
		const struct group *undo;

		if (!group_can_be_redone(group))
			continue;
		undo = history_find(history, group->undo_id);
		if (undo != NULL && (best == NULL || undo->first >= newest)) {
			best = group;
			newest = undo->first;
		}
	}
	return best;
}

static int run_redo(struct call *call, struct err *e)
{
	SCOPED_HISTORY struct history history = { 0 };
	const struct group *group;

	if ((!call->settings->list && gtd_lock(&call->gtd, e) < 0) ||
	    history_read(&history, &call->gtd, e) < 0)
		return -e->code;
	if (call->settings->list)
		return list_groups(call, &history, group_can_be_redone, "redo",
				   e);
	if (call->count > 0)
		group = which(call, &history, group_can_be_redone, "redo", e);
	else {
		group = last_undone(&history);
		if (group == NULL)
			return err_say(e, ENOENT, "nothing to redo");
	}
	if (group == NULL || redo_group(&call->gtd, &history, group, e) < 0)
		return -e->code;
	tell(call->settings, "done again: %s", group->what);
	return 0;
}

/* clang-format off */
static const struct opt undo_opts[] = {
	{ .letter = 'l', .name = "list", .kind = OPT_FLAG, OWN(list),
	  .help = "show what can be taken back" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_undo = {
	.name = "undo",
	.args = "[NUMBER|TEXT...]",
	.help = "take the last change back, or the one that is meant",
	.run = run_undo,
	OPTS(undo_opts),
	.operands = { OPERAND_CHANGE, OPERAND_WORDS },
	.max = ANY_NUMBER,
};

const struct command command_redo = {
	.name = "redo",
	.args = "[NUMBER|TEXT...]",
	.help = "do again what was undone",
	.run = run_redo,
	OPTS(undo_opts),
	.operands = { OPERAND_UNDONE, OPERAND_WORDS },
	.max = ANY_NUMBER,
};
