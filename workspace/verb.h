/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * verb.h - a verb with its words: options, operands, and what it gives back.
 */
#ifndef WORKSPACE_VERB_H
#define WORKSPACE_VERB_H

#include <stdio.h>

#include "workspace/command.h"

/*
 * Run it; argv[0] is the verb. json: where its objects go, as with --json, or
 * NULL: to standard output, if --json is among the words.
 *
 * Returns its exit code, with e filled when a command inside could not be
 * started (126, 127), or -errno with e filled.
 */
int verb_run(const struct command *command, int argc, char **argv, FILE *json,
	     struct err *e) MUST_CHECK;

#endif
