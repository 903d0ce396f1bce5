/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * host_layer.h - the layer that makes the host's own directories a base.
 *
 * In a user namespace the host's files belong to nobody, so that even root
 * inside could not create a file in /usr/bin. A merged directory of overlayfs
 * takes its owner from the topmost layer: the host layer holds
 * all *directories* of the host's system, owned as inside, copies of the
 * readable /etc, and hides what is private to the host (logs, mail, spools). It
 * is made once; when the host was changed since, what changed is made again, or
 * all of it while the old one is in use.
 */
#ifndef WORKSPACE_HOST_LAYER_H
#define WORKSPACE_HOST_LAYER_H

#include "core/err.h"
#include "workspace/store/store.h"

/*
 * The current one, made or made anew when needed: told_fn is then
 * called before. The caller holds the store's lock, shared.
 */
typedef void host_layer_told_fn(const char *text);
int host_layer_get(const struct store *store, host_layer_told_fn *told_fn,
		   char ret[LAYER_ID_BYTES + 1], struct err *e) MUST_CHECK;

/* Whether host_layer_get() would only look it up. */
bool host_layer_is_current(const struct store *store);

/*
 * Bring the layer in the store's file up to date, if nobody uses it and no
 * other command works in the store; otherwise, and when that fails,
 * host_layer_get() makes another. The caller holds no lock of the store.
 */
void host_layer_renew(const struct store *store, host_layer_told_fn *told_fn);

/* The layer in the store's file, "" when there is none: for gc. */
void host_layer_peek(const struct store *store, char ret[LAYER_ID_BYTES + 1]);

#endif
