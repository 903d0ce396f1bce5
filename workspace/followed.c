/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* followed.c - what project did to a project, done to its workspace too. */
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "workspace/ops.h"
#include "workspace/followed.h"

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

static bool has(const struct store *store, const char *name)
{
	return workspace_name_check(name, NULL) == 0 &&
	       store_has(store, "ws", name);
}

static int renamed(const struct store *store, const char *name,
		   const char *new_name, struct err *e)
{
	int rc = 0;

	if (has(store, name))
		rc = ops_rename(store, name, new_name, e);
	return rc < 0 ? rc : follow_project(store, name, new_name, e);
}

static int deleted(const struct store *store, const char *name,
		   const char *none, struct err *e)
{
	SCOPED_TEXT char *trash = NULL;
	int rc = 0;

	(void)none;
	if (has(store, name))
		rc = ops_destroy(store, name, &trash, e);
	if (rc == 0 && trash != NULL)
		printf("%s\n", trash);
	return rc;
}

static int undeleted(const struct store *store, const char *name,
		     const char *trash, struct err *e)
{
	int rc = ops_undelete(store, trash, name, e);

	if (rc == 0)
		printf("%s\n", name);
	return rc;
}

static const struct {
	const char *what;
	int operands;
	int (*fn)(const struct store *store, const char *name, const char *more,
		  struct err *e);
} moves[] = {
	{ "rename", 2, renamed },
	{ "delete", 1, deleted },
	{ "undelete", 2, undeleted },
};

int followed_main(int argc, char **argv)
{
	SCOPED_STORE struct store store = { .dir = -1 };
	struct err e = { 0 };
	int rc = -1;

	for (size_t i = 0; i < COUNT_OF(moves); i++) {
		if (argc != moves[i].operands + 1 ||
		    strcmp(argv[0], moves[i].what) != 0)
			continue;
		rc = store_open(&store, &e);
		if (rc == 0)
			rc = moves[i].fn(&store, argv[1],
					 argc > 2 ? argv[2] : NULL, &e);
		if (rc < 0)
			return log_exit(&e);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	log_err("followed: expected rename NAME NEW, delete NAME or "
		"undelete NAME TRASH");
	return 2;
}
