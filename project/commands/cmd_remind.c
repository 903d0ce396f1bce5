/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_remind.c - remind: put a line into the tickler. */
#include <string.h>

#include "core/mem.h"
#include "project/directory/change.h"
#include "project/commands/command.h"
#include "project/show/out.h"
#include "project/lists/reminders.h"

static int run_remind(struct call *call, struct err *e)
{
	SCOPED_TEXT char *words = NULL;
	SCOPED_TEXT char *line = NULL;
	SCOPED_TEXT char *file = NULL;
	SCOPED_CHANGE struct change change = CHANGE_NONE;

	if (call_text_needed(call, 0, &words, e) < 0)
		return -e->code;
	if (remind_line(words, NULL, call->gtd.today, &line, e) < 0)
		return err_wrap(e, "remind");
	file = remind_file(&call->gtd);
	if (gtd_lock(&call->gtd, e) < 0)
		return -e->code;
	change_begin_capture(&change, &call->gtd, "remind");
	if (remind_add(&change, file, line, e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", file, line);
	return 0;
}

const struct command command_remind = {
	.name = "remind",
	.args = "DATE|daily|weekly DAY|monthly N|yearly MM-DD TEXT...",
	.help = "be reminded on a day",
	.run = run_remind,
	.operands = { OPERAND_DAY, OPERAND_TEXT },
	.min = 2,
	.max = ANY_NUMBER,
	.captures = true,
};
