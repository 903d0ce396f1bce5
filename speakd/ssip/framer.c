/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/framer.h"

#include <string.h>

/* How far a text's terminator is matched: its bytes are held back so long. */
enum {
	IN_LINE, /* after anything */
	AFTER_CR,
	AT_START, /* of a line: after CR-LF, or of the text */
	AFTER_DOT, /* the first dot of a line, not part of the text */
	AFTER_DOT_CR,
};

/* A buffer that once held a long text gives its memory back. */
enum { KEPT_BYTES = 65536 };

/* The line end in front of the last dot is the protocol's, not the text's. */
enum { CRLF_BYTES = 2 };

static void add(struct framer *framer, char c)
{
	size_t max = framer->in_text ? SSIP_TEXT_MAX_BYTES + CRLF_BYTES
				     : SSIP_LINE_MAX_BYTES;

	if (framer->bytes.len_bytes >= max)
		framer->too_long = true;
	else
		buf_add_char(&framer->bytes, c);
}

static enum frame_kind framer_finish(struct framer *framer,
				     enum frame_kind kind)
{
	return framer->too_long ? FRAME_TOO_LONG : kind;
}

static bool feed_command(struct framer *framer, char c)
{
	if (framer->matched == AFTER_CR && c == '\n')
		return true;
	if (framer->matched == AFTER_CR)
		add(framer, '\r');
	framer->matched = c == '\r' ? AFTER_CR : IN_LINE;
	if (c != '\r')
		add(framer, c);
	return false;
}

/* A CR-LF is added when the line behind it turns out not to be the end. */
static void line_goes_on(struct framer *framer, char c)
{
	framer->matched = c == '\r' ? AFTER_CR : IN_LINE;
	add(framer, c);
}

static void feed_line_start(struct framer *framer, char c)
{
	if (c == '.')
		framer->matched = AFTER_DOT;
	else
		line_goes_on(framer, c);
}

/*
 * Only the dot in front of a dot was added by the client; in front of anything
 * else a lone dot was its own, and came unescaped.
 */
static bool feed_text(struct framer *framer, char c)
{
	switch (framer->matched) {
	case AT_START:
		feed_line_start(framer, c);
		break;
	case AFTER_DOT:
		if (c == '\r') {
			framer->matched = AFTER_DOT_CR;
			break;
		}
		if (c != '.')
			add(framer, '.');
		line_goes_on(framer, c);
		break;
	case AFTER_DOT_CR:
		if (c == '\n')
			return true;
		add(framer, '.');
		add(framer, '\r');
		line_goes_on(framer, c);
		break;
	default:
		if (framer->matched == AFTER_CR && c == '\n') {
			add(framer, c);
			framer->matched = AT_START;
			break;
		}
		line_goes_on(framer, c);
		break;
	}
	return false;
}

/* What stands within a line needs no look at each byte. Returns how many. */
static size_t feed_run(struct framer *framer, const char *bytes,
		       size_t len_bytes)
{
	size_t max = SSIP_TEXT_MAX_BYTES + CRLF_BYTES;
	const char *cr;

	if (!framer->in_text || framer->matched != IN_LINE)
		return 0;
	cr = memchr(bytes, '\r', len_bytes);
	len_bytes = cr != NULL ? (size_t)(cr - bytes) : len_bytes;
	if (len_bytes > max - framer->bytes.len_bytes)
		framer->too_long = true;
	buf_add(&framer->bytes, bytes,
		min_size(len_bytes, max - framer->bytes.len_bytes));
	return len_bytes;
}

enum frame_kind framer_feed(struct framer *framer, const char *bytes,
			    size_t len_bytes, size_t *ret_used)
{
	for (size_t i = 0; i < len_bytes; i++) {
		bool done;

		i += feed_run(framer, bytes + i, len_bytes - i);
		if (i == len_bytes)
			break;
		done = framer->in_text ? feed_text(framer, bytes[i])
				       : feed_command(framer, bytes[i]);

		if (!done)
			continue;
		*ret_used = i + 1;
		return framer_finish(framer, framer->in_text ? FRAME_TEXT
							     : FRAME_COMMAND);
	}
	*ret_used = len_bytes;
	return FRAME_NONE;
}

void framer_next(struct framer *framer, bool text)
{
	if (framer->bytes.size_bytes > KEPT_BYTES)
		buf_fini(&framer->bytes);
	buf_clear(&framer->bytes);
	framer->in_text = text;
	framer->too_long = false;
	framer->matched = text ? AT_START : IN_LINE;
}

void framer_fini(struct framer *framer)
{
	buf_fini(&framer->bytes);
}
