/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * lines.h - cut a byte stream into lines, whatever the read() sizes were.
 *
 * A line goes out the moment that it is complete. A line longer than
 * LINES_MAX_BYTES is delivered once, cut to that size and marked so; the rest
 * up to its newline is dropped. Memory is constant whatever comes in.
 */
#ifndef CORE_LINES_H
#define CORE_LINES_H

#include "core/base.h"

/* An IRC line with message tags has at most 8191 + 512 bytes. */
enum { LINES_MAX_BYTES = 16384 };

/*
 * line[0 .. len_bytes) is NUL-terminated, without "\n" or "\r\n" and may hold
 * NULs; borrowed for the call. cut: bytes after it were dropped.
 * A non-zero result stops the feeding.
 */
typedef int lines_fn(const char *line, size_t len_bytes, bool cut, void *data);

struct lines {
	char *pending; /* owned: an unfinished line, NULL while there is none */
	size_t len_bytes;
	/*
	 * A carriage return begins the line again, as on a terminal: only what
	 * comes after the last one is kept. A row of progress reports may then
	 * be of any length. For the user to set.
	 */
	bool overwrites;
	bool skipping; /* past the limit of an over-long line */
	uint64_t cut; /* over-long lines so far */
};

/*
 * Feed bytes[0 .. len_bytes) and call fn once for each complete line. Whole
 * lines inside bytes are passed without being copied, which is why bytes is
 * writable: a NUL is put in place of each newline.
 *
 * errors: 0, or the first non-zero value that fn returned; the rest of bytes
 *         is then lost.
 */
int lines_feed(struct lines *lines, char *bytes, size_t len_bytes, lines_fn *fn,
	       void *data) MUST_CHECK;

/* End of input: an unfinished line is a line. Returns what fn returned. */
int lines_end(struct lines *lines, lines_fn *fn, void *data) MUST_CHECK;

/* Forget an unfinished line and free its memory; usable afterwards. */
void lines_fini(struct lines *lines);

#endif
