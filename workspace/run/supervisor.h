/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * supervisor.h - the process that keeps a workspace's namespaces while it is
 * used.
 *
 * It is process 1 inside, holds the lock run/NAME.run and listens on
 * run/NAME.sock. Every session keeps a connection; when the last one closes,
 * the supervisor ends, and all that runs inside with it. A killed session, or a
 * killed command that had paused the workspace, closes its connection too, so
 * nothing has to be cleaned up. Whether a workspace runs is a question to the
 * socket, never to a pid file; who answers is told by the kernel
 * (SO_PEERCRED), so a process number used again cannot mislead.
 */
#ifndef WORKSPACE_SUPERVISOR_H
#define WORKSPACE_SUPERVISOR_H

#include <sys/types.h>

#include "core/err.h"
#include "workspace/store/store.h"

enum {
	SUPERVISOR_SESSIONS_MAX = 128, /* more are refused */
	SUPERVISOR_SPARE = 16, /* connections of those who pause or stop it */
	SUPERVISOR_GRACE_S = 10, /* between TERM and KILL, unless told */
	SUPERVISOR_GRACE_MAX_S = 255,
	SUPERVISOR_END_WAIT_MS = 10000, /* after that */
	SUPERVISOR_NAP_MS = 1,
};

struct supervisor {
	int sock; /* keeps it alive */
	int pidfd; /* of process 1 */
	pid_t pid;
	uid_t uid; /* of root inside, as seen outside */
	gid_t gid;
	bool private_net;
	bool outgoing; /* and it has a way out */
	bool exposed; /* 0 inside is root of the host */
	bool copies_up; /* sessions are to hand over their listener */
	bool full; /* there are SUPERVISOR_SESSIONS_MAX */
};

/*
 * Connect to the supervisor of a workspace: 1 with *ret filled, 0 when it does
 * not run, or -errno.
 */
int supervisor_connect(const struct store *store, const char *name,
		       struct supervisor *ret, struct err *e) MUST_CHECK;
void supervisor_close(struct supervisor *supervisor);
#define SCOPED_SUPERVISOR ON_SCOPE_EXIT(supervisor_close)

/*
 * Descriptors of its namespaces, for the caller to close; the last one is the
 * network's when that is private.
 */
enum { SUPERVISOR_NAMESPACES = 6 };
int supervisor_get_namespaces(const struct supervisor *supervisor,
			      int ret[SUPERVISOR_NAMESPACES],
			      struct err *e) MUST_CHECK;

/*
 * Become a process of the workspace's namespaces; of processes, only children
 * of the caller are. 0, or -errno with the caller possibly half there.
 */
int supervisor_join(const struct supervisor *supervisor,
		    struct err *e) MUST_CHECK;

/*
 * In a session: hand the listener of its filter over. With 0 it is served.
 * Waits for the answer; the caller must not make a call that waits meanwhile.
 */
int supervisor_give_listener(const struct supervisor *supervisor, int listener,
			     struct err *e) MUST_CHECK;

int supervisor_pause(const struct supervisor *supervisor,
		     struct err *e) MUST_CHECK;
int supervisor_resume(const struct supervisor *supervisor,
		      struct err *e) MUST_CHECK;
/* TERM, and KILL to what is left after grace_s seconds. */
int supervisor_stop(const struct supervisor *supervisor, unsigned grace_s,
		    struct err *e) MUST_CHECK;
/*
 * Which project's directory it shows, the caller's; NULL for none. False when
 * it does not tell: a program of before started it.
 */
bool supervisor_get_project(const struct supervisor *supervisor,
			    char **ret_dir) MUST_CHECK;
/* It goes on when the last session has ended. */
int supervisor_keep(const struct supervisor *supervisor,
		    struct err *e) MUST_CHECK;

/*
 * The lock of whatever runs a workspace: this supervisor, or liblxc's keeper
 * (lxc/boot.h). Returns a descriptor to keep while it runs; its file is empty.
 */
int supervisor_lock(const struct store *store, const char *name,
		    struct err *e) MUST_CHECK;

/* For who starts it, with that lock held: the socket run/NAME.s, bound. */
int supervisor_bind(const struct store *store, const char *name,
		    struct err *e) MUST_CHECK;

#endif
