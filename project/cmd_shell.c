/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_shell.c - init, help: the command line about itself. */
#include <stdio.h>
#include <string.h>

#include "core/mem.h"
#include "core/version.h"
#include "project/command.h"
#include "project/shell_init.h"

int run_init(struct call *call, struct err *e)
{
	const char *text = shell_init(call->operands[0]);

	if (text == NULL)
		return err_usage(e, "'%s' is none of bash, zsh, fish",
				 call->operands[0]);
	fputs(text, stdout);
	return fflush(stdout) != 0 ? err_set(e, errno, "write") : 0;
}

enum { HELP_COLUMNS = 34 };

/* "complete (co, c) NAME" */
static void add_command(struct buf *line, const struct command *c)
{
	buf_addf(line, "  %s", c->name);
	for (size_t a = 0; a < COMMAND_ALIASES_MAX; a++)
		if (c->aliases[a] != NULL)
			buf_addf(line, "%s%s", a == 0 ? " (" : ", ",
				 c->aliases[a]);
	if (c->aliases[0] != NULL)
		buf_add_char(line, ')');
	buf_addf(line, " %s", c->args);
}

int help_all(FILE *out)
{
	const struct opts opts = { .prog = "project",
				   .usage = "[options] COMMAND [options] "
					    "[NAME]",
				   .about = "keep projects, next actions and "
					    "reminders in plain files",
				   .list = common_options,
				   .count = common_option_count };

	opts_help(&opts, out);
	fprintf(out, "\nCommands (project help COMMAND tells more):\n");
	for (size_t i = 0; i < command_count; i++) {
		SCOPED_BUF struct buf line = { 0 };

		add_command(&line, &commands[i]);
		if (line.len_bytes >= HELP_COLUMNS)
			fprintf(out, "%s\n%*s%s\n", line.data, HELP_COLUMNS, "",
				commands[i].help);
		else
			fprintf(out, "%-*s%s\n", HELP_COLUMNS, line.data,
				commands[i].help);
	}
	fprintf(out, "\nFor example:\n"
		     "  project start trip-sandiego-201303\n"
		     "  project complete trip\n");
	return 0;
}

int help_command(const struct command *command, FILE *out)
{
	struct opts opts;

	command_opts(command, &opts);
	opts_help(&opts, out);
	command_opts_fini(&opts);
	return 0;
}

int help_version(void)
{
	printf("project (earshot) %s\n", EARSHOT_VERSION);
	return 0;
}

int run_help(struct call *call, struct err *e)
{
	const struct command *command;

	if (call->count == 0)
		return help_all(stdout);
	command = command_find(call->operands[0]);
	if (command == NULL)
		return err_usage(e, "no command is called '%s'",
				 call->operands[0]);
	return help_command(command, stdout);
}
