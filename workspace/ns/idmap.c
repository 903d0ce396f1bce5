/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/ns/idmap.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum {
	SUBID_FILE_MAX_BYTES = 16 << 20,
	MAP_MAX_BYTES = 65536,
	/*
	 * Root needs no entry in /etc/subuid. The last 64 Ki of what
	 * systemd.io/UIDS-GIDS sets aside for containers.
	 */
	ROOT_RANGE_START = 1878982656,
};

static bool parse_id(const char **text, const char *end, char stop,
		     uint32_t *ret)
{
	uint64_t n = 0;
	const char *p = *text;

	while (p < end && *p >= '0' && *p <= '9' && n <= UINT32_MAX)
		n = n * 10 + (uint64_t)(*p++ - '0');
	if (p == *text || n >= UINT32_MAX)
		return false;
	if (p < end ? *p != stop : stop != '\0')
		return false;
	*text = p < end ? p + 1 : p;
	*ret = (uint32_t)n;
	return true;
}

/* "user:100000:65536" */
static bool subid_line(const char *line, const char *end, const char *user,
		       uid_t uid, uint32_t *start, uint32_t *count)
{
	SCOPED_TEXT char *number = mem_printf("%u", uid);
	const char *colon = memchr(line, ':', (size_t)(end - line));
	size_t len = colon != NULL ? (size_t)(colon - line) : 0;

	if (len == 0)
		return false;
	if ((user == NULL || strlen(user) != len ||
	     memcmp(user, line, len) != 0) &&
	    (strlen(number) != len || memcmp(number, line, len) != 0))
		return false;
	line = colon + 1;
	return parse_id(&line, end, ':', start) &&
	       parse_id(&line, end, '\0', count) && *count > 0 && *start > 0 &&
	       *start <= UINT32_MAX - *count;
}

bool idmap_subid(const char *text, size_t len_bytes, const char *user,
		 uid_t uid, uint32_t *ret_start, uint32_t *ret_count)
{
	const char *end = text + len_bytes;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		uint32_t start, count;

		if (subid_line(text, stop, user, uid, &start, &count)) {
			*ret_start = start;
			*ret_count = count;
			return true;
		}
		text = stop + (newline != NULL);
	}
	return false;
}

static bool read_subid(const char *path, uid_t uid, struct idmap_range *ret)
{
	SCOPED_BUF struct buf text = { 0 };
	const struct passwd *pw = getpwuid(uid);
	const char *user = pw != NULL ? pw->pw_name : NULL;

	if (file_read(AT_FDCWD, path, SUBID_FILE_MAX_BYTES, &text, NULL) < 0 ||
	    !idmap_subid(buf_text(&text), text.len_bytes, user, uid,
			 &ret->outside, &ret->count))
		return false;
	if (ret->count > IDMAP_INSIDE_MAX)
		ret->count = IDMAP_INSIDE_MAX;
	return true;
}

/*
 * Root's own range; in a container, whose root has few ids, those that it has
 * after 0. false: it has no others.
 */
static bool root_range(const char *map_path, struct idmap_range *ret)
{
	SCOPED_BUF struct buf text = { 0 };
	unsigned long start, outside, count, other = 0;

	*ret = (struct idmap_range){ 0, ROOT_RANGE_START, IDMAP_INSIDE_MAX };
	if (file_read(AT_FDCWD, map_path, MAP_MAX_BYTES, &text, NULL) < 0)
		return true;
	for (const char *line = buf_text(&text); line != NULL;
	     line = strchr(line, '\n')) {
		if (sscanf(line, "%lu %lu %lu", &start, &outside, &count) != 3)
			break;
		if (start <= ROOT_RANGE_START &&
		    start + count >= ROOT_RANGE_START + IDMAP_INSIDE_MAX)
			return true;
		if (start <= 1 && start + count > 2)
			other = start + count - 1;
		line += strspn(line, "\n"); /* that of the row before */
	}
	*ret = (struct idmap_range){
		0, 1, (uint32_t)min_size(other, IDMAP_INSIDE_MAX)
	};
	return other > 0;
}

static bool find_ranges(uid_t uid, struct idmap_range *uids,
			struct idmap_range *gids)
{
	if (read_subid("/etc/subuid", uid, uids) &&
	    read_subid("/etc/subgid", uid, gids))
		return true;
	return uid == 0 && root_range("/proc/self/uid_map", uids) &&
	       root_range("/proc/self/gid_map", gids);
}

static bool overlaps(uint32_t a, uint32_t a_count, uint32_t b, uint32_t b_count)
{
	return a < (uint64_t)b + b_count && b < (uint64_t)a + a_count;
}

static int add_range(struct idmap_ids *ids, struct idmap_range range,
		     struct err *e)
{
	if (ids->count >= IDMAP_RANGES_MAX)
		return err_usage(e, "map: more than %d ranges",
				 IDMAP_RANGES_MAX);
	for (size_t i = 0; i < ids->count; i++) {
		const struct idmap_range *other = &ids->ranges[i];

		if (overlaps(other->inside, other->count, range.inside,
			     range.count) ||
		    overlaps(other->outside, other->count, range.outside,
			     range.count))
			return err_usage(e, "map: two ranges overlap");
	}
	ids->ranges[ids->count++] = range;
	return 0;
}

