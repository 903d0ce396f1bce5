/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* commands.h - the table of all commands, and what --help says of them. */
#ifndef PROJECT_COMMANDS_H
#define PROJECT_COMMANDS_H

#include "project/commands/command.h"

extern const struct command *const commands[];
extern const size_t command_count;

/* By name or alias; NULL. */
const struct command *command_find(const char *word);

/* "unknown command 'lst', did you mean 'list'?" */
int command_unknown(const char *word, struct err *e);

/* Become a command's helper program; returns only when that fails. */
int command_exec(const struct command *command, char **argv, struct err *e);

/* --help of the whole program and of one command, --version. Return 0. */
int help_all(FILE *out);
int help_version(void);

#endif
