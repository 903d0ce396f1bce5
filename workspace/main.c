/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * project-workspace - "project workspace", as a helper program of its own:
 * archives, namespaces and filters bring libraries that would make every other
 * command, and every TAB, start several times slower.
 */
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/version.h"
#include "workspace/image/archive.h"
#include "workspace/commands.h"
#include "workspace/completion.h"
#include "workspace/run/seal.h"
#include "workspace/run/title.h"
#include "workspace/followed.h"

static void print_help(void)
{
	printf("usage: project workspace VERB [options] [operands]\n"
	       "       project workspace NAME\n"
	       "A container for each project. NAME alone enters it.\n\n");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = commands[i];

		printf("  %-10s %-2s %s\n", command->verb,
		       command->alias != NULL ? command->alias : "",
		       command->about);
	}
	printf("\nproject workspace VERB --help shows a verb's options.\n");
}

static void settings_fini(const struct opts *opts, struct settings *set)
{
	char **const texts[] = { &set->base,	&set->store,  &set->user,
				 &set->comment, &set->file,   &set->net,
				 &set->format,	&set->project };

	/* Some have a value without being an option of this verb. */
	opts_fini(opts, set);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		free(*texts[i]);
	shares_fini(&set->shares);
	buf_fini(&set->map);
}

static int check_operands(const struct command *command, int count,
			  struct err *e)
{
	if (count >= command->min &&
	    (command->max < 0 || count <= command->max))
		return 0;
	return err_usage(e, "usage: project workspace %s %s", command->verb,
			 command->usage);
}

static int run_command(const struct command *command, struct settings *set,
		       int argc, char **argv, struct err *e)
{
	SCOPED_STORE struct store store = { .dir = -1 };
	struct run run = { set, &store, argc, argv };
	int rc = check_operands(command, argc, e);

	if (rc == 0)
		rc = store_open(&store, e);
	return rc < 0 ? rc : command->fn(&run, e);
}

/*
 * "run NAME [options] -- COMMAND": options may stand before and after NAME,
 * but what follows the command's name is the command's. getopt permutes up to
 * "--", and without "--" the first word after NAME ends our options.
 */
static int parse(const struct opts *opts, const struct command *command,
		 int argc, char **argv, struct settings *set, int *ret_first,
		 struct err *e)
{
	bool stops = command->max < 0;
	int first = 0;
	int rc = opts_parse(opts, argc, argv, stops, set, &first, e);
	char *name;

	if (rc != OPTS_GO || !stops || first >= argc ||
	    strcmp(argv[first - 1], "--") == 0) {
		*ret_first = first;
		return rc;
	}
	name = argv[first];
	rc = opts_parse(opts, argc - first, argv + first, true, set, ret_first,
			e);
	/* Put NAME in front of what is left. */
	*ret_first += first - 1;
	if (rc == OPTS_GO)
		argv[*ret_first] = name;
	return rc;
}

static int dispatch(const struct command *command, int argc, char **argv)
{
	SCOPED_TEXT char *prog = mem_printf("project workspace %s",
					    command->verb);
	const struct opts opts = {
		.prog = prog,
		.usage = command->usage,
		.about = command->about,
		.list = command->opts,
		.count = command->opt_count,
	};
	struct settings set = { 0 };
	struct err e = { 0 };
	int first = 0;
	int rc;

	opts_defaults(&opts, &set);
	if (set.base == NULL)
		set.base = mem_copy("host");
	if (set.max_mib == 0)
		set.max_mib = UNPACK_MIB_DEFAULT;
	rc = parse(&opts, command, argc, argv, &set, &first, &e);
	if (rc == OPTS_STOP)
		rc = 0;
	else if (rc == OPTS_GO)
		rc = run_command(command, &set, argc - first, argv + first, &e);
	settings_fini(&opts, &set);
	if (rc < 0)
		return log_exit(&e);
	/* A command that could not be started: 126, 127. */
	if (rc > 0 && e.code != 0)
		log_failure(&e);
	return fflush(stdout) == 0 ? rc : 1;
}

/* Whoever put the file where it can be changed also decided for that. */
static void seal(const struct command *command, char **argv)
{
	struct err e = { 0 };
	char line[ERR_TEXT_BYTES];

	if (command->joins && seal_program(argv, &e) < 0)
		log_warn("this program's own file can be changed from inside, "
			 "if what runs there is malicious: %s",
			 err_text(&e, line, sizeof(line)));
}

static int run_words(int argc, char **argv)
{
	static char enter[] = "enter";
	const struct command *command;
	char **args;
	int rc;

	if (argc < 2) {
		print_help();
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0) {
		print_help();
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("project workspace (earshot) %s\n", EARSHOT_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--complete") == 0 && argc > 2)
		return completion_main(argv + 2, (size_t)argc - 2);
	if (strcmp(argv[1], "followed") == 0 && argc > 2)
		return followed_main(argc - 2, argv + 2);
	command = command_find(argv[1]);
	seal(command != NULL ? command : command_find("enter"), argv);
	if (command != NULL)
		return dispatch(command, argc - 1, argv + 1);
	/* "p w trip" enters. */
	args = mem_resize(NULL, (size_t)argc + 1, sizeof(*args));
	args[0] = enter;
	memcpy(args + 1, argv + 1, (size_t)argc * sizeof(*args));
	rc = dispatch(command_find("enter"), argc, args);
	free(args);
	return rc;
}

int main(int argc, char **argv)
{
	static char name[] = "workspace";

	seal_begin(argv);
	title_keep(argv);
	log_open("project", LOG_LEVEL_INFO);
	if (argc > 0)
		argv[0] = name;
	return run_words(argc, argv);
}
