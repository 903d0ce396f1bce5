/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * start.h - start the supervisor of a workspace. (supervisor.h is for those who
 * find it running: they need none of the libraries that it does.)
 */
#ifndef WORKSPACE_START_H
#define WORKSPACE_START_H

#include "core/err.h"
#include "workspace/run/rootfs.h"

/*
 * The workspace does not run; the caller holds the lock of its name. With 0
 * supervisor_connect() finds it. *ret_alive, with rootfs->outgoing: a
 * descriptor that hangs up when it ends.
 */
int supervisor_start(const struct store *store, const char *name,
		     const struct rootfs *rootfs, const struct idmap *map,
		     int *ret_alive, struct err *e) MUST_CHECK;

#endif
