/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * workspace.h - project's container mode, as the rest of project sees it.
 */
#ifndef PROJECT_WORKSPACE_H
#define PROJECT_WORKSPACE_H

#include "core/buf.h"
#include "core/err.h"

/*
 * "project workspace ...": argv[0] is "workspace", the verb follows. Returns
 * the exit code: 0, 1, 2, or for run and enter that of the command.
 */
int workspace_main(int argc, char **argv);

/*
 * The directory of a project that is called so, absolute; NULL when there is
 * none. The result is the caller's.
 */
char *workspace_project_dir(const char *name) MUST_CHECK;

/*
 * Call fn for each project whose name begins with prefix, in any state and in
 * no order; state is the word for that. Without a GTD directory there are none.
 */
typedef void workspace_project_fn(const char *name, const char *state,
				  void *data);
void workspace_each_project(const char *prefix, workspace_project_fn *fn,
			    void *data);

/*
 * What project does to a project, done to its workspace too. All of them are 0
 * without doing anything when there is no such workspace.
 */

/* A project has another name: so has its workspace; clones follow. */
int workspace_renamed(const char *old_name, const char *new_name,
		      struct err *e) MUST_CHECK;

/*
 * A project goes to the trash: so does its workspace. *ret_trash names it for
 * workspace_undeleted(); NULL when there was none. -EBUSY when it is in use.
 */
int workspace_deleted(const char *name, char **ret_trash,
		      struct err *e) MUST_CHECK;
int workspace_undeleted(const char *name, const char *trash,
			struct err *e) MUST_CHECK;

/*
 * For a list of projects: "", or a few words such as "workspace (3 snapshots,
 * running)", added to out. Never fails: an unreadable one has no words.
 */
void workspace_words(const char *name, struct buf *out);

#endif
