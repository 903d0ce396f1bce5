/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * boot.h - full system containers: a workspace that runs its own init, through
 * liblxc.
 *
 * A process of ours, the keeper, runs the container until its init ends, and
 * holds the lock run/NAME.run meanwhile; the file says "lxc PID UPPER", process
 * 1 as seen from outside (0 until that is known) and the container's name, and
 * a line "up" once its system is. Unlike a shell's workspace it goes on when
 * nobody is in it, until it is stopped or shuts itself down.
 *
 * Root of the host is never root inside: inside 0 is the first id of root's
 * range, and what lies on disk as root's is shown so by idmapped mounts. An
 * ordinary user's container has the ids of his workspaces.
 */
#ifndef WORKSPACE_BOOT_H
#define WORKSPACE_BOOT_H

#include <sys/types.h>

#include "core/err.h"
#include "workspace/run/rootfs.h"

enum {
	BOOT_START_MS = 30000, /* until process 1 runs */
	BOOT_STOP_MS = 20000, /* from asking it to end to killing it */
	/* After that: the keeper cleans up, on a slow machine for long. */
	BOOT_END_MS = 120000,
};

struct boot {
	const char *name; /* of the workspace */
	const struct meta *meta;
	const struct rootfs *rootfs; /* what is seen inside, and host name */
};

/* Whether this user can: -EPERM or -ENOENT with what would enable it. */
int boot_check(struct err *e) MUST_CHECK;

/* Start one that does not run; the caller holds the lock of its name. */
int boot_start(const struct boot *boot, struct err *e) MUST_CHECK;

/* Process 1 of the one that runs, 0 when liblxc runs none of that name. */
pid_t boot_running(const struct store *store, const char *name);

/*
 * Whether its init is a systemd of which nobody has seen yet that it is up, and
 * noting that it was.
 */
bool boot_is_starting(const struct store *store, const char *name);
void boot_set_started(const struct store *store, const char *name);

/*
 * Let everything inside stand still while the returned descriptor is open, in
 * whatever way this command ends. -EIO with the reason where that is not
 * possible (an ordinary user's cgroup may not). upper: of the workspace.
 */
int boot_pause(const struct store *store, const char *upper,
	       struct err *e) MUST_CHECK;

/* Ask it to shut down, and kill it when it does not in time. */
int boot_stop(const struct store *store, const char *name,
	      struct err *e) MUST_CHECK;

/* How a session gets inside (run/attach.h). */
struct boot_place {
	const struct store *store;
	const char *upper;
};
int boot_enter(const void *place, int (*then)(void *data), void *data,
	       pid_t *ret_pid) MUST_CHECK;

#endif
