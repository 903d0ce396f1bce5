/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * import.h - root file systems from outside become layers.
 */
#ifndef WORKSPACE_IMPORT_H
#define WORKSPACE_IMPORT_H

#include "core/err.h"
#include "workspace/image/archive.h"
#include "workspace/store/store.h"

typedef void import_told_fn(const char *text);

struct import {
	const struct store *store;
	const struct idmap *map;
	unsigned max_mib; /* of unpacked contents */
	import_told_fn *told_fn;
};

/*
 * Import a directory, a tar archive (plain root file system, Incus' unified
 * tarball, OCI image archive) or a directory with an OCI image layout. The new
 * layers become *ret, the topmost first; the caller names them in the store or
 * drops them (import_drop).
 */
int import_source(const struct import *import, const char *path,
		  struct chain *ret, struct err *e) MUST_CHECK;
void import_drop(const struct store *store, const struct chain *chain);

/* Unpack an archive into a new layer, which goes on top of *chain. */
int import_archive(const struct import *import, int fd, const char *strip,
		   bool oci, struct chain *chain, struct err *e) MUST_CHECK;

/*
 * oci.c: read an image layout in the directory dir. Its files are a stranger's:
 * names are looked up without following links, contents checked by digest.
 */
int oci_import(const struct import *import, int dir, struct chain *ret,
	       struct err *e) MUST_CHECK;

/*
 * oci.c: write an image of the root file system in root, as an archive that
 * podman and docker load. tmp is a directory for its layer meanwhile.
 */
int oci_export(struct pack *pack, int root, int tmp, const char *name,
	       uint64_t *ret_skipped, struct err *e) MUST_CHECK;

#endif
