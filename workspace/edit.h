/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * edit.h - one change of a workspace: its locks, its file, and a new layer
 * that is dropped again unless it was used.
 *
 * Killed at any point, or left without edit_commit(), the workspace is what it
 * was before.
 */
#ifndef WORKSPACE_EDIT_H
#define WORKSPACE_EDIT_H

#include "core/err.h"
#include "core/mem.h"
#include "workspace/store/meta.h"
#include "workspace/store/store.h"

/* A new layer; dropped at its end unless used is set. */
struct fresh {
	const struct store *store; /* NULL: none was made */
	char id[LAYER_ID_BYTES + 1];
	bool used;
};

/* With the ids that meta's workspace has. */
int fresh_make(const struct store *store, const struct meta *meta,
	       struct fresh *ret, struct err *e) MUST_CHECK;
void fresh_fini(struct fresh *fresh);

#define SCOPED_FRESH ON_SCOPE_EXIT(fresh_fini)

/* Both locks of a change, the store's taken first; -1: not taken. */
struct locks {
	int store, name;
};

int locks_take(const struct store *store, const char *name, struct locks *ret,
	       struct err *e) MUST_CHECK;
void locks_fini(struct locks *locks);

#define SCOPED_LOCKS ON_SCOPE_EXIT(locks_fini)

/* From edit_begin() to its end the workspace's file is the caller's alone. */
struct edit {
	const struct store *store;
	const char *name;
	struct locks locks;
	struct meta meta; /* may be changed; edit_commit() writes it */
	struct fresh fresh; /* a layer made for it, if any */
};

#define EDIT_NONE                                                              \
	{                                                                      \
		.locks = { -1, -1 }                                            \
	}

/* What it began must be ended, also when it fails. */
int edit_begin(struct edit *edit, const struct store *store, const char *name,
	       struct err *e) MUST_CHECK;
int edit_commit(struct edit *edit, struct err *e) MUST_CHECK;
void edit_fini(struct edit *edit);

#define SCOPED_EDIT ON_SCOPE_EXIT(edit_fini)

#endif
