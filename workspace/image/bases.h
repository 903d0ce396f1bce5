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
 * What "--base TEXT" means: "host"; a base's name; NAME@SNAP of a
 * workspace; "debian:SUITE+PACKAGES" (debian.h); a directory, tar or OCI
 * image, which is imported (a path has a "/").
 * Fills lower, base, image and packages of *ret; over the host as it is, the
 * last is left empty. The caller holds the store's lock, and names the new
 * layers in the store or leaves them to gc.
 */
int bases_resolve(const struct store *store, const struct idmap *map,
		  const char *text, unsigned max_mib, bases_told_fn *told_fn,
		  struct meta *ret, struct err *e) MUST_CHECK;

#endif
