/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * projects.h - from a project's name to its directory, as project finds it.
 *
 * project is another program, and is asked by its verbs. Where it is not
 * installed, or there is no GTD directory, there are no projects.
 */
#ifndef WORKSPACE_PROJECTS_H
#define WORKSPACE_PROJECTS_H

#include "core/base.h"

/*
 * The directory of a project that is called so, absolute; NULL when there is
 * none. The result is the caller's.
 */
char *project_dir(const char *name) MUST_CHECK;

/*
 * The next project_dir() will be asked for this name: project runs, 1.5 ms,
 * while the caller does something else.
 */
void project_ask_ahead(const char *name);

/* The name of the one project that begins so, the caller's; or NULL. */
char *project_find(const char *prefix) MUST_CHECK;

/*
 * Call fn for each project whose name begins with prefix, in any state and in
 * no order; state is the word for that.
 */
typedef void project_fn(const char *name, const char *state, void *data);
void projects_each(const char *prefix, project_fn *fn, void *data);

#endif
