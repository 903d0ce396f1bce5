/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ops.h - what can be done to a workspace as a whole; state.h has its states.
 *
 * Each takes the locks that it needs, prepares new layers aside and becomes
 * real by one replacement of a file of the store: killed at any point, it
 * leaves the state before or the state after.
 */
#ifndef WORKSPACE_OPS_H
#define WORKSPACE_OPS_H

#include "core/err.h"
#include "workspace/store/store.h"

struct create {
	const char *name;
	const char *project; /* NULL: the one of the same name */
	const char *base; /* text for the reader */
	const char *image; /* meta.image, or NULL */
	const char *packages; /* meta.packages; NULL or "": the host's now */
	const char *map; /* NULL: the usual */
	enum store_kind store;
	unsigned size_gib; /* of stores that have one; 0: as they choose */
	bool init; /* a full system container */
	struct chain lower; /* of the base */
};

/* -EEXIST when there is one already. */
int ops_create(const struct store *store, const struct create *create,
	       struct err *e) MUST_CHECK;

/* The error that there is a workspace called name. */
int ops_taken(const char *name, struct err *e);
/* 0, or that error. */
int ops_check_free(const struct store *store, const char *name,
		   struct err *e) MUST_CHECK;

/* number: a snapshot's, or SNAPSHOT_NOW (state.h). */
int ops_clone(const struct store *store, const char *name, int number,
	      const char *new_name, struct err *e) MUST_CHECK;

/* Into the trash; *ret_trash is its name there, the caller's to free. */
int ops_destroy(const struct store *store, const char *name, char **ret_trash,
		struct err *e) MUST_CHECK;

/* Out of the trash again. */
int ops_undelete(const struct store *store, const char *trash, const char *name,
		 struct err *e) MUST_CHECK;

int ops_rename(const struct store *store, const char *name,
	       const char *new_name, struct err *e) MUST_CHECK;

/* A workspace of the project old_name becomes one of new_name; else nothing. */
int ops_set_project(const struct store *store, const char *name,
		    const char *old_name, const char *new_name,
		    struct err *e) MUST_CHECK;

/* It fits the packages that the host has today. */
int ops_set_packages(const struct store *store, const char *name,
		     struct err *e) MUST_CHECK;

#endif
