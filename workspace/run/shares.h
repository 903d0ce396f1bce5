/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * shares.h - what of the host is shown inside beside the project's directory.
 *
 * Nothing by default. "sound", "display", "ssh-agent" and "speech" show the
 * sockets of the user's session, "home" the home directory; anything else is a
 * path, "PATH[:INSIDE][:ro]".
 */
#ifndef WORKSPACE_SHARES_H
#define WORKSPACE_SHARES_H

#include "core/err.h"
#include "workspace/run/rootfs.h"

enum { SHARES_MAX = 64 };

/* All-zero is empty. */
struct shares {
	struct share list[SHARES_MAX];
	size_t count;
	char **env; /* "NAME=VALUE" that goes with them; owned */
	size_t env_count;
};

/* err_usage when it is none of the above; -ENOENT when it is not there. */
int shares_add(struct shares *shares, const char *text,
	       struct err *e) MUST_CHECK;
/* A directory or file, writable or not, at a path inside. */
int shares_add_path(struct shares *shares, const char *source,
		    const char *inside, bool read_only,
		    struct err *e) MUST_CHECK;
void shares_fini(struct shares *shares);

#endif
