/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * start.h - start the holder of a workspace. (holder.h is for those who find
 * it running: they need none of the libraries that it does.)
 */
#ifndef WORKSPACE_START_H
#define WORKSPACE_START_H

#include "core/err.h"
#include "workspace/run/view.h"

/*
 * The workspace does not run; the caller holds the lock of its name. With 0
 * holder_connect() finds it.
 */
int holder_start(const struct store *store, const char *name,
		 const struct view *view, const struct idmap *map,
		 struct err *e) MUST_CHECK;

#endif
