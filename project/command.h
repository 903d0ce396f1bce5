/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* command.h - the table of commands: what each takes, and what runs it. */
#ifndef PROJECT_COMMAND_H
#define PROJECT_COMMAND_H

#include "project/gtd.h"
#include "project/place.h"

enum { COMMAND_ALIASES_MAX = 3 };

/* What an operand is: for checking, for messages and for completion. */
enum operand {
	OPERAND_NONE,
	OPERAND_PROJECT, /* in the command's states */
	OPERAND_NEW, /* a name that is not there yet */
	OPERAND_TEXT, /* free words */
	OPERAND_COMMAND,
	OPERAND_SHELL,
	OPERAND_CONTEXT,
};

struct command;

/* One run of a command. */
struct call {
	const struct command *command;
	struct settings *settings;
	struct gtd gtd; /* open unless the command is without_dir */
	char **operands;
	int count;
};

/* Returns an exit code, or -errno with e filled. */
typedef int command_fn(struct call *call, struct err *e);

struct command {
	const char *name;
	const char *aliases[COMMAND_ALIASES_MAX]; /* NULL-filled */
	const char *args; /* for --help */
	const char *help; /* one line */
	command_fn *run;
	const struct opt *opts;
	size_t opt_count;
	enum operand operands[2]; /* the first; the second and all others */
	int min, max; /* operands; max -1: any number */
	unsigned states; /* of OPERAND_PROJECT: a mask of IN_* */
	bool without_dir;
	bool wakes; /* postponed projects whose day has come come back first */
	const char
		*helper; /* a program, instead of run: all words are its own */
};

extern const struct command commands[];
extern const size_t command_count;

/* By name or alias; NULL. */
const struct command *command_find(const char *word);

/* The command that a mistyped word comes closest to; NULL. */
const struct command *command_near(const char *word);

/* The options of one command and the common ones: ret->list is the caller's
 * to free through command_opts_fini(). */
void command_opts(const struct command *command, struct opts *ret);
void command_opts_fini(struct opts *opts);

command_fn run_start, run_new, run_edit, run_cat, run_list, run_postpone,
	run_resume, run_complete, run_reopen, run_delete, run_rename, run_undo,
	run_actions, run_next, run_do, run_log, run_in, run_waiting,
	run_someday, run_stuck, run_tick, run_day, run_review, run_search,
	run_path, run_check, run_sync, run_init, run_config, run_help;

/* --help of the whole program and of one command, --version. Return 0. */
int help_all(FILE *out);
int help_command(const struct command *command, FILE *out);
int help_version(void);

/* The project that operand number i means, in the command's states. */
int call_project(struct call *call, int i, struct place *ret,
		 struct err *e) MUST_CHECK;

/* Operands from number first on as one line of text, words joined by blanks;
 * control characters made visible. The caller's to free. */
char *call_text(const struct call *call, int first) MUST_CHECK;

#endif
