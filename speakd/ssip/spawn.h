/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * spawn.h - into the background, as clients that autospawn want it.
 *
 * libspeechd and python3-speechd wait for the exit of "speech-dispatcher
 * --spawn" and for the end of its standard error: the socket must be there
 * before the parent exits, and the child must hold none of its descriptors.
 */
#ifndef SPEAKD_SPAWN_H
#define SPEAKD_SPAWN_H

#include "core/err.h"

enum { SPAWN_TIMEOUT_MS = 5000 }; /* without clients: the child ends */

/*
 * Whether a speakd that serves already has taken path (NULL: its usual one)
 * over: two voices would talk at once.
 */
bool spawn_join(const char *path);

/* The same with one that has begun a moment ago: it may not answer yet. */
bool spawn_join_soon(const char *path);

/*
 * Fork. The child returns *ret_ready, to be given to spawn_ready(); the parent
 * does not return but exits as the child says: 0 when it is ready, 1 when it
 * ended before, what it said on standard error told.
 */
int spawn_background(int *ret_ready, struct err *e) MUST_CHECK;

/* The parent may go; standard output and error with it. */
void spawn_ready(int take_ready);

#endif
