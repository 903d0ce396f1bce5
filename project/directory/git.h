/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* git.h - a GTD directory that is a git work tree: commit, pull, push. */
#ifndef PROJECT_GIT_H
#define PROJECT_GIT_H

#include "project/directory/gtd.h"

/*
 * Commit paths, relative to the directory, and nothing else; some may be gone.
 * What else is staged stays staged. 0 or -errno.
 */
int git_commit(const struct gtd *gtd, const char *what,
	       const char *const *paths, size_t path_count,
	       struct err *e) MUST_CHECK;

/* Pull with rebase, then push. Stops at conflicts with their paths in out. */
int git_sync(const struct gtd *gtd, struct buf *out, struct err *e) MUST_CHECK;

/* Whether a rebase or merge of the user's is stopped here: what is changed now
 * goes with "git rebase --abort". */
bool git_is_stopped(const struct gtd *gtd);

#endif
