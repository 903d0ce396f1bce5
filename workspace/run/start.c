/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/start.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>

#include "core/child.h"
#include "core/files.h"
#include "workspace/ns/ns.h"
#include "workspace/run/supervisor.h"
#include "workspace/run/init.h"

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

int supervisor_start(const struct store *store, const char *name,
		     const struct rootfs *rootfs, const struct idmap *map,
		     struct err *e)
{
	SCOPED_FD int lock = supervisor_lock(store, name, e);
	SCOPED_FD int listener = -1;
	struct init_start start = {
		*store, *rootfs, map, -1, lock, -1, -1, NULL
	};

	if (lock < 0)
		return lock;
	listener = supervisor_bind(store, name, e);
	if (listener < 0)
		return listener;
	start.listener = listener;
	start.rootfs.store = &start.store;
	return start_init(&start, e);
}
