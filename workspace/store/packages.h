/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * packages.h - which packages the host has, and had.
 *
 * Over the host only a workspace's own changes are frozen: what is below moves
 * when the host is upgraded. So a workspace and its snapshots say by an id with
 * which packages they were made; the store's hosts/ID holds "NAME VERSION" of
 * each, as dpkg's database had them.
 */
#ifndef WORKSPACE_PACKAGES_H
#define WORKSPACE_PACKAGES_H

#include "core/buf.h"
#include "core/err.h"
#include "workspace/store/store.h"

/*
 * The id of what the host has now, kept in the store; "" on a host without
 * dpkg. Reads dpkg's database only when that has changed.
 */
int packages_now(const struct store *store, char ret[PACKAGES_ID_BYTES + 1],
		 struct err *e) MUST_CHECK;

/*
 * Compare now with a former id: adds "NAME OLD -> NEW" lines, with "(none)" for
 * either, to out. Returns how many; 0 for "" and for one that is not kept any
 * more.
 */
int packages_changed(const struct store *store, const char *since,
		     struct buf *out, struct err *e) MUST_CHECK;

/* "the host's 12 packages changed since WHEN: libc6, ...", from such lines. */
char *packages_sentence(int count, const struct buf *lines,
			const char *when) MUST_CHECK;

/*
 * dpkg's database of a workspace, brought to today's host: a package that was
 * not touched inside since the former id becomes the host's of today, in
 * ours. What both have changed stays as it is inside, and its name is added to
 * conflicts, one a line. Returns how many were changed.
 */
int packages_merge(const struct store *store, const char *since,
		   const struct buf *ours, struct buf *out,
		   struct buf *conflicts, struct err *e) MUST_CHECK;

#endif
