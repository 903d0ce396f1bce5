/*
 * bases.h - what a workspace begins with.
 */
#ifndef WORKSPACE_BASES_H
#define WORKSPACE_BASES_H

#include "core/err.h"
#include "project/workspace/store.h"

typedef void bases_told_fn(const char *text);

/*
 * The chain that "--base TEXT" means: "host"; a base's name; NAME@SNAP of a
 * workspace; a folder, tar or OCI layout, which is imported.
 * *ret_label is for the reader. Both become the caller's.
 */
int bases_resolve(const struct store *store, const char *text,
		  bases_told_fn *told_fn, struct chain *ret, char **ret_label,
		  struct err *e) MUST_CHECK;

#endif
