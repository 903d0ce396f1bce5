/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * import.h - root file systems from outside become layers.
 */
#ifndef WORKSPACE_IMPORT_H
#define WORKSPACE_IMPORT_H

#include "workspace/image/unpack.h"

/*
 * Import a directory, a tar archive (plain root file system, Incus' unified
 * tarball, OCI image archive), "docker://REGISTRY/IMAGE" through skopeo(1) or a
 * directory with an OCI image layout. The new layers become *ret, the topmost
 * first; the caller names them in the store or drops them (import_drop).
 */
int import_source(const struct import *import, const char *path,
		  struct chain *ret, struct err *e) MUST_CHECK;

#endif
