/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/start.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>

#include "core/child.h"
#include "core/files.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/run/supervisor.h"
#include "workspace/run/init.h"
#include "workspace/run/nobody.h"
#include "workspace/run/shares.h"

/* The supervisor is nobody's child: who starts it may end before it does. */
static pid_t fork_init(struct init_start *start, int go_writer,
		       int verdict_reader, struct err *e)
{
	unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
			      CLONE_NEWUTS | CLONE_NEWIPC;
	pid_t pid;

	if (start->rootfs.private_net)
		flags |= CLONE_NEWNET;
	pid = ns_fork(flags, e);
	if (pid == 0) {
		close(go_writer);
		close(verdict_reader);
		init_main(start);
	}
	return pid;
}

static int start_init(struct init_start *start, struct err *e)
{
	SCOPED_FD int go = -1;
	SCOPED_FD int verdict = -1;
	int gos[2], verdicts[2];
	pid_t pid;
	int rc;

	if (pipe2(gos, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	go = gos[1];
	if (pipe2(verdicts, O_CLOEXEC) < 0) {
		close(gos[0]);
		return err_set(e, errno, "pipe");
	}
	verdict = verdicts[0];
	start->go = gos[0];
	start->verdict = verdicts[1];
	pid = fork_init(start, go, verdict, e);
	close(gos[0]);
	close(verdicts[1]);
	if (pid < 0)
		return pid;
	rc = ns_map(pid, start->map, e);
	if (rc == 0)
		rc = write_all(go, "g", 1);
	close(fd_give(&go));
	if (rc == 0)
		rc = ns_verdict_receive(verdict, e);
	if (rc < 0)
		(void)!child_wait(pid, NULL);
	return rc;
}

/* ---- root's ------------------------------------------------------------- */

/* Root's usual map has root of the host in it; "--map" may not. */
static bool is_hosts_root(const struct idmap *map)
{
	return geteuid() == 0 && idmap_outside(&map->uids, 0) == 0;
}

/*
 * In a child with a mount namespace of its own. Where a file system cannot
 * show its files as another's, or root may not mount (in a container), 0 inside
 * stays root of the host, and is told so.
 */
static int start_as_nobody(void *as_root, struct err *e)
{
	struct init_start own = *(const struct init_start *)as_root;
	struct init_start *start = &own;
	struct share shares[SHARES_MAX];
	struct idmap nobody;
	int rc = mount_unshare(e);

	start->rootfs.store = &start->store;
	memcpy(shares, start->rootfs.shares,
	       start->rootfs.share_count * sizeof(shares[0]));
	idmap_nobody(&start->store.map, &nobody);
	if (rc == 0)
		rc = nobody_show(&start->rootfs, shares, start->map, &nobody,
				 e);
	if (rc == 0) {
		start->rootfs.shares = start->shares = shares;
		start->rootfs.nobody = true;
		start->rootfs.single = false;
		start->map = &nobody;
	} else if (rc == -EOPNOTSUPP || rc == -EPERM) {
		start->rootfs.exposed = true;
		rc = 0;
	}
	return rc < 0 ? rc : start_init(start, e);
}

int supervisor_start(const struct store *store, const char *name,
		     const struct rootfs *rootfs, const struct idmap *map,
		     int *ret_alive, struct err *e)
{
	SCOPED_FD int lock = supervisor_lock(store, name, e);
	SCOPED_FD int listener = -1;
	SCOPED_FD int watched = -1;
	int ends[2], rc;
	struct init_start start = {
		.store = *store,
		.rootfs = *rootfs,
		.map = map,
		.listener = -1,
		.lock = lock,
		.go = -1,
		.verdict = -1,
		.alive = -1,
	};

	if (lock < 0)
		return lock;
	listener = supervisor_bind(store, name, e);
	if (listener < 0)
		return listener;
	if (rootfs->outgoing) {
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_set(e, errno, "pipe");
		watched = ends[0];
		start.alive = ends[1];
	}
	start.listener = listener;
	start.rootfs.store = &start.store;
	rc = is_hosts_root(map) ? ns_in_child(start_as_nobody, &start, e)
				: start_init(&start, e);
	scope_close(&start.alive);
	if (rc == 0)
		*ret_alive = fd_give(&watched);
	return rc;
}
