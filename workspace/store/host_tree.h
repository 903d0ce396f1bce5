/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * host_tree.h - what the host layer holds of the host.
 *
 * All directories, owned as inside, copies of the readable /etc and of the
 * package manager's databases, and the marks that hide what is the host's
 * alone (host_layer.h).
 */
#ifndef WORKSPACE_HOST_TREE_H
#define WORKSPACE_HOST_TREE_H

#include "core/err.h"
#include "workspace/store/store.h"

/* Whether "var/tmp" and the like is shown empty. */
bool host_tree_hides(const char *path);

/* Whether the file system of the store can hold it: the marks are attributes.
 * Without them there are workspaces on a base only. */
int host_tree_check(const struct store *store, struct err *e) MUST_CHECK;

/* Make it in up, an empty layer's directory. */
int host_tree_build(const struct store *store, int up,
		    struct err *e) MUST_CHECK;

/*
 * Bring one that was made up to date: what was added, removed or changed on
 * the host since is made again, the rest is only looked at. Nobody may be
 * using it; one that failed is good for nothing.
 */
int host_tree_renew(const struct store *store, int up,
		    struct err *e) MUST_CHECK;

#endif
