/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * command.h - the verbs of "project workspace": one table, one settings.
 */
#ifndef WORKSPACE_COMMAND_H
#define WORKSPACE_COMMAND_H

#include "core/err.h"
#include "core/opt.h"
#include "workspace/run/shares.h"
#include "workspace/store/store.h"

enum { COMMAND_ENV_MAX = 128, COMMAND_OPERANDS = 3 };

/* The options of all verbs. */
struct settings {
	char *base, *store, *user, *comment, *file, *net, *format, *project;
	unsigned layers, days, max_mib, size_gib;
	bool json, say, nested, all, flatten, fix, init, back, dry_run;
	struct shares shares;
	const char *env[COMMAND_ENV_MAX];
	size_t env_count;
	struct buf map; /* "--map" values, separated by blanks */
};

struct command;

/* What a verb works with. */
struct run {
	struct settings *set;
	const struct store *store;
	int argc;
	char **argv; /* operands */
};

/* Returns an exit code, or a negative errno with e filled. */
typedef int command_fn(const struct run *run, struct err *e);

struct command {
	const char *verb, *alias;
	const char *usage; /* what follows the verb */
	const char *about;
	int min, max; /* operands; max -1: any */
	command_fn *fn;
	const struct opt *opts;
	size_t opt_count;
	/* What completes each, and all others, as struct opt's words. */
	const char *operands[COMMAND_OPERANDS];
	bool joins; /* goes where a stranger's programs are: seal.h */
};

extern const struct command workspace_commands[];
extern const size_t workspace_command_count;

/* NULL when no verb or alias is called so. */
const struct command *workspace_command_find(const char *word);

/* --map as text (NULL: not given) and what it means: without it the usual. */
int command_map(const struct run *run, const char **ret_text, struct idmap *ret,
		struct err *e) MUST_CHECK;

/* A line on standard error: what is going on. */
void command_tell(const char *text);

/* Make a workspace of that name as the options say. */
int command_make(const struct run *run, const char *name,
		 struct err *e) MUST_CHECK;

/* The verbs, in create.c, enter.c, snapshots.c and files of their names. */
command_fn command_create, command_enter, command_run, command_stop,
	command_snap, command_restore, command_clone, command_destroy,
	command_undelete, command_rename, command_list, command_diff,
	command_gc, command_doctor, command_export, command_import,
	command_base, command_shift;

#endif
