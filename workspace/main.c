/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * project-workspace - "project workspace", as a helper program of its own:
 * archives, namespaces and filters bring libraries that would make every other
 * command, and every TAB, start several times slower.
 */
#include <string.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/version.h"
#include "workspace/commands.h"
#include "workspace/completion.h"
#include "workspace/run/seal.h"
#include "workspace/run/title.h"
#include "workspace/followed.h"
#include "workspace/rpc.h"
#include "workspace/verb.h"

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
	printf("\nproject workspace VERB --help, and help VERB, show a verb's options.\n");
}

static int ended(int rc, const struct err *e)
{
	/* What was printed comes before it, in a pipe too. */
	fflush(stdout);
	if (rc < 0)
		return log_exit(e);
	/* A command that could not be started: 126, 127. */
	if (rc > 0 && e->code != 0)
		log_failure(e);
	return ferror(stdout) == 0 ? rc : 1;
}

static int dispatch(const struct command *command, int argc, char **argv)
{
	struct err e = { 0 };
	int rc = verb_run(command, argc, argv, NULL, &e);

	return ended(rc, &e);
}

/* "p w trip" enters; a word that is no name may be a verb, mistyped. */
static int enter(int argc, char **argv)
{
	static char verb[] = "enter";
	struct err e = { 0 };
	char **args = mem_resize(NULL, (size_t)argc + 1, sizeof(*args));
	bool has_operand = argc > 2 && argv[2][0] != '-';
	int rc;

	args[0] = verb;
	memcpy(args + 1, argv + 1, (size_t)argc * sizeof(*args));
	rc = verb_run(command_find(verb), argc, args, NULL, &e);
	if (rc == -ENOENT || has_operand)
		(void)command_is_meant(argv[1], &e);
	free(args);
	return ended(rc, &e);
}

/* "help" and "help VERB", as others have them. */
static int help(char *verb)
{
	static char option[] = "--help";
	struct err e = { 0 };
	char *args[] = { verb, option, NULL };
	const struct command *command;

	if (verb == NULL) {
		print_help();
		return 0;
	}
	command = command_find(verb);
	if (command != NULL)
		return dispatch(command, 2, args);
	if (!command_is_meant(verb, &e))
		(void)err_usage(&e,
				"unknown verb '%s'; see project workspace "
				"--help",
				verb);
	return log_exit(&e);
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
	const struct command *command;

	if (argc < 2) {
		print_help();
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0) {
		print_help();
		return 0;
	}
	if (strcmp(argv[1], "help") == 0)
		return help(argv[2]);
	if (strcmp(argv[1], "--version") == 0) {
		printf("project workspace (earshot) %s\n", EARSHOT_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--complete") == 0 && argc > 2)
		return completion_main(argv + 2, (size_t)argc - 2);
	if (strcmp(argv[1], "--rpc") == 0 && argc == 3) {
		/* Any verb may come. */
		seal(command_find("run"), argv);
		return rpc_main(argv[2]);
	}
	if (strcmp(argv[1], "followed") == 0 && argc > 2)
		return followed_main(argc - 2, argv + 2);
	command = command_find(argv[1]);
	seal(command != NULL ? command : command_find("enter"), argv);
	if (command != NULL)
		return dispatch(command, argc - 1, argv + 1);
	return enter(argc, argv);
}

int main(int argc, char **argv)
{
	static char name[] = "workspace";

	standard_fds_open();
	seal_begin(argv);
	title_keep(argv);
	log_open("project", LOG_LEVEL_INFO);
	if (argc > 0)
		argv[0] = name;
	return run_words(argc, argv);
}
