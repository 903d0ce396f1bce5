/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * grant.h - layers for a workspace whose root is another id than the user.
 *
 * "--map b:0:100000:65536": root inside is 100000, who is nobody to the user's
 * store with its mode 0700. Such a layer's up and work directories belong to
 * that id, and the way there may be searched by it alone, by an access control
 * list.
 */
#ifndef WORKSPACE_GRANT_H
#define WORKSPACE_GRANT_H

#include "core/err.h"
#include "workspace/ns/idmap.h"
#include "workspace/store/store.h"

enum { GRANT_USERS_MAX = 64 }; /* roots that are let through; no more */

/*
 * Give a new layer to root of the map. Does nothing when that is the calling
 * user. -E2BIG beyond the limit, -EOPNOTSUPP on a file system without access
 * control lists, -EPERM for an id that is not the user's to give.
 */
int grant_layer(const struct store *store, const char *id,
		const struct idmap *map, struct err *e) MUST_CHECK;

#endif
