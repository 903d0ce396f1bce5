/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * state.h - the states of a workspace: frozen as snapshots, gone back to, and
 * begun anew when a layer is lost.
 *
 * Each is one edit (edit.h). A state is a chain of frozen layers.
 */
#ifndef WORKSPACE_STATE_H
#define WORKSPACE_STATE_H

#include "core/err.h"
#include "workspace/edit.h"

enum { SNAPSHOT_NOW = -1 /* the state as it is, not a snapshot */ };

/* Freeze the state; a running workspace is paused meanwhile. */
int state_snapshot(const struct store *store, const char *name,
		   const char *comment, unsigned *ret_number,
		   struct err *e) MUST_CHECK;

/* Change the comment of a snapshot. */
int state_comment(const struct store *store, const char *name, unsigned number,
		  const char *comment, struct err *e) MUST_CHECK;

/* Remove one snapshot from the list; its layers go with the next gc. */
int state_forget(const struct store *store, const char *name, unsigned number,
		 struct err *e) MUST_CHECK;

/*
 * Go back to a snapshot, 0: the one that the state stands on. What is there is
 * frozen first; *ret_saved is the number of that snapshot, 0 when nothing had
 * changed. *ret_number is the one gone back to.
 */
int state_restore(const struct store *store, const char *name, unsigned number,
		  unsigned *ret_number, unsigned *ret_saved,
		  struct err *e) MUST_CHECK;

/*
 * What another workspace can be built on: the chain of a snapshot, or of
 * SNAPSHOT_NOW, which is frozen first. *ret is the caller's to end.
 */
int state_chain(struct edit *from, int number, struct chain *ret,
		struct err *e) MUST_CHECK;

/* -ENOENT, with what to do, when a layer of the state or of chain is missing.
 */
int state_check(const struct store *store, const char *name,
		const struct meta *meta, struct err *e) MUST_CHECK;
int state_check_chain(const struct store *store, const char *name,
		      const struct chain *chain, struct err *e) MUST_CHECK;

/*
 * Where a layer of the state is missing, begin anew on what is below it, if all
 * of that is there: 1, with what was written since *ret_number (0: the base)
 * lost. Else 0, and *ret_number is the newest snapshot that can be gone back
 * to, 0: none.
 */
int state_repair(const struct store *store, const char *name,
		 unsigned *ret_number, struct err *e) MUST_CHECK;

#endif
