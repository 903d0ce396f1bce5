/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/shift/ids.h"

#include <endian.h>
#include <linux/capability.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>

#include "core/mem.h"

/* ---- from two maps, one ------------------------------------------------- */

static uint32_t min_id(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t max_id(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* No range ends beyond UINT32_MAX: idmap_add() and idmap_subid() see to it. */
static int add_common(struct shift_ids *ids, const struct idmap_range *from,
		      const struct idmap_range *to, struct err *e)
{
	uint32_t start = max_id(from->inside, to->inside);
	uint32_t end = min_id(from->inside + from->count,
			      to->inside + to->count);

	if (start >= end)
		return 0;
	if (ids->count >= SHIFT_RANGES_MAX)
		return err_usage(e, "map: more than %d ranges",
				 SHIFT_RANGES_MAX);
	ids->ranges[ids->count++] =
		(struct shift_range){ from->outside + (start - from->inside),
				      to->outside + (start - to->inside),
				      end - start };
	return 0;
}

/*
 * An id that is on both sides is harmless only when it stays what it is. (If
 * FROM's i is id d and stays d, no other id inside can be d on TO's side.)
 */
static int check_overlap(const struct shift_range *from,
			 const struct shift_range *to, const char *what,
			 struct err *e)
{
	uint32_t start = max_id(from->from, to->to);
	uint32_t end = min_id(from->from + from->count, to->to + to->count);

	if (start >= end || from->from == from->to)
		return 0;
	return err_usage(e,
			 "map: %s ids %u to %u are on both sides: it could "
			 "not be told which files are shifted already",
			 what, start, end - 1);
}

static int common(const struct idmap_ids *from, const struct idmap_ids *to,
		  const char *what, struct shift_ids *ret, struct err *e)
{
	struct shift_ids *ids = ret;
	int rc = 0;

	ids->count = 0;
	for (size_t i = 0; i < from->count; i++)
		for (size_t j = 0; rc == 0 && j < to->count; j++)
			rc = add_common(ids, &from->ranges[i], &to->ranges[j],
					e);
	if (rc == 0 && ids->count == 0)
		return err_usage(e, "map: no %s ids to shift", what);
	for (size_t i = 0; rc == 0 && i < ids->count; i++)
		for (size_t j = 0; rc == 0 && j < ids->count; j++)
			rc = check_overlap(&ids->ranges[i], &ids->ranges[j],
					   what, e);
	return rc;
}

int shift_map_make(const struct idmap *from, const struct idmap *to,
		   struct shift_map *ret, struct err *e)
{
	struct shift_map map;
	int rc = common(&from->uids, &to->uids, "user", &map.uids, e);

	if (rc == 0)
		rc = common(&from->gids, &to->gids, "group", &map.gids, e);
	if (rc == 0)
		*ret = map;
	return rc;
}

static void swap_ids(struct shift_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		struct shift_range *range = &ids->ranges[i];
		uint32_t from = range->from;

		range->from = range->to;
		range->to = from;
	}
}

void shift_map_swap(struct shift_map *map)
{
	swap_ids(&map->uids);
	swap_ids(&map->gids);
}

/* ---- every id as itself ------------------------------------------------- */

struct span {
	uint32_t start, end;
};

static int by_start(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static int add_span(struct idmap_ids *ids, struct span span, struct err *e)
{
	struct idmap_range *last = ids->count > 0 ? &ids->ranges[ids->count - 1]
						  : NULL;

	if (last != NULL && span.start <= last->inside + last->count) {
		last->count = max_id(last->count, span.end - last->inside);
		return 0;
	}
	if (ids->count >= IDMAP_RANGES_MAX)
		return err_usage(e, "map: more than %d ranges of ids on disk",
				 IDMAP_RANGES_MAX);
	ids->ranges[ids->count++] = (struct idmap_range){
		span.start, span.start, span.end - span.start
	};
	return 0;
}

static struct span span_of(uint32_t start, uint32_t count)
{
	return (struct span){ start, start + count };
}

static int same_ids(const struct shift_ids *ids, const struct idmap_ids *mine,
		    struct idmap_ids *ret, struct err *e)
{
	struct span spans[2 * SHIFT_RANGES_MAX + IDMAP_RANGES_MAX];
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; i < mine->count; i++)
		spans[count++] = span_of(mine->ranges[i].outside,
					 mine->ranges[i].count);
	for (size_t i = 0; i < ids->count; i++) {
		const struct shift_range *range = &ids->ranges[i];

		spans[count++] = span_of(range->from, range->count);
		spans[count++] = span_of(range->to, range->count);
	}
	qsort(spans, count, sizeof(*spans), by_start);
	ret->count = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = add_span(ret, spans[i], e);
	return rc;
}

int shift_map_same(const struct shift_map *map, const struct idmap *mine,
		   struct idmap *ret, struct err *e)
{
	struct idmap same = { 0 };
	int rc = same_ids(&map->uids, &mine->uids, &same.uids, e);

	if (rc == 0)
		rc = same_ids(&map->gids, &mine->gids, &same.gids, e);
	if (rc == 0)
		*ret = same;
	return rc;
}

/* ---- one file ----------------------------------------------------------- */

uint32_t shift_id(const struct shift_ids *ids, uint32_t id,
		  struct shift_tally *tally)
{
	bool there = false;

	for (size_t i = 0; i < ids->count; i++) {
		const struct shift_range *range = &ids->ranges[i];

		if (id >= range->from && id - range->from < range->count) {
			uint32_t shifted = range->to + (id - range->from);

			tally->moved += shifted != id;
			return shifted;
		}
		there = there ||
			(id >= range->to && id - range->to < range->count);
	}
	if (!there && tally->strangers++ == 0)
		tally->stranger = id;
	return id;
}

int shift_acl(const struct shift_map *map, void *bytes, size_t len_bytes,
	      struct shift_tally *tally)
{
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entry;
	char *at = (char *)bytes + sizeof(header);
	char *end = (char *)bytes + len_bytes;

	if (len_bytes < sizeof(header) ||
	    (len_bytes - sizeof(header)) % sizeof(entry) != 0)
		return -EINVAL;
	memcpy(&header, bytes, sizeof(header));
	if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
		return -EINVAL;
	for (; at < end; at += sizeof(entry)) {
		const struct shift_ids *ids;

		memcpy(&entry, at, sizeof(entry));
		if (le16toh(entry.e_tag) == ACL_USER)
			ids = &map->uids;
		else if (le16toh(entry.e_tag) == ACL_GROUP)
			ids = &map->gids;
		else
			continue;
		entry.e_id = htole32(shift_id(ids, le32toh(entry.e_id), tally));
		memcpy(at, &entry, sizeof(entry));
	}
	return 0;
}

int shift_caps(const struct shift_map *map, void *bytes, size_t *len_bytes,
	       struct shift_tally *tally)
{
	struct vfs_ns_cap_data caps = { 0 };
	uint32_t magic, revision, root;

	if (*len_bytes != XATTR_CAPS_SZ_2 && *len_bytes != XATTR_CAPS_SZ_3)
		return -EINVAL;
	memcpy(&caps, bytes, *len_bytes);
	magic = le32toh(caps.magic_etc);
	revision = magic & VFS_CAP_REVISION_MASK;
	if (revision != (*len_bytes == XATTR_CAPS_SZ_2 ? VFS_CAP_REVISION_2
						       : VFS_CAP_REVISION_3))
		return -EINVAL;
	/* Without a root it is that of the first namespace. */
	root = shift_id(&map->uids, le32toh(caps.rootid), tally);
	revision = root == 0 ? VFS_CAP_REVISION_2 : VFS_CAP_REVISION_3;
	caps.magic_etc = htole32((magic & ~VFS_CAP_REVISION_MASK) | revision);
	caps.rootid = htole32(root);
	*len_bytes = root == 0 ? XATTR_CAPS_SZ_2 : XATTR_CAPS_SZ_3;
	memcpy(bytes, &caps, *len_bytes);
	return 0;
}
