/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * debian.h - a fresh Debian system as a layer, by mmdebstrap or debootstrap.
 *
 * Whichever is installed runs as root of a namespace with the workspace's ids,
 * and puts the system straight into the new layer: no root is needed, owners
 * are right from the beginning, and nothing of it survives the command that
 * asked for it, neither a process nor a mount.
 *
 * Packages come from the archive that the host's apt uses, if the host is a
 * Debian, and are checked with the host's keys.
 */
#ifndef WORKSPACE_DEBIAN_H
#define WORKSPACE_DEBIAN_H

#include "core/err.h"
#include "workspace/image/import.h"

enum { DEBIAN_SPEC_MAX_BYTES = 2000 };

/*
 * Whether spec is "SUITE[+PACKAGE[,PACKAGE]...]": names as Debian has them, so
 * that none is an option, a path or a word of a shell. err_usage if not. Pure.
 */
int debian_check(const char *spec, struct err *e) MUST_CHECK;

/* Make it; the new layer goes onto *chain, and is the caller's to name. */
int debian_import(const struct import *import, const char *spec,
		  struct chain *chain, struct err *e) MUST_CHECK;

#endif
