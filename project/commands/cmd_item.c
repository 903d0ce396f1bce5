/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_item.c - move: put items where they belong. */
#include <string.h>

#include "core/mem.h"
#include "project/commands/command.h"
#include "project/lists/item_change.h"

/* First there and only then gone here: a crash in between leaves an item
 * twice, never not at all. */
static int move_one(struct call *call, struct change *change,
		    const struct picked *picked, const struct source *to,
		    struct err *e)
{
	SCOPED_SHEET struct sheet sheet = { 0 };
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *gone = NULL;
	const struct action *action = NULL;
	int rc;

	if (picked_find(&call->gtd, picked, &sheet, &action, e) < 0)
		return -e->code;
	text = action_text(action);
	if (to->is_list && to->list == FILE_WAITING &&
	    strstr(text, "(since ") == NULL)
		rc = item_add_waiting(change, text, (struct date){ 0 }, e);
	else
		rc = item_add(change, to, text, e);
	if (rc < 0 || item_remove(change, picked, &gone, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", source_name(to), text);
	return 0;
}

/* Where from, or nothing when the first word is a number of the last list. */
static int read_from(struct call *call, struct source *from, int *ret_first,
		     struct err *e)
{
	*ret_first = 0;
	if (call->count == 2 || pick_is_numbers(call->operands, 1))
		return 0;
	*ret_first = 1;
	return source_find(&call->gtd, call->operands[0], call->command->states,
			   from, e);
}

static int run_move(struct call *call, struct err *e)
{
	SCOPED_SOURCE struct source from = { 0 };
	SCOPED_SOURCE struct source to = { 0 };
	SCOPED_PICKS struct picks picks = { 0 };
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *what = NULL;
	int first = 0, last = call->count - 1;

	if (gtd_lock(&call->gtd, e) < 0 ||
	    source_find(&call->gtd, call->operands[last], call->command->states,
			&to, e) < 0 ||
	    read_from(call, &from, &first, e) < 0)
		return -e->code;
	if (first == 0 && !pick_is_numbers(call->operands, last))
		return err_usage(e,
				 "move: '%s' is no number of the last list; "
				 "name where it is: move LIST TEXT TO",
				 call->operands[0]);
	if (pick_words(&call->gtd, first > 0 ? &from : NULL,
		       call->operands + first, last - first, &picks, e) < 0)
		return -e->code;
	what = mem_printf("move to %s", source_name(&to));
	if (change_begin(&change, &call->gtd, what, e) < 0)
		return -e->code;
	for (size_t i = 0; i < picks.count; i++)
		if (move_one(call, &change, &picks.list[i], &to, e) < 0)
			return -e->code;
	return 0;
}

const struct command command_move = {
	.name = "move",
	.aliases = { "m" },
	.args = "[NAME|LIST] NUMBER|TEXT... NAME|LIST",
	.help = "move items to a project or a list",
	.run = run_move,
	.operands = { OPERAND_SOURCE, OPERAND_MOVE },
	.min = 2,
	.max = ANY_NUMBER,
	.states = IN_ACTIVE | IN_POSTPONED,
};
