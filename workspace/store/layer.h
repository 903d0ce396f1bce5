/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* layer.h - make, look at and remove the layers of a store. */
#ifndef WORKSPACE_LAYER_H
#define WORKSPACE_LAYER_H

#include "core/err.h"
#include "workspace/store/store.h"

/* The host's directories that are shown, without a slash; ends with NULL. */
extern const char *const layer_host_parts[];

/*
 * Make a new empty layer with its up directory, for root of the map (grant.h);
 * its id goes to ret.
 */
int layer_new(const struct store *store, const struct idmap *map,
	      char ret[LAYER_ID_BYTES + 1], struct err *e) MUST_CHECK;

/* What was written to it: a descriptor of its up directory. */
int layer_open(const struct store *store, const char *id,
	       struct err *e) MUST_CHECK;

bool layer_exists(const struct store *store, const char *id) MUST_CHECK;

/* What was written to it is on disk when this returns. */
int layer_sync(const struct store *store, const char *id,
	       struct err *e) MUST_CHECK;

/*
 * Whether nothing was ever written to a layer. Over the host its mount points
 * (layer_host_parts) do not count.
 */
bool layer_is_empty(const struct store *store, const char *id, bool host);

/*
 * Remove layers, however their owners and modes: first moved to tmp/, so that
 * a killed removal leaves nothing half there.
 */
int layers_remove(const struct store *store, const struct names *ids,
		  struct err *e) MUST_CHECK;
/* Remove one that its maker did not use after all; errors are left to gc. */
void layer_drop(const struct store *store, const char *id);

/* Empty tmp/. Returns how many things were there, or -errno. */
int layers_empty_tmp(const struct store *store, struct err *e) MUST_CHECK;

#endif
