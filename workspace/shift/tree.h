/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * shift/tree.h - give every file of a tree the owners of another map of ids.
 *
 * Owners, groups, the ids in access lists and the root of file capabilities;
 * setuid and setgid bits and times stay. First a pass that only looks: what
 * cannot be shifted is refused before anything is changed. Then one file after
 * the other; killed in between, the same call goes on where it was: an id that
 * is one of the other side is shifted already. What a file may lose in that
 * moment is in the store's shift/ (shift/kept.h) until all is done.
 *
 * Works on descriptors, never follows a symbolic link, and never leaves the
 * tree: what is mounted below it, and a file that has a name outside of it, is
 * refused.
 */
#ifndef WORKSPACE_SHIFT_TREE_H
#define WORKSPACE_SHIFT_TREE_H

#include "core/err.h"
#include "workspace/shift/ids.h"

struct shift_how {
	const struct shift_map *map;
	int dir; /* of the tree; O_PATH will do */
	const char *path; /* of the tree, for messages */
	int store; /* the store's directory */
	bool in_namespace; /* other ids are seen as 65534 */
	bool look_only;
};

struct shift_count {
	uint64_t files; /* one with several names once */
	uint64_t shifted; /* of those, or what would be */
	uint64_t owners, acls, caps; /* what of them */
};

/*
 * The caller has CAP_CHOWN, DAC_OVERRIDE, FOWNER, FSETID and SETFCAP over all
 * ids of the map. -EBUSY: another one is at it.
 */
int shift_tree(const struct shift_how *how, struct shift_count *ret,
	       struct err *e) MUST_CHECK;

#endif
