/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * running.h - what runs a workspace: our supervisor (run/supervisor.h), or
 * liblxc for a full system container (lxc/boot.h).
 */
#ifndef WORKSPACE_RUNNING_H
#define WORKSPACE_RUNNING_H

#include "core/err.h"
#include "workspace/run/supervisor.h"

/* All-zero: nothing. */
struct running {
	struct supervisor supervisor; /* pid 0 when liblxc runs it */
	pid_t init; /* process 1 as seen from outside */
	int paused; /* of liblxc's, while it stands still */
};

/* 1 with *ret filled, 0 when the workspace does not run, or -errno. */
int running_find(const struct store *store, const char *name,
		 struct running *ret, struct err *e) MUST_CHECK;
/*
 * The same, but 0 for one whose last command has just ended: it is waited for a
 * moment. *ret is zero or what running_find() filled.
 */
int running_lasts(const struct store *store, const char *name,
		  struct running *ret, struct err *e) MUST_CHECK;
void running_close(struct running *running);
#define SCOPED_RUNNING ON_SCOPE_EXIT(running_close)

/* meta: of the workspace. It goes on at the latest when running is closed. */
int running_pause(const struct store *store, const struct meta *meta,
		  struct running *running, struct err *e) MUST_CHECK;
void running_resume(struct running *running);

/*
 * Make sure that a workspace does not run, and will not while the returned
 * descriptor is open. -EBUSY with who uses it.
 */
int running_exclude(const struct store *store, const char *name,
		    struct err *e) MUST_CHECK;

/* End everything inside; 0 when nothing ran. */
int running_stop(const struct store *store, const char *name, unsigned grace_s,
		 struct err *e) MUST_CHECK;

#endif
