/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * bases.h - what a workspace begins with.
 */
#ifndef WORKSPACE_BASES_H
#define WORKSPACE_BASES_H

#include "core/err.h"
#include "workspace/store/store.h"

typedef void bases_told_fn(const char *text);

/*
 * The chain that "--base TEXT" means: "host"; a base's name; NAME@SNAP of a
 * workspace; "debian:SUITE+PACKAGES" (debian.h); a directory, tar or OCI
 * image, which is imported (a path has a "/").
 * *ret_label is for the reader, *ret_image for meta.image. All become the
 * caller's; the caller holds the store's lock, and names the new layers in the
 * store or leaves them to gc.
 */
int bases_resolve(const struct store *store, const struct idmap *map,
		  const char *text, unsigned max_mib, bases_told_fn *told_fn,
		  struct chain *ret, char **ret_label, char **ret_image,
		  struct err *e) MUST_CHECK;

#endif
