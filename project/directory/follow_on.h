/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * follow_on.h - what happens elsewhere when a project changes.
 *
 * The one place where other parts hook in. A project has moved, been renamed,
 * deleted or brought back when follow_on_move() is called, by every command
 * and by undo alike; each function of follow_on_moves[] (follow_on.c) is then
 * called with where the project was and where it is. follow_on_change() is
 * called once at the end of each group of changes with all its paths: the git
 * commit sits there.
 *
 * A follow-on comes after the fact: it cannot stop the change, and what fails
 * in it is a warning. To add one, add its function to the table.
 */
#ifndef PROJECT_FOLLOW_ON_H
#define PROJECT_FOLLOW_ON_H

#include "project/directory/gtd.h"

struct project_move {
	enum state from_state, to_state;
	const char *from_name, *to_name; /* differ when it was renamed */
	const char *from_path, *to_path; /* relative to the GTD directory */
};

typedef int follow_on_move_fn(const struct gtd *gtd,
			      const struct project_move *move, struct err *e);

/* Paths that are not a project's (Projects/X, Completed/Y/X ...) are left. */
void follow_on_move(const struct gtd *gtd, const char *from_path,
		    const char *to_path);

/* what: "complete trip"; paths relative to the directory, some of them gone. */
void follow_on_change(const struct gtd *gtd, const char *what,
		      const char *const *paths, size_t path_count);

#endif
