/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * hooks.h - commands that rules run for a message ("run = COMMAND").
 *
 * The message is in the environment (EARSHOT_NICK, EARSHOT_CHANNEL,
 * EARSHOT_KIND, EARSHOT_TARGET, EARSHOT_SOURCE, EARSHOT_TIME) and its text on
 * standard input: never in the shell's command line. At most HOOKS_MAX run at a
 * time; of further ones HOOKS_WAITING_MAX wait, the rest is refused and
 * counted. One that runs longer than HOOKS_SECONDS is ended, with all that it
 * started.
 */
#ifndef SPEAKD_HOOKS_H
#define SPEAKD_HOOKS_H

#include "core/loop.h"
#include "core/message/message.h"

enum { HOOKS_MAX = 4, HOOKS_WAITING_MAX = 64, HOOKS_SECONDS = 10 };

struct hooks;

struct hooks *hooks_new(struct loop *loop) MUST_CHECK;
/* Ends those that run. */
void hooks_free(struct hooks *hooks);

/* Run command, the user's own words, for message. Logs what goes wrong. */
void hooks_run(struct hooks *hooks, const char *command,
	       const struct message *message, const char *source);

#endif
