/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * idmap.h - which user ids inside a workspace are which ids outside.
 *
 * The usual map: 0 inside is the user, 1..65536 inside are the user's range of
 * /etc/subuid and /etc/subgid (subuid(5)). So what root inside makes belongs
 * to the user on the host. Pure but for reading those two files.
 */
#ifndef WORKSPACE_IDMAP_H
#define WORKSPACE_IDMAP_H

#include <sys/types.h>

#include "core/buf.h"
#include "core/err.h"

enum { IDMAP_RANGES_MAX = 32, IDMAP_INSIDE_MAX = 65536 };

struct idmap_range {
	uint32_t inside, outside, count;
};

struct idmap_ids {
	struct idmap_range ranges[IDMAP_RANGES_MAX];
	size_t count;
};

struct idmap {
	struct idmap_ids uids, gids;
	bool single; /* one id only: no newuidmap(1) is needed, nor possible */
};

/*
 * The first usable range of a subuid(5) file's text for a user, given by name
 * and number. Returns false when there is none.
 */
bool idmap_subid(const char *text, size_t len_bytes, const char *user,
		 uid_t uid, uint32_t *ret_start, uint32_t *ret_count);

/*
 * Add one "[b|u|g:]INSIDE:OUTSIDE:COUNT", as usernsexec -m takes it: b for
 * both user and group ids, which is also the default.
 *
 * errors: err_usage when it is none, overflows, or overlaps another one.
 */
int idmap_add(struct idmap *map, const char *text, struct err *e) MUST_CHECK;

/*
 * The usual map of the calling user; a single-id map, with a sentence that
 * tells the user why in *ret_why (static text), when there is no range or no
 * newuidmap(1). *ret_why is NULL otherwise.
 */
void idmap_default(struct idmap *ret, const char **ret_why);

/*
 * The whole range that is set aside for a user in /etc/subuid and /etc/subgid,
 * at most IDMAP_INSIDE_MAX ids of it: 0 inside is its first. Root without one
 * has that of idmap_default(). False when there is none.
 */
bool idmap_whole(uid_t uid, struct idmap *ret);

/* Where an id inside lies outside; -1 when it is not mapped. */
int64_t idmap_outside(const struct idmap_ids *ids, uint32_t inside);

/*
 * The same ids inside, but 0 too is one of the range: root's workspaces run as
 * nobody of the host. usual: idmap_default() of root, whose range comes last.
 */
void idmap_nobody(const struct idmap *usual, struct idmap *ret);

/*
 * The map of an idmapped mount: from what is on disk to what is shown,
 * wherever both maps have an id inside. What is on disk as anybody else's is
 * nobody's. -E2BIG.
 */
int idmap_join(const struct idmap *disk, const struct idmap *shown,
	       struct idmap *ret, struct err *e) MUST_CHECK;

/* Where an id outside lies inside; -1 when it is not mapped. */
int64_t idmap_inside(const struct idmap_ids *ids, uint32_t outside);

/* Add lines for /proc/PID/uid_map to out. */
void idmap_print(const struct idmap_ids *ids, struct buf *out);

#endif
