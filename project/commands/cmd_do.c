/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_do.c - do and done: tick items off, in a project or in any list. */
#include <assert.h>
#include <string.h>

#include "core/mem.h"
#include "project/commands/command.h"
#include "project/lists/item_change.h"

/* ---- what is meant ------------------------------------------------------ */

/* The first of a project that can be done today. */
static int pick_next(struct call *call, const struct source *source,
		     struct picks *picks, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	const struct collect c = { .gtd = &call->gtd,
				   .items = &items,
				   .wanted = action_is_next };

	if (source->is_list)
		return err_usage(e, "%s: which of %s? Name a number or a text",
				 call->command->name, source_name(source));
	if (collect_project(&c, &source->place, e) < 0)
		return -e->code;
	if (items.count == 0)
		return err_say(e, ENOENT, "%s has no next action",
			       source->place.name);
	picks->list = mem_new(sizeof(*picks->list));
	picks->list[0] = (struct picked){ mem_copy(items.list[0].file),
					  items.list[0].line,
					  items.list[0].hash };
	picks->count = 1;
	return 0;
}

/* "3 4" alone are numbers of the last list, whatever it was of. */
static int pick(struct call *call, struct source *source, struct picks *picks,
		struct err *e)
{
	if (pick_is_numbers(call->operands, call->count)) {
		struct err mine = { 0 };

		/* A project may be called 2025. */
		if (call->count > 1 ||
		    source_find(&call->gtd, call->operands[0],
				call->command->states, source, &mine) < 0)
			return pick_words(&call->gtd, NULL, call->operands,
					  call->count, picks, e);
	} else if (source_find(&call->gtd, call->operands[0],
			       call->command->states, source, e) < 0)
		return -e->code;
	if (call->count == 1)
		return pick_next(call, source, picks, e);
	return pick_words(&call->gtd, source, call->operands + 1,
			  call->count - 1, picks, e);
}

/* ---- do ----------------------------------------------------------------- */

static void tell_next(struct call *call, const struct source *source)
{
	SCOPED_ITEMS struct items items = { 0 };
	const struct collect c = { .gtd = &call->gtd,
				   .items = &items,
				   .wanted = action_is_next };

	if (source->view == NULL || source->is_list ||
	    collect_project(&c, &source->place, NULL) < 0)
		return;
	if (items.count > 0)
		tell(call->settings, "next: %s", items.list[0].text);
	else
		tell(call->settings, "no further action");
}

static int run_do(struct call *call, struct err *e)
{
	SCOPED_SOURCE struct source source = { 0 };
	SCOPED_PICKS struct picks picks = { 0 };
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *what = NULL;

	if (gtd_lock(&call->gtd, e) < 0 || pick(call, &source, &picks, e) < 0)
		return -e->code;
	assert(picks.count > 0); /* or pick() has failed */
	what = mem_printf("do %s", source.view != NULL ? source_name(&source)
						       : picks.list[0].file);
	if (change_begin(&change, &call->gtd, what, e) < 0)
		return -e->code;
	for (size_t i = 0; i < picks.count; i++) {
		SCOPED_TEXT char *text = NULL;

		if (item_done(&change, &picks.list[i], &text, e) < 0)
			return -e->code;
		tell(call->settings, "%s: done: %s",
		     source.view != NULL ? source_name(&source)
					 : picks.list[i].file,
		     text);
	}
	tell_next(call, &source);
	return 0;
}

const struct command command_do = {
	.name = "do",
	.aliases = { "done" },
	.args = "NAME|LIST|NUMBER [NUMBER|TEXT...]",
	.help = "tick items off and put them into the log",
	.run = run_do,
	.operands = { OPERAND_SOURCE, OPERAND_ITEM },
	.min = 1,
	.max = ANY_NUMBER,
	.states = IN_ACTIVE,
};
