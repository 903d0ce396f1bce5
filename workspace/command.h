/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * command.h - what a verb of "project workspace" is, and what it works with.
 */
#ifndef WORKSPACE_COMMAND_H
#define WORKSPACE_COMMAND_H

#include "core/err.h"
#include "core/json.h"
#include "core/opt.h"
#include "workspace/run/outgoing.h"
#include "workspace/run/scope.h"
#include "workspace/run/shares.h"
#include "workspace/store/store.h"

enum { COMMAND_ENV_MAX = 128, COMMAND_OPERANDS = 3 };

/* The options of all verbs. */
struct settings {
	char *base, *store, *user, *comment, *file, *net, *format, *project;
	unsigned layers, days, max_mib, size_gib, grace;
	struct limits limits;
	bool json, say, keep, nested, all, flatten, fix, init, back, dry_run;
	struct shares shares;
	struct ports ports;
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
	FILE *json; /* where --json prints */
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

/* --map as text (NULL: not given) and what it means: without it the usual. */
int run_map(const struct run *run, const char **ret_text, struct idmap *ret,
	    struct err *e) MUST_CHECK;

/* With --json: an object as a line. */
void run_json(const struct run *run, struct json *take_json);

/* The same; without --json the text is printed instead. */
void run_print(const struct run *run, struct json *take_json, const char *fmt,
	       ...) PRINTF_LIKE(3, 4);

/* {"name": name}: what most verbs have to tell. */
struct json *json_named(const char *name) MUST_CHECK;

/* A line on standard error: what is going on. */
void run_tell(const char *text);

#endif
