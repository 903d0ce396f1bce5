/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_shell.c - init: what goes into a shell's rc file. */
#include <stdio.h>

#include "project/commands/command.h"
#include "project/commands/shell_init.h"

static int run_init(struct call *call, struct err *e)
{
	int shell = 0;

	if (opt_choice("shell", SHELL_WORDS, call->operands[0], &shell, e) < 0)
		return -e->code;
	fputs(shell_init((enum shell)shell), stdout);
	return fflush(stdout) != 0 ? err_set(e, errno, "write") : 0;
}

const struct command command_init = {
	.name = "init",
	.args = "bash|zsh|fish",
	.help = "print what goes into the shell's rc file",
	.run = run_init,
	.operands = { OPERAND_SHELL },
	.min = 1,
	.max = 1,
	.without_dir = true,
};
