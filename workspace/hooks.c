/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* hooks.c - what project does to projects, done to their workspaces too. */
#include <string.h>

#include "core/mem.h"
#include "workspace/ops.h"
#include "workspace/workspace.h"

/* Clones show the directory of the project that their origin belonged to. */
static int follow_project(const struct store *store, const char *old_name,
			  const char *new_name, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(store, "ws", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		rc = ops_set_project(store, names.list[i], old_name, new_name,
				     e);
	return rc;
}

int workspace_renamed(const char *old_name, const char *new_name, struct err *e)
{
	SCOPED_STORE struct store store = { .dir = -1 };
	int rc = store_open(&store, e);

	if (rc == 0 && workspace_name_check(old_name, NULL) == 0 &&
	    store_has(&store, "ws", old_name))
		rc = ops_rename(&store, old_name, new_name, e);
	return rc < 0 ? rc : follow_project(&store, old_name, new_name, e);
}

int workspace_deleted(const char *name, char **ret_trash, struct err *e)
{
	SCOPED_STORE struct store store = { .dir = -1 };
	char *trash = NULL;
	int rc = store_open(&store, e);

	if (rc == 0 && workspace_name_check(name, NULL) == 0 &&
	    store_has(&store, "ws", name))
		rc = ops_destroy(&store, name, &trash, e);
	if (rc == 0)
		*ret_trash = trash;
	return rc;
}

int workspace_undeleted(const char *name, const char *trash, struct err *e)
{
	SCOPED_STORE struct store store = { .dir = -1 };
	int rc = store_open(&store, e);

	return rc < 0 ? rc : ops_undelete(&store, trash, name, e);
}
