/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* command.h - a command: what it takes, and what runs it. */
#ifndef PROJECT_COMMAND_H
#define PROJECT_COMMAND_H

#include "project/directory/gtd.h"
#include "project/directory/place.h"

enum { COMMAND_ALIASES_MAX = 3 };

/* What an operand is: for checking, for messages and for completion. */
enum operand {
	OPERAND_NONE,
	OPERAND_PROJECT, /* in the command's states */
	OPERAND_SOURCE, /* the same, or a list: "inbox", "waiting" ... */
	OPERAND_EDITED, /* the same, or "tickler" */
	OPERAND_ITEM, /* one of that source's items, by text or number */
	OPERAND_MOVE, /* an item, or at last where it goes */
	OPERAND_LIST, /* the name of a list */
	OPERAND_DAY, /* a date */
	OPERAND_NEW, /* a name that is not there yet */
	OPERAND_WORDS, /* words in any order with options */
	OPERAND_TEXT, /* a text of the user's: after its first word no options
		       */
	OPERAND_COMMAND,
	OPERAND_SHELL,
	OPERAND_FORMAT, /* of import and export */
	OPERAND_FILE,
	OPERAND_CONTEXT,
	OPERAND_CHANGE, /* one that can be undone, by its text or number */
	OPERAND_UNDONE, /* one that was undone */
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
	int min, max; /* operands; max ANY_NUMBER: no limit */
	unsigned states; /* of OPERAND_PROJECT: a mask of IN_* */
	bool without_dir;
	bool captures; /* makes the directory on a fresh account */
	bool wakes; /* postponed projects whose day has come come back first */
	const char
		*helper; /* a program, instead of run: all words are its own */
};

enum { ANY_NUMBER = -1 };
#define OPTS(table) .opts = (table), .opt_count = COUNT_OF(table)

/* Each command stands beside the function that runs it. */
extern const struct command command_start, command_new, command_edit,
	command_cat, command_list, command_postpone, command_resume,
	command_complete, command_reopen, command_delete, command_rename,
	command_undo, command_redo, command_actions, command_next, command_do,
	command_log, command_move, command_process, command_remind,
	command_ahead, command_in, command_waiting, command_someday,
	command_stuck, command_tick, command_day, command_review,
	command_search, command_path, command_check, command_import,
	command_export, command_sync, command_config, command_init;

/* The options of one command and the common ones: ret->list is the caller's
 * to free through command_opts_fini(). */
void command_opts(const struct command *command, struct opts *ret);
void command_opts_fini(struct opts *opts);

/* Take back the last change; note gets a line of what came of it. */
void undo_in_dialogue(struct gtd *gtd, struct buf *note);

/* The operand from which on all words are text, options included; -1: none. */
int command_text_at(const struct command *command);

/* The project that operand number i means, in the command's states. */
int call_project(struct call *call, int i, struct place *ret,
		 struct err *e) MUST_CHECK;

/* Operands from number first on as one line of text, words joined by spaces;
 * control characters made visible. The caller's to free. */
char *call_text(const struct call *call, int first) MUST_CHECK;

/* The same, refused when it is empty or nothing but space. */
int call_text_needed(const struct call *call, int first, char **ret,
		     struct err *e) MUST_CHECK;

#endif
