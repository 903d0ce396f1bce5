/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* unpack.h - an archive becomes a new layer. */
#ifndef WORKSPACE_UNPACK_H
#define WORKSPACE_UNPACK_H

#include "core/err.h"
#include "workspace/store/store.h"

typedef void import_told_fn(const char *text);

struct import {
	const struct store *store;
	const struct idmap *map;
	unsigned max_mib; /* of unpacked contents */
	import_told_fn *told_fn;
	char **image; /* gets what an image says of running it (oci.h) */
	const char *name; /* which of several images; NULL: not given */
};

/* Unpack an archive into a new layer, which goes on top of *chain. */
int import_archive(const struct import *import, int fd, const char *strip,
		   bool oci, struct chain *chain, struct err *e) MUST_CHECK;

/* Layers that are not used after all. */
void import_drop(const struct store *store, const struct chain *chain);

#endif
