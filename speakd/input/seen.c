/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/seen.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"

enum { LINE_BYTES = 2 * 16 + 2, FILE_BYTES_MAX = 4 * SEEN_MAX * LINE_BYTES };

struct seen {
	bool keeps, knows, failed;
	char *path; /* owned */
	uint64_t feed; /* hash of its name */
	struct buf lines; /* "FEED ID\n", 16 hexadecimal digits each */
};

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(const char *text, size_t len_bytes)
{
	uint64_t h = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len_bytes; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3U;
	return h;
}

/* Whole lines only: whatever else is in the file is not ours. */
static void load(struct seen *seen)
{
	SCOPED_BUF struct buf all = { 0 };
	char feed[18];

	if (file_read(AT_FDCWD, seen->path, FILE_BYTES_MAX, &all, NULL) < 0)
		return;
	snprintf(feed, sizeof(feed), "%016jx ", (uintmax_t)seen->feed);
	for (size_t at = 0; at + LINE_BYTES <= all.len_bytes;
	     at += LINE_BYTES) {
		if (all.data[at + LINE_BYTES - 1] != '\n')
			break;
		seen->knows = seen->knows ||
			      memcmp(all.data + at, feed, 17) == 0;
		buf_add(&seen->lines, all.data + at, LINE_BYTES);
	}
}

struct seen *seen_new(const char *feed, bool keeps)
{
	struct seen *seen = mem_new(sizeof(*seen));

	seen->keeps = keeps;
	seen->path = path_state("seen");
	seen->feed = hash(feed, strlen(feed));
	load(seen);
	return seen;
}

void seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	free(seen->path);
	buf_fini(&seen->lines);
	free(seen);
}

bool seen_knows(const struct seen *seen)
{
	return seen->knows;
}

static bool holds(const struct seen *seen, const char *line)
{
	for (size_t at = 0; at < seen->lines.len_bytes; at += LINE_BYTES)
		if (memcmp(seen->lines.data + at, line, LINE_BYTES) == 0)
			return true;
	return false;
}

static void keep(struct seen *seen, const char *line)
{
	struct err e = { 0 };
	bool full = seen->lines.len_bytes > (size_t)SEEN_MAX * LINE_BYTES;
	int rc = dir_make_parent(seen->path, 0700, &e);

	if (full) {
		size_t half = (size_t)SEEN_MAX / 2 * LINE_BYTES;

		memmove(seen->lines.data, seen->lines.data + half,
			seen->lines.len_bytes - half);
		buf_cut(&seen->lines, seen->lines.len_bytes - half);
	}
	if (rc == 0)
		rc = full ? file_replace(AT_FDCWD, seen->path, seen->lines.data,
					 seen->lines.len_bytes, 0600, &e)
			  : file_append(AT_FDCWD, seen->path, line, LINE_BYTES,
					0600, &e);
	if (rc == 0 || seen->failed)
		return;
	(void)err_wrap(&e, "remember what was said of feeds");
	log_failure(&e);
	seen->failed = true;
}

bool seen_add(struct seen *seen, struct span id)
{
	char line[LINE_BYTES + 1];

	snprintf(line, sizeof(line), "%016jx %016jx\n", (uintmax_t)seen->feed,
		 (uintmax_t)hash(id.text, id.len_bytes));
	if (holds(seen, line))
		return false;
	buf_add(&seen->lines, line, LINE_BYTES);
	if (seen->keeps)
		keep(seen, line);
	return true;
}
