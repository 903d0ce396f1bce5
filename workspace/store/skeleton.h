/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * skeleton.h - the layer that makes the host's own directories a base.
 *
 * In a user namespace the host's files belong to nobody, so that even root
 * inside could not create a file in /usr/bin. A merged directory of overlayfs
 * takes its owner from the topmost layer: the skeleton is a layer that holds
 * all *directories* of the host's system, owned as inside, copies of the
 * readable /etc, and hides what is private to the host (logs, mail, spools). It
 * is made once, and again when the host was changed since.
 */
#ifndef WORKSPACE_SKELETON_H
#define WORKSPACE_SKELETON_H

#include "core/err.h"
#include "workspace/store/store.h"

/* The host's directories that are shown, without a slash; ends with NULL. */
extern const char *const skeleton_parts[];

/* Whether "var/tmp" and the like is shown empty. */
bool skeleton_hides(const char *path);

/*
 * The current skeleton's layer, made or made anew when needed: told_fn is then
 * called before. The caller holds the store's lock, shared.
 */
typedef void skeleton_told_fn(const char *text);
int skeleton_get(const struct store *store, skeleton_told_fn *told_fn,
		 char ret[LAYER_ID_BYTES + 1], struct err *e) MUST_CHECK;

/* The layer in the store's file, "" when there is none: for gc. */
void skeleton_peek(const struct store *store, char ret[LAYER_ID_BYTES + 1]);

/* Forget it, so that the next use makes a new one. */
int skeleton_forget(const struct store *store, struct err *e) MUST_CHECK;

#endif
