/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * history.h - the journal as groups of changes: which were taken back, which
 * take others back, which came by themselves. Linear in the journal's length.
 */
#ifndef PROJECT_HISTORY_H
#define PROJECT_HISTORY_H

#include "project/directory/gtd.h"
#include "project/directory/journal.h"

struct group {
	const char *id, *what; /* borrowed from the journal */
	int64_t when;
	size_t first, last; /* its records lie in there, among others */
	size_t changes; /* records that change something */
	bool automatic, undone, undoing;
	bool is_undo; /* it takes another one back, or that back */
	const char *undo_id; /* of the group that took it back last */
};

struct history {
	struct journal journal;
	struct group *groups; /* owned; oldest first */
	size_t count;
	size_t *index; /* owned: hash of an id to a group + 1 */
	size_t index_size;
};

int history_read(struct history *ret, const struct gtd *gtd,
		 struct err *e) MUST_CHECK;
void history_fini(struct history *history);
#define SCOPED_HISTORY ON_SCOPE_EXIT(history_fini)

/* By its id; NULL. */
struct group *history_find(const struct history *history, const char *id);

/* Whether it can be asked for: a change of the user's that is in force. */
bool group_can_be_undone(const struct group *group);

/* Whether it is a change of the user's that was taken back. */
bool group_can_be_redone(const struct group *group);

/*
 * What other commands did to a file since the journal was `since` bytes long,
 * applied to text: up to the first change that does not fit.
 */
int history_replay(const struct gtd *gtd, size_t since, const char *path,
		   struct buf *text, struct err *e) MUST_CHECK;

/* How long the journal is now. */
size_t history_bytes(const struct gtd *gtd);

#endif
