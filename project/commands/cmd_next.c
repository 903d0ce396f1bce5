/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_next.c - next: what can be done now, by context. */
#include <string.h>

#include "core/mem.h"
#include "project/lists/collect.h"
#include "project/commands/command.h"

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
	SCOPED_ITEMS struct items items = { 0 };
	SCOPED_TEXT char *context = context_wanted(call);
	SCOPED_OUT struct out out;
	int rc;

	out_init(&out, call->settings);
	if (view_next(&call->gtd, context, call->settings->all, &items, e) < 0)
		return -e->code;
	items.numbered = out.tty;
	items_print(&items, &call->gtd, &out);
	rc = out_flush(&out, e);
	return rc == 0 ? items.incomplete : rc;
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
