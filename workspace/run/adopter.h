/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * adopter.h - answers the calls of sessions that wait (calls.h), adopting
 * files of the host where that lets them succeed (adopt.h).
 *
 * A thread of process 1: nothing inside can kill it, and a large file that is
 * being copied, or a shared directory whose server does not answer, holds up
 * the calls that wait but not who wants to join, to pause or to stop. It has
 * its own list of listeners, one a session; a listener goes when all processes
 * have ended that it is for.
 */
#ifndef WORKSPACE_ADOPTER_H
#define WORKSPACE_ADOPTER_H

#include "core/err.h"

enum {
	/* Sessions, and those that ended but left something running. */
	ADOPTER_LISTENERS_MAX = 256,
	ADOPTER_PAUSE_MS = 20000, /* a large file may be under way */
};

struct adopter;

/* proc: /proc of this pid namespace, kept. NULL with e filled. */
struct adopter *adopter_start(int keep_proc, struct err *e) MUST_CHECK;

/* Serve a listener from now on. -EMFILE when there are too many. */
int adopter_take(struct adopter *adopter, int take_listener) MUST_CHECK;

/*
 * Between these no file is adopted and no call is being answered: calls wait,
 * and their processes can be stopped by a signal. False when what was under
 * way did not end in time; then it goes on. Both accept NULL.
 */
bool adopter_pause(struct adopter *adopter) MUST_CHECK;
void adopter_resume(struct adopter *adopter);

#endif