int idmap_add(struct idmap *map, const char *text, struct err *e)
{
	const char *at = text;
	const char *end = text + strlen(text);
	struct idmap_range range = { 0 };
	char which = 'b';
	int rc = 0;

	if (at[0] != '\0' && strchr("bug", at[0]) != NULL && at[1] == ':') {
		which = at[0];
		at += 2;
	}
	if (!parse_id(&at, end, ':', &range.inside) ||
	    !parse_id(&at, end, ':', &range.outside) ||
	    !parse_id(&at, end, '\0', &range.count) || range.count == 0 ||
	    range.inside > UINT32_MAX - range.count ||
	    range.outside > UINT32_MAX - range.count)
		return err_usage(e,
				 "map: '%s' is not "
				 "[b|u|g:]INSIDE:OUTSIDE:COUNT",
				 text);
	if (which != 'g')
		rc = add_range(&map->uids, range, e);
	if (rc == 0 && which != 'u')
		rc = add_range(&map->gids, range, e);
	return rc;
}

static void set_ids(struct idmap_ids *ids, uint32_t mine,
		    const struct idmap_range *range)
{
	ids->ranges[0] = (struct idmap_range){ 0, mine, 1 };
	ids->count = 1;
	if (range == NULL)
		return;
	ids->ranges[1] = (struct idmap_range){ 1, range->outside,
					       range->count };
	ids->count = 2;
}

void idmap_default(struct idmap *ret, const char **ret_why)
{
	struct idmap_range uids = { 0 };
	struct idmap_range gids = { 0 };
	bool ranges = find_ranges(geteuid(), &uids, &gids);

	*ret = (struct idmap){ 0 };
	*ret_why = NULL;
	if (!ranges) {
		*ret_why = "no range of user ids is set aside for you in "
			   "/etc/subuid and /etc/subgid (root adds one with: "
			   "usermod --add-subuids 100000-165535 "
			   "--add-subgids 100000-165535 USER)";
	} else if (geteuid() != 0 && (!path_has_program("newuidmap") ||
				      !path_has_program("newgidmap"))) {
		*ret_why = "newuidmap and newgidmap are not installed "
			   "(Debian: package uidmap)";
		ranges = false;
	}
	ret->single = !ranges;
	set_ids(&ret->uids, geteuid(), ranges ? &uids : NULL);
	set_ids(&ret->gids, getegid(), ranges ? &gids : NULL);
}

void idmap_nobody(const struct idmap *usual, struct idmap *ret)
{
	*ret = (struct idmap){ .uids.count = 1, .gids.count = 1 };
	ret->uids.ranges[0] = usual->uids.ranges[usual->uids.count - 1];
	ret->gids.ranges[0] = usual->gids.ranges[usual->gids.count - 1];
	ret->uids.ranges[0].inside = 0;
	ret->gids.ranges[0].inside = 0;
}

bool idmap_whole(uid_t uid, struct idmap *ret)
{
	struct idmap map = { 0 };

	if (!find_ranges(uid, &map.uids.ranges[0], &map.gids.ranges[0]))
		return false;
	map.uids.count = map.gids.count = 1;
	*ret = map;
	return true;
}

int64_t idmap_outside(const struct idmap_ids *ids, uint32_t inside)
{
	for (size_t i = 0; i < ids->count; i++) {
		const struct idmap_range *range = &ids->ranges[i];

		if (inside >= range->inside &&
		    inside - range->inside < range->count)
			return (int64_t)range->outside +
			       (inside - range->inside);
	}
	return -1;
}

int64_t idmap_inside(const struct idmap_ids *ids, uint32_t outside)
{
	for (size_t i = 0; i < ids->count; i++) {
		const struct idmap_range *range = &ids->ranges[i];

		if (outside >= range->outside &&
		    outside - range->outside < range->count)
			return (int64_t)range->inside +
			       (outside - range->outside);
	}
	return -1;
}

/*
 * From what is on disk to what is shown, wherever both maps have an id inside.
 * What is on disk as anybody else's is nobody's.
 */
static int join_ids(const struct idmap_ids *disk, const struct idmap_ids *shown,
		    struct idmap_ids *ret, struct err *e)
{
	for (size_t i = 0; i < disk->count; i++) {
		for (size_t j = 0; j < shown->count; j++) {
			const struct idmap_range *d = &disk->ranges[i];
			const struct idmap_range *b = &shown->ranges[j];
			uint32_t from = d->inside > b->inside ? d->inside
							      : b->inside;
			uint64_t end = min_size((size_t)d->inside + d->count,
						(size_t)b->inside + b->count);

			if (from >= end)
				continue;
			if (ret->count >= IDMAP_RANGES_MAX)
				return err_say(e, E2BIG,
					       "too many ranges of "
					       "user ids");
			ret->ranges[ret->count++] = (struct idmap_range){
				d->outside + (from - d->inside),
				b->outside + (from - b->inside),
				(uint32_t)(end - from),
			};
		}
	}
	return 0;
}

int idmap_join(const struct idmap *disk, const struct idmap *shown,
	       struct idmap *ret, struct err *e)
{
	int rc;

	*ret = (struct idmap){ 0 };
	rc = join_ids(&disk->uids, &shown->uids, &ret->uids, e);
	return rc < 0 ? rc : join_ids(&disk->gids, &shown->gids, &ret->gids, e);
}

void idmap_print(const struct idmap_ids *ids, struct buf *out)
{
	for (size_t i = 0; i < ids->count; i++)
		buf_addf(out, "%u %u %u\n", ids->ranges[i].inside,
			 ids->ranges[i].outside, ids->ranges[i].count);
}
