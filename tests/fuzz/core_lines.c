/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Whatever the cuts between reads, the same lines come out. */
#include <string.h>

#include "core/buf.h"
#include "core/lines.h"
#include "core/mem.h"

enum { RUNS_MAX = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int note(const char *line, size_t len_bytes, bool cut, void *data)
{
	if (line[len_bytes] != '\0' || len_bytes > LINES_MAX_BYTES ||
	    memchr(line, '\n', len_bytes) != NULL)
		abort();
	buf_add(data, line, len_bytes);
	buf_add_text(data, cut ? "\n+" : "\n.");
	return 0;
}

/* A byte of data in 0..249 is itself; the first few of 250 and up a run of "x".
 */
static void unfold(const uint8_t *data, size_t len_bytes, struct buf *out)
{
	int runs = 0;

	for (size_t i = 0; i < len_bytes; i++) {
		if (data[i] < 250) {
			buf_add_char(out, (char)data[i]);
			continue;
		}
		if (++runs > RUNS_MAX)
			continue;
		for (int n = LINES_MAX_BYTES / 2 - 252 + data[i]; n > 0; n--)
			buf_add_char(out, 'x');
	}
}

static void feed(struct lines *lines, const char *bytes, size_t len_bytes,
		 struct buf *out)
{
	/* Its own copy: lines_feed() writes, and ASan sees both ends. */
	char *copy = malloc(len_bytes > 0 ? len_bytes : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, len_bytes);
	if (lines_feed(lines, copy, len_bytes, note, out) != 0)
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
	struct lines whole = { 0 }, parts = { 0 };
	struct buf input = { 0 }, a = { 0 }, b = { 0 };
	size_t cuts = len_bytes > 0 ? data[0] % 8 : 0;
	size_t at = 0;

	if (len_bytes < 1 + cuts * 2 || len_bytes > 4096)
		return 0;
	unfold(data + 1 + cuts * 2, len_bytes - 1 - cuts * 2, &input);
	feed(&whole, buf_text(&input), input.len_bytes, &a);
	for (size_t i = 0; i < cuts; i++) {
		size_t n = (size_t)data[1 + i * 2] * 256 + data[2 + i * 2];

		n = min_size(n, input.len_bytes - at);
		feed(&parts, buf_text(&input) + at, n, &b);
		at += n;
	}
	feed(&parts, buf_text(&input) + at, input.len_bytes - at, &b);
	if (lines_end(&whole, note, &a) != 0 || lines_end(&parts, note, &b))
		abort();
	if (a.len_bytes != b.len_bytes || whole.cut != parts.cut ||
	    (a.len_bytes > 0 && memcmp(a.data, b.data, a.len_bytes) != 0))
		abort();
	lines_fini(&whole);
	lines_fini(&parts);
	buf_fini(&input);
	buf_fini(&a);
	buf_fini(&b);
	return 0;
}
