/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tree.h - every file of the directory, whatever it is called: for what looks
 * at files as such, and not at projects and lists.
 */
#ifndef PROJECT_TREE_H
#define PROJECT_TREE_H

#include "project/directory/gtd.h"

/* Called for each file below the directory, and for each directory before what
 * is in it. path is relative; name is its last part. Non-zero stops. */
typedef int tree_fn(const char *path, const char *name, bool is_dir,
		    void *data);

/*
 * Links are followed, a few levels deep, but for those that lead up or to the
 * root. What git and Syncthing keep is passed by, and what cannot be read is a
 * warning, and *ret_incomplete true. Returns 0, or what fn returned.
 */
int tree_walk(const struct gtd *gtd, tree_fn *fn, void *data,
	      bool *ret_incomplete) MUST_CHECK;

#endif
