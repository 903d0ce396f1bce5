/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * undo.h - take groups of changes back, and that back again.
 *
 * A group is taken back as a whole or not at all. What others have changed
 * since stays: a text is merged, a move needs its place to be free. What cannot
 * be taken back is refused with the reason. A change that never happened (a
 * crash between journal and change) is passed by.
 */
#ifndef PROJECT_UNDO_H
#define PROJECT_UNDO_H

#include "project/directory/change.h"
#include "project/directory/history.h"

/*
 * Undo the newest group that is in force. *ret_what: what it was, the caller's
 * to free; NULL when there is nothing to undo.
 */
int undo_last(struct gtd *gtd, char **ret_what, struct err *e) MUST_CHECK;

/* Undo one group; *ret_happened false: there was nothing to take back. */
int undo_group(struct gtd *gtd, const struct history *history,
	       const struct group *group, bool *ret_happened,
	       struct err *e) MUST_CHECK;

/* Redo one that was undone. */
int redo_group(struct gtd *gtd, const struct history *history,
	       const struct group *group, struct err *e) MUST_CHECK;

#endif
