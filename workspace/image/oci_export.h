/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* oci_export.h - images of the Open Container Initiative, written. */
#ifndef WORKSPACE_OCI_EXPORT_H
#define WORKSPACE_OCI_EXPORT_H

#include "workspace/image/archive.h"

/*
 * Write an image of the root file system in root, as an archive that
 * podman and docker load. tmp is a directory for its layer meanwhile.
 */
int oci_export(struct pack *pack, int root, int tmp, const char *name,
	       const char *image, uint64_t *ret_skipped,
	       struct err *e) MUST_CHECK;

#endif
