/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * freezer.h - let every process of a pid namespace stand still, and go on.
 *
 * With signals, as an ordinary user has no cgroup freezer: parents are stopped
 * before their children, and go on after them, so that no shell sees its job
 * stopped. What was stopped before stays so.
 */
#ifndef WORKSPACE_FREEZER_H
#define WORKSPACE_FREEZER_H

#include <sys/types.h>

#include "core/err.h"

struct freezer {
	int proc; /* descriptor of this namespace's /proc */
	pid_t *pids; /* stopped by us, in the order of stopping; owned */
	size_t count;
};

/* Called by process 1, with /proc mounted. */
int freezer_init(struct freezer *freezer, struct err *e) MUST_CHECK;

/* False when some process did not stop in time: then all go on again. */
bool freezer_freeze(struct freezer *freezer) MUST_CHECK;
void freezer_thaw(struct freezer *freezer);

#endif
