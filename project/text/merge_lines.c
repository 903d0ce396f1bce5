/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/merge_lines.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"

enum { MERGE_MAX_BYTES = 64 << 20 };

struct line {
	const char *at;
	size_t bytes; /* without the newline */
	bool used;
};

struct lines_of {
	struct line *list; /* owned */
	size_t count;
};

static struct lines_of split(const struct buf *text)
{
	struct lines_of lines = { 0 };
	const char *at = buf_text(text);
	const char *end = at + text->len_bytes;

	size_t room = 1;

	for (const char *p = at; p < end; p++)
		room += *p == '\n';
	lines.list = mem_resize(NULL, room, sizeof(*lines.list));
	while (at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t len = nl != NULL ? (size_t)(nl - at)
					: (size_t)(end - at);

		lines.list[lines.count++] = (struct line){ at, len, false };
		at += len + 1;
	}
	return lines;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->bytes == b->bytes && memcmp(a->at, b->at, a->bytes) == 0;
}

/* An unused line of that text; it is used then. From a hint on, as lines of
 * two versions come in one order mostly. */
static struct line *take(struct lines_of *lines, const struct line *wanted,
			 size_t *hint)
{
	for (size_t i = 0; i < lines->count; i++) {
		size_t at = (*hint + i) % lines->count;

		if (!lines->list[at].used && same(&lines->list[at], wanted)) {
			lines->list[at].used = true;
			*hint = at + 1;
			return &lines->list[at];
		}
	}
	return NULL;
}

static void add(struct buf *out, const struct line *line)
{
	buf_add(out, line->at, line->bytes);
	buf_add_char(out, '\n');
}

/*
 * Walk through theirs beside ours: a line of both stands where ours has it;
 * one of theirs alone that base did not have came in after the one before it;
 * one of ours alone that base had was taken out by them.
 */
void merge_lines(const struct buf *base, const struct buf *ours,
		 const struct buf *theirs, struct buf *out)
{
	struct lines_of b = split(base), o = split(ours), t = split(theirs);
	struct line **place = mem_resize(NULL, t.count + 1, sizeof(void *));
	bool *added = mem_new(t.count + 1);
	size_t hint = 0, next = 0;

	for (size_t i = 0; i < t.count; i++)
		place[i] = take(&o, &t.list[i], &hint);
	hint = 0;
	for (size_t i = 0; i < t.count; i++)
		added[i] = take(&b, &t.list[i], &hint) == NULL &&
			   place[i] == NULL;
	/* What of base they do not have, and ours still does, is gone. */
	for (size_t i = 0; i < o.count; i++) {
		struct line *line = &o.list[i];

		while (next < t.count && place[next] == NULL) {
			if (added[next])
				add(out, &t.list[next]);
			next++;
		}
		if (line->used || take(&b, line, &hint) == NULL)
			add(out, line);
		if (next < t.count && place[next] == line)
			next++;
	}
	for (; next < t.count; next++)
		if (added[next])
			add(out, &t.list[next]);
	free(b.list);
	free(o.list);
	free(t.list);
	free(place);
	free(added);
}

int merge_lines_main(int argc, char **argv)
{
	SCOPED_BUF struct buf base = { 0 };
	SCOPED_BUF struct buf ours = { 0 };
	SCOPED_BUF struct buf theirs = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct buf *const texts[] = { &base, &ours, &theirs };
	struct err e = { 0 };

	if (argc != 5)
		return 2;
	for (int i = 0; i < 3; i++)
		if (file_read(AT_FDCWD, argv[2 + i], MERGE_MAX_BYTES, texts[i],
			      &e) < 0 ||
		    memchr(buf_text(texts[i]), '\0', texts[i]->len_bytes) !=
			    NULL)
			return 1;
	merge_lines(&base, &ours, &theirs, &out);
	return file_replace(AT_FDCWD, argv[3], buf_text(&out), out.len_bytes,
			    0666, &e) < 0;
}
