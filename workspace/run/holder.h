/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * holder.h - the process that keeps a workspace's namespaces while it is used.
 *
 * It is process 1 inside, holds the lock run/NAME.run and listens on
 * run/NAME.sock. Every session keeps a connection; when the last one closes,
 * the holder ends, and all that runs inside with it. A killed session, or a
 * killed command that had paused the workspace, closes its connection too, so
 * nothing has to be cleaned up. Whether a workspace runs is a question to the
 * socket, never to a pid file; who answers is told by the kernel
 * (SO_PEERCRED), so a process number used again cannot mislead.
 */
#ifndef WORKSPACE_HOLDER_H
#define WORKSPACE_HOLDER_H

#include <sys/types.h>

#include "core/err.h"
#include "workspace/store/store.h"

enum {
	HOLDER_SESSIONS_MAX = 128, /* more are refused */
	HOLDER_SPARE = 16, /* connections of those who pause or stop it */
	HOLDER_END_WAIT_MS = 10000,
	HOLDER_NAP_MS = 1,
};

struct holder {
	int sock; /* keeps it alive */
	int pidfd; /* of process 1 */
	pid_t pid;
	bool private_net;
	bool adopts; /* sessions are to hand over their listener */
	bool full; /* there are HOLDER_SESSIONS_MAX */
};

/*
 * Connect to the holder of a workspace: 1 with *ret filled, 0 when it does not
 * run, or -errno.
 */
int holder_connect(const struct store *store, const char *name,
		   struct holder *ret, struct err *e) MUST_CHECK;
void holder_close(struct holder *holder);
#define SCOPED_HOLDER ON_SCOPE_EXIT(holder_close)

/*
 * Become a process of the workspace's namespaces; of processes, only children
 * of the caller are. 0, or -errno with the caller possibly half there.
 */
int holder_join(const struct holder *holder, struct err *e) MUST_CHECK;

/*
 * In a session: hand the listener of its filter over. With 0 it is served.
 * Waits for the answer; the caller must not make a call that waits meanwhile.
 */
int holder_give_listener(const struct holder *holder, int listener,
			 struct err *e) MUST_CHECK;

int holder_pause(const struct holder *holder, struct err *e) MUST_CHECK;
int holder_resume(const struct holder *holder, struct err *e) MUST_CHECK;
int holder_stop(const struct holder *holder, struct err *e) MUST_CHECK;

/*
 * The lock of whatever runs a workspace: this holder, or liblxc's keeper
 * (lxc/boot.h). Returns a descriptor to keep while it runs; its file is empty.
 */
int holder_lock(const struct store *store, const char *name,
		struct err *e) MUST_CHECK;

/* For who starts it, with that lock held: the socket run/NAME.s, bound. */
int holder_bind(const struct store *store, const char *name,
		struct err *e) MUST_CHECK;

#endif
