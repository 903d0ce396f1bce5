/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * gc.h - find what nothing names any more, from the store's files alone.
 */
#ifndef WORKSPACE_GC_H
#define WORKSPACE_GC_H

#include "core/err.h"
#include "workspace/store/store.h"

enum { TRASH_KEEP_DAYS = 7, FLATTEN_LAYERS = 32 };

/* What is wrong or left over. All-zero is empty. */
struct findings {
	struct names layers; /* that nothing names */
	struct names missing; /* "NAME: layer ID": named, but not there */
	struct names broken; /* files that cannot be read, with why */
	struct names temps; /* "ws/.x.tmp": of killed commands */
	struct names trash; /* old enough to be removed */
	struct names shifts; /* directories whose shift was killed */
	size_t tmp_count; /* things in tmp/ */
};

void findings_fini(struct findings *findings);
#define SCOPED_FINDINGS ON_SCOPE_EXIT(findings_fini)

/*
 * Look, without changing anything; the caller holds the store's lock
 * exclusively. Trash older than trash_days is found too.
 */
int gc_look(const struct store *store, unsigned trash_days,
	    struct findings *ret, struct err *e) MUST_CHECK;

/*
 * Remove trash, layers that nothing names and leftovers. Refuses while a file
 * of the store cannot be read: what that names is unknown.
 */
int gc_sweep(const struct store *store, unsigned trash_days, size_t *ret_layers,
	     struct err *e) MUST_CHECK;

/*
 * Join the layers of a workspace that has more than max of them above its base
 * into one; its snapshots keep theirs. Returns how many were joined.
 */
int gc_flatten(const struct store *store, const char *name, unsigned max,
	       struct err *e) MUST_CHECK;

#endif
