/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * copyup_server.h - answers the calls of sessions that wait (path_syscalls.h),
 * copying up files of the host where that lets them succeed (copyup.h).
 *
 * A thread of process 1: nothing inside can kill it, and a large file that is
 * being copied, or a shared directory whose server does not answer, holds up
 * the calls that wait but not who wants to join, to pause or to stop. It has
 * its own list of listeners, one a session; a listener goes when all processes
 * have ended that it is for.
 */
#ifndef WORKSPACE_COPYUP_SERVER_H
#define WORKSPACE_COPYUP_SERVER_H

#include "core/err.h"

enum {
	/* Sessions, and those that ended but left something running. */
	COPYUP_LISTENERS_MAX = 256,
	COPYUP_PAUSE_MS = 20000, /* a large file may be under way */
};

struct copyup_server;

/* proc: /proc of this pid namespace, kept. NULL with e filled. */
struct copyup_server *copyup_server_start(int keep_proc,
					  struct err *e) MUST_CHECK;

/* Serve a listener from now on. -EMFILE when there are too many. */
int copyup_server_take(struct copyup_server *server,
		       int take_listener) MUST_CHECK;

/*
 * Between these no file is copied up and no call is being answered: calls wait,
 * and their processes can be stopped by a signal. False when what was under
 * way did not end in time; then it goes on. Both accept NULL.
 */
bool copyup_server_pause(struct copyup_server *server) MUST_CHECK;
void copyup_server_resume(struct copyup_server *server);

#endif
