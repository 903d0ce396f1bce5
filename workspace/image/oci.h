/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * oci.h - images of the Open Container Initiative, read.
 *
 * What an image says of running it (Env, Cmd, Entrypoint, User, WorkingDir of
 * its configuration) is kept as one line of JSON.
 */
#ifndef WORKSPACE_OCI_H
#define WORKSPACE_OCI_H

#include "workspace/image/unpack.h"

/*
 * Read an image layout in the directory dir. Its files are a stranger's:
 * names are looked up without following links, contents checked by digest.
 */
int oci_import(const struct import *import, int dir, struct chain *ret,
	       struct err *e) MUST_CHECK;

/* The same of what "docker save" and "podman save" write by default, and of
 * skopeo's "dir:". */
int docker_import(const struct import *import, int dir, struct chain *ret,
		  struct err *e) MUST_CHECK;

#endif
