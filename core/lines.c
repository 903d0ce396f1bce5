/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/lines.h"

#include <string.h>

#include "core/mem.h"

/*
 * The length without a character of UTF-8 that the limit cut through: at most
 * three bytes go. Other bytes stay as they are.
 */
static size_t without_half_character(const char *line, size_t len_bytes)
{
	size_t tail = 1;

	while (tail < 4 && tail < len_bytes &&
	       ((unsigned char)line[len_bytes - tail] & 0xc0) == 0x80)
		tail++;
	if (tail <= len_bytes) {
		unsigned char lead = (unsigned char)line[len_bytes - tail];
		size_t whole = lead >= 0xf0   ? 4
			       : lead >= 0xe0 ? 3
			       : lead >= 0xc0 ? 2
					      : 1;

		if (tail < whole)
			return len_bytes - tail;
	}
	return len_bytes;
}

static int deliver(char *line, size_t len_bytes, bool cut, lines_fn *fn,
		   void *data)
{
	if (!cut && len_bytes > 0 && line[len_bytes - 1] == '\r')
		len_bytes--;
	if (cut)
		len_bytes = without_half_character(line, len_bytes);
	line[len_bytes] = '\0';
	return fn(line, len_bytes, cut, data);
}

/* Keep a piece of an unfinished line; true when the limit cuts it here. */
static bool keep(struct lines *lines, const char *piece, size_t len_bytes)
{
	size_t room = LINES_MAX_BYTES - lines->len_bytes;
	size_t n = min_size(len_bytes, room);

	if (lines->pending == NULL)
		lines->pending = mem_new(LINES_MAX_BYTES + 1);
	memcpy(lines->pending + lines->len_bytes, piece, n);
	lines->len_bytes += n;
	return len_bytes > room;
}

static int deliver_pending(struct lines *lines, bool cut, lines_fn *fn,
			   void *data)
{
	size_t len_bytes = lines->len_bytes;

	lines->len_bytes = 0;
	return deliver(lines->pending, len_bytes, cut, fn, data);
}

/*
 * Drop what a carriage return overwrites: what is pending, when it ends in one
 * or when piece has one, and the beginning of piece. One at the end overwrites
 * nothing yet. Returns how many bytes of piece go.
 */
static size_t overwrite(struct lines *lines, const char *piece,
			size_t len_bytes)
{
	size_t end = len_bytes;
	const char *last;

	while (end > 0 && piece[end - 1] == '\r')
		end--;
	if (end == 0)
		return 0;
	last = memrchr(piece, '\r', end);
	if (last != NULL || (lines->len_bytes > 0 &&
			     lines->pending[lines->len_bytes - 1] == '\r')) {
		lines->len_bytes = 0;
		lines->skipping = false;
	}
	return last != NULL ? (size_t)(last + 1 - piece) : 0;
}

/* One stretch up to a newline, or the unfinished rest of the input. */
static int feed_piece(struct lines *lines, char *piece, size_t len_bytes,
		      bool complete, lines_fn *fn, void *data)
{
	size_t drop = lines->overwrites ? overwrite(lines, piece, len_bytes)
					: 0;

	piece += drop;
	len_bytes -= drop;
	if (lines->skipping) {
		lines->skipping = !complete;
		return 0;
	}
	if (complete && lines->len_bytes == 0 && len_bytes <= LINES_MAX_BYTES)
		return deliver(piece, len_bytes, false, fn, data);
	if (!complete && len_bytes == 0)
		return 0;
	if (keep(lines, piece, len_bytes)) {
		lines->cut++;
		lines->skipping = !complete;
		return deliver_pending(lines, true, fn, data);
	}
	return complete ? deliver_pending(lines, false, fn, data) : 0;
}

int lines_feed(struct lines *lines, char *bytes, size_t len_bytes, lines_fn *fn,
	       void *data)
{
	char *end = bytes + len_bytes;

	while (bytes < end) {
		char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		char *stop = newline != NULL ? newline : end;
		int rc = feed_piece(lines, bytes, (size_t)(stop - bytes),
				    newline != NULL, fn, data);

		if (rc != 0)
			return rc;
		if (newline == NULL)
			break;
		bytes = newline + 1;
	}
	return 0;
}

int lines_end(struct lines *lines, lines_fn *fn, void *data)
{
	lines->skipping = false;
	if (lines->len_bytes == 0)
		return 0;
	return deliver_pending(lines, false, fn, data);
}

void lines_fini(struct lines *lines)
{
	free(lines->pending);
	lines->pending = NULL;
	lines->len_bytes = 0;
	lines->skipping = false;
}
