/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * whole.h - copies of a layer, in the way of its store.
 *
 * overlay: what was written, with shared extents where possible. dir: a plain
 * copy of the whole tree. reflink: the same, refusing to copy bytes. btrfs: the
 * tree is a subvolume, the copy a snapshot of it by the kernel.
 */
#ifndef WORKSPACE_WHOLE_H
#define WORKSPACE_WHOLE_H

#include "core/err.h"
#include "workspace/store/store.h"

/* Whether the store's directory can do that: -EOPNOTSUPP with what would. */
int whole_check(const struct store *store, const struct meta *meta,
		struct err *e) MUST_CHECK;

/* Copy layer from into the new layer to; on disk when it returns. */
int whole_copy(const struct store *store, const struct meta *meta,
	       const char *from, const char *to, struct err *e) MUST_CHECK;

#endif
