/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * undo.h - take back the last group of changes of the journal.
 *
 * Only what is still as the change left it is taken back: a project that has
 * been replaced or a file that was edited since is refused, with nothing
 * changed. A change that never happened (a crash between journal and change)
 * is passed over.
 */
#ifndef PROJECT_UNDO_H
#define PROJECT_UNDO_H

#include "project/change.h"

/*
 * Undo the newest group that is not undone. *ret_what: what it was, the
 * caller's to free; NULL when there is nothing to undo.
 */
int undo_last(struct gtd *gtd, char **ret_what, struct err *e) MUST_CHECK;

/* Print the groups that can be undone, newest first, as lines to out. */
int undo_list(struct gtd *gtd, struct buf *out, struct err *e) MUST_CHECK;

#endif
