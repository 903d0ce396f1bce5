/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/escape.h"

enum { ESC = 0x1b, BEL = 0x07 };

bool escape_found(const char *text, size_t len_bytes)
{
	return memchr(text, ESC, len_bytes) != NULL ||
	       memchr(text, '\b', len_bytes) != NULL ||
	       memchr(text, '\r', len_bytes) != NULL;
}

struct scan {
	const unsigned char *text;
	size_t len_bytes, pos;
};

static bool has(const struct scan *s, unsigned char low, unsigned char high)
{
	return s->pos < s->len_bytes && s->text[s->pos] >= low &&
	       s->text[s->pos] <= high;
}

/* After "ESC [": its parameters and final byte; what it does to the line. */
static void control(struct scan *s, struct buf *out, size_t start)
{
	size_t params = s->pos;
	bool first, erase_all;

	while (has(s, 0x20, 0x3f))
		s->pos++;
	if (!has(s, 0x40, 0x7e))
		return;
	first = s->pos == params ||
		(s->pos == params + 1 && s->text[params] == '1');
	erase_all = s->pos == params + 1 && s->text[params] == '2';
	if ((s->text[s->pos] == 'G' && first) ||
	    (s->text[s->pos] == 'K' && erase_all))
		buf_cut(out, start);
	s->pos++;
}

/* A string up to BEL or "ESC \". */
static void string(struct scan *s)
{
	while (s->pos < s->len_bytes && s->text[s->pos] != BEL &&
	       s->text[s->pos] != ESC)
		s->pos++;
	if (has(s, BEL, BEL))
		s->pos++;
	else if (s->pos + 1 < s->len_bytes && s->text[s->pos + 1] == '\\')
		s->pos += 2;
}

static void escape(struct scan *s, struct buf *out, size_t start)
{
	s->pos++;
	if (has(s, '[', '[')) {
		s->pos++;
		control(s, out, start);
	} else if (has(s, ']', ']') || has(s, 'P', 'P') || has(s, 'X', 'X') ||
		   has(s, '^', '_')) {
		string(s);
	} else {
		while (has(s, 0x20, 0x2f))
			s->pos++;
		if (has(s, 0x30, 0x7e))
			s->pos++;
	}
}

/* The last character of the line so far, whatever its length in UTF-8. */
static void take_back(struct buf *out, size_t start)
{
	size_t n = out->len_bytes;

	if (n == start)
		return;
	do {
		n--;
	} while (n > start && ((unsigned char)out->data[n] & 0xc0) == 0x80);
	buf_cut(out, n);
}

/* A carriage return at the end, or a row of them, is part of the newline. */
static bool begins_again(const struct scan *s)
{
	size_t pos = s->pos;

	while (pos < s->len_bytes && s->text[pos] == '\r')
		pos++;
	return pos < s->len_bytes;
}

void escape_strip(struct buf *out, const char *text, size_t len_bytes)
{
	struct scan s = { (const unsigned char *)text, len_bytes, 0 };
	size_t start = out->len_bytes;

	while (s.pos < len_bytes) {
		unsigned char c = s.text[s.pos];

		if (c == ESC) {
			escape(&s, out, start);
			continue;
		}
		if (c == '\b')
			take_back(out, start);
		else if (c == '\r' && begins_again(&s))
			buf_cut(out, start);
		else if (c != '\r')
			buf_add_char(out, (char)c);
		s.pos++;
	}
}
