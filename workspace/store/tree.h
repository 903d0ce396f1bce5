/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tree.h - copy, measure and remove directories that hold anything.
 *
 * Works on descriptors and never follows a symbolic link out of the tree, so
 * that whoever fills a tree cannot lead us elsewhere. Layers are copied with
 * owners, modes, times, hard links, sparse regions, extended attributes (also
 * user.overlay.*), devices and overlayfs' whiteouts; file contents are shared
 * where the file system can (FICLONE). Called as root of a user namespace.
 */
#ifndef WORKSPACE_TREE_H
#define WORKSPACE_TREE_H

#include <sys/types.h>

#include "core/err.h"
#include "workspace/store/walk.h"

/* Remove everything in the directory dir. */
int tree_empty(int dir, struct err *e) MUST_CHECK;

/* Remove name in the directory dir, with all that is in it. */
int tree_remove(int dir, const char *name, unsigned depth,
		struct err *e) MUST_CHECK;

struct tree_copy {
	/* Owners outside of the map are seen as 65534: give those to 0. */
	bool nobody_to_root;
	/* Devices, sockets and what cannot be read is left out and counted. */
	bool skip_odd;
	bool reflink_only; /* refuse to copy bytes: -EOPNOTSUPP */
	uint64_t skipped; /* counted by tree_copy() */
};

/* Copy the contents and the attributes of the directory from to the directory
 * to. */
int tree_copy(int from, int to, struct tree_copy *how,
	      struct err *e) MUST_CHECK;

/*
 * Copy a file or a symbolic link in the directory dir to a new name there, its
 * owner 0 instead of 65534. What was made when it fails is left to the caller.
 */
int tree_copy_one(int dir, const char *name, const char *as,
		  struct err *e) MUST_CHECK;

struct tree_size {
	uint64_t bytes; /* on disk, a hard link counted once */
	uint64_t files;
};

int tree_measure(int dir, struct tree_size *ret, struct err *e) MUST_CHECK;

/*
 * Apply a frozen layer on top of another (or an empty) one in to: what
 * overlayfs would show of both, as one layer with its whiteouts kept. Files
 * are hard-linked: frozen layers never change.
 */
int tree_apply(int layer, int to, struct err *e) MUST_CHECK;

/* Whether a directory hides what the layers below have there. */
bool tree_is_opaque(int dir);

#endif
