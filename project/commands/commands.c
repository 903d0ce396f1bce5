/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/commands/commands.h"

#include <string.h>
#include <unistd.h>

#include "core/near.h"
#include "core/paths.h"
#include "core/version.h"

static const struct command command_workspace = {
	.name = "workspace",
	.aliases = { "w" },
	.args = "VERB|NAME [...]",
	.help = "a container for each project",
	.helper = "project-workspace",
};

static const struct command command_help;

/* In the order of --help: a project's life, its actions, the lists, the day,
 * the directory as a whole. */
const struct command *const commands[] = {
	&command_start,	    &command_new,      &command_edit,
	&command_cat,	    &command_list,     &command_postpone,
	&command_resume,    &command_complete, &command_reopen,
	&command_delete,    &command_rename,   &command_undo,
	&command_redo,	    &command_actions,  &command_next,
	&command_do,	    &command_move,     &command_log,
	&command_in,	    &command_process,  &command_waiting,
	&command_someday,   &command_stuck,    &command_remind,
	&command_tick,	    &command_day,      &command_ahead,
	&command_review,    &command_search,   &command_path,
	&command_check,	    &command_import,   &command_export,
	&command_sync,	    &command_config,   &command_init,
	&command_workspace, &command_help,
};
const size_t command_count = COUNT_OF(commands);

const struct command *command_find(const char *word)
{
	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(commands[i]->name, word) == 0)
			return commands[i];
		for (size_t a = 0; a < COMMAND_ALIASES_MAX; a++)
			if (commands[i]->aliases[a] != NULL &&
			    strcmp(commands[i]->aliases[a], word) == 0)
				return commands[i];
	}
	return NULL;
}

int command_unknown(const char *word, struct err *e)
{
	struct near near;

	near_init(&near, word);
	for (size_t i = 0; i < command_count; i++)
		near_offer(&near, commands[i]->name, strlen(commands[i]->name));
	if (near.word[0] != '\0')
		return err_usage(e, "unknown command '%s', did you mean '%s'?",
				 word, near.word);
	return err_usage(e, "unknown command '%s'; see project --help", word);
}

/* ---- help --------------------------------------------------------------- */

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

		add_command(&line, commands[i]);
		if (line.len_bytes >= HELP_COLUMNS)
			fprintf(out, "%s\n%*s%s\n", line.data, HELP_COLUMNS, "",
				commands[i]->help);
		else
			fprintf(out, "%-*s%s\n", HELP_COLUMNS, line.data,
				commands[i]->help);
	}
	fprintf(out, "\nFor example:\n"
		     "  project start trip-sandiego-201303\n"
		     "  project complete trip\n");
	return 0;
}

/* In our place: its exit code and its signals are ours. */
int command_exec(const struct command *command, char **argv, struct err *e)
{
	SCOPED_TEXT char *path = path_helper(command->helper);

	execv(path, argv);
	return err_set(e, errno, "start %s", path);
}

static int help_command(const struct command *command, FILE *out)
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

static int run_help(struct call *call, struct err *e)
{
	const struct command *command;

	if (call->count == 0)
		return help_all(stdout);
	command = command_find(call->operands[0]);
	if (command == NULL)
		return command_unknown(call->operands[0], e);
	if (command->helper != NULL) {
		char name[] = "project-workspace", option[] = "--help";
		char *argv[] = { name, option, NULL };

		return command_exec(command, argv, e);
	}
	return help_command(command, stdout);
}

static const struct command command_help = {
	.name = "help",
	.aliases = { "h" },
	.args = "[COMMAND]",
	.help = "explain a command",
	.run = run_help,
	.operands = { OPERAND_COMMAND },
	.max = 1,
	.without_dir = true,
};
