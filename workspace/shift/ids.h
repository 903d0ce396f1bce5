/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * shift/ids.h - which id on disk becomes which: a file's owners seen through
 * one map of ids, and then through another.
 *
 * Two maps give the ids inside a place of their own on disk: FROM and TO. What
 * FROM says is id i inside is shifted to where TO has i. Pure: numbers, and the
 * two forms in which a file system keeps further ids, access lists and file
 * capabilities.
 */
#ifndef WORKSPACE_SHIFT_IDS_H
#define WORKSPACE_SHIFT_IDS_H

#include "core/err.h"
#include "workspace/ns/idmap.h"

enum {
	SHIFT_RANGES_MAX = 2 * IDMAP_RANGES_MAX,
	SHIFT_CAPS_BYTES = 24, /* the longest security.capability */
};

struct shift_range {
	uint32_t from, to, count; /* ids on disk */
};

struct shift_ids {
	struct shift_range ranges[SHIFT_RANGES_MAX];
	size_t count;
};

struct shift_map {
	struct shift_ids uids, gids;
};

/*
 * What shifts FROM to TO: of both only the ids inside that they have in common.
 *
 * errors: err_usage when nothing is in common, or when an id on disk belongs to
 *         both sides and is not the same id inside: it could not be told
 *         whether a file was shifted already, after a command was killed.
 */
int shift_map_make(const struct idmap *from, const struct idmap *to,
		   struct shift_map *ret, struct err *e) MUST_CHECK;

/* The way back. */
void shift_map_swap(struct shift_map *map);

/*
 * A map that gives every id of both sides, and those that mine has outside, its
 * own number: in such a namespace all of them are called what they are.
 */
int shift_map_same(const struct shift_map *map, const struct idmap *mine,
		   struct idmap *ret, struct err *e) MUST_CHECK;

/* What became of the ids of one file. All-zero to begin with. */
struct shift_tally {
	unsigned moved;
	unsigned strangers; /* ids on neither side: left as they are */
	uint32_t stranger; /* the first of them */
};

/* The id's new number: itself when it is on the other side already. */
uint32_t shift_id(const struct shift_ids *ids, uint32_t id,
		  struct shift_tally *tally);

/*
 * Shift the users and groups of system.posix_acl_access or _default, in place.
 *
 * source: linux/posix_acl_xattr.h, version 2. -EINVAL: it is none.
 */
int shift_acl(const struct shift_map *map, void *bytes, size_t len_bytes,
	      struct shift_tally *tally) MUST_CHECK;

/*
 * Shift security.capability in place: the user in whose namespaces it counts.
 * Version 2 has none and means user 0; any other needs version 3. bytes has
 * room for SHIFT_CAPS_BYTES; *len_bytes is how many are used.
 *
 * source: linux/capability.h; capabilities(7), "File capability extended
 *         attribute versioning". -EINVAL: it is neither version.
 */
int shift_caps(const struct shift_map *map, void *bytes, size_t *len_bytes,
	       struct shift_tally *tally) MUST_CHECK;

#endif
