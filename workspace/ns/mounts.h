/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * mounts.h - mount by descriptor, and find one's way inside a foreign root.
 *
 * Whoever filled a root file system chose its symbolic links. Every path in it
 * is therefore resolved by openat2(2) with RESOLVE_IN_ROOT, and what is mounted
 * goes onto the descriptor found, not onto a path (CVE-2015-1335, runc's
 * CVE-2021-30465). Needs Linux 5.12.
 */
#ifndef WORKSPACE_MOUNTS_H
#define WORKSPACE_MOUNTS_H

#include <sys/types.h>

#include "core/err.h"

/*
 * A mount namespace of the calling process's own, as root: what it mounts is
 * not seen outside, what is unmounted outside goes in it too.
 */
int mount_unshare(struct err *e) MUST_CHECK;

/* Open path inside root (O_PATH). Returns the descriptor or -errno. */
int inside_open(int root, const char *path, struct err *e) MUST_CHECK;

/* The same, making directories (0755) that are missing. */
int inside_make_dir(int root, const char *path, struct err *e) MUST_CHECK;

/* The same for an empty file to mount something onto. */
int inside_make_file(int root, const char *path, struct err *e) MUST_CHECK;

enum {
	MOUNT_READ_ONLY = 1,
	MOUNT_NO_SUID = 2,
	MOUNT_NO_DEV = 4,
	MOUNT_NO_EXEC = 8,
	MOUNT_RECURSIVE = 16, /* binds: with the mounts below */
};

/*
 * Stack lowers[0 .. count), the topmost first, below upper, and mount them
 * onto target. Paths are relative to the working directory, which is why they
 * are short. upper NULL: read-only, and one lower alone is simply bound.
 */
int mount_overlay(const char *const *lowers, size_t count, const char *upper,
		  const char *work, int target, struct err *e) MUST_CHECK;

/* A new file system of a type; options is "key=value,key,..." or NULL. */
int mount_new(const char *type, const char *options, unsigned flags, int target,
	      struct err *e) MUST_CHECK;

/*
 * A copy of the mount at source (relative to dir; "": dir itself), with what
 * is mounted below it when MOUNT_RECURSIVE, that is not to be seen anywhere
 * yet. Returns its descriptor, or -errno. Whoever has it may attach it in any
 * mount namespace of his own, once.
 */
int mount_tree(int dir, const char *source, unsigned flags,
	       struct err *e) MUST_CHECK;
/* Give it other owners: mount_idmapped(). below: also what is mounted in it. */
int mount_tree_idmap(int tree, const char *what, int userns, bool below,
		     struct err *e) MUST_CHECK;
int mount_tree_attach(int tree, int target, const char *what,
		      struct err *e) MUST_CHECK;

/* Show source (relative to dir; "": dir itself) at target also. */
int mount_bind(int dir, const char *source, unsigned flags, int target,
	       struct err *e) MUST_CHECK;

/*
 * The same with the owners of the file system shown as others: userns
 * (ns_open) has the ids on disk as its inside, those to show as its outside.
 * Only root of the host may; -EINVAL on a file system that cannot.
 */
int mount_idmapped(int dir, const char *source, unsigned flags, int userns,
		   int target, struct err *e) MUST_CHECK;

/*
 * Make the mounted directory root the root of this mount namespace, without a
 * way back to the old one, and the working directory.
 */
int mount_pivot(int root, struct err *e) MUST_CHECK;

#endif
