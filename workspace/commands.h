/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * commands.h - the table of verbs. Each row stands beside its function, in
 * create.c, enter.c, snapshots.c and files of their names.
 */
#ifndef WORKSPACE_COMMANDS_H
#define WORKSPACE_COMMANDS_H

#include "workspace/command.h"

extern const struct command command_base; /* has verbs of its own */
extern const struct command *const commands[];
extern const size_t command_count;

/* By verb or alias; NULL. */
const struct command *command_find(const char *word);

/* Whether an unknown word is nearly a verb: e says then which. */
bool command_is_meant(const char *word, struct err *e);

#endif
