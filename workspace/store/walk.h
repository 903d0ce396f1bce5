/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * walk.h - a tree's directories, one at a time, and its files with several
 * names.
 *
 * Works on descriptors and never follows a symbolic link, so that whoever
 * fills a tree cannot lead us out of it. What copies, measures, removes or
 * shifts a tree differs only in what it does with a child.
 */
#ifndef WORKSPACE_WALK_H
#define WORKSPACE_WALK_H

#include <sys/types.h>

#include "core/err.h"

enum {
	TREE_DEPTH_MAX = 2000, /* directories within directories */
};

/* For each child of dir; what is not 0 ends the walk and is its result. */
typedef int walk_fn(void *data, int dir, const char *name, unsigned depth,
		    struct err *e);

/*
 * Call fn for each child of the directory dir but "." and "..". depth is how
 * far below the first directory dir is: -ELOOP beyond TREE_DEPTH_MAX. dir may
 * be a descriptor of O_PATH; the times of access stay as they are where the
 * system lets us. Two descriptors are open for each directory on the way down.
 */
int walk_dir(int dir, unsigned depth, walk_fn *fn, void *data,
	     struct err *e) MUST_CHECK;

/* A child that is a directory itself: a descriptor, or -1 with errno. */
int walk_open(int dir, const char *name) MUST_CHECK;

/* A file that has several names, as met so far. */
struct link {
	dev_t dev;
	ino_t ino;
	unsigned met; /* how many of its names; 0: an unused place */
	unsigned names; /* how many it has, by its first stat */
	char *path; /* the caller's use; owned by the table */
};

/* All-zero is a valid empty table. */
struct links {
	struct link *list; /* hashed; room is a power of two */
	size_t count, room;
};

/*
 * Count one more name of a file. The result, met being 1 at the first time, is
 * valid until the next call.
 */
struct link *links_meet(struct links *links, dev_t dev, ino_t ino,
			unsigned names) MUST_CHECK;
void links_fini(struct links *links);
#define SCOPED_LINKS ON_SCOPE_EXIT(links_fini)

#endif
