/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/mention.h"

#include "core/buf.h"
#include "core/text.h"

/* RFC 1459 section 2.2: these are the lower case of []\^. */
static char fold_ascii(char c)
{
	static const char lower[] = "{}|~", upper[] = "[]\\^";
	const char *found;

	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	found = c == '\0' ? NULL : strchr(lower, c);
	return found != NULL ? upper[found - lower] : c;
}

static void drop_invisible(struct buf *out, const char *text, size_t len_bytes)
{
	size_t pos = 0;

	while (pos < len_bytes) {
		size_t start = pos;

		if (!text_is_invisible(text_next(text, len_bytes, &pos)))
			buf_add(out, text + start, pos - start);
	}
}

/* What is compared of text, in out. */
static void fold(struct buf *out, const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf bare = { 0 };
	SCOPED_BUF struct buf seen = { 0 };

	if (text_is_plain(text, len_bytes)) {
		buf_add(out, text, len_bytes);
	} else {
		text_strip_mirc(&bare, text, len_bytes);
		drop_invisible(&seen, buf_text(&bare), bare.len_bytes);
		text_fold(out, buf_text(&seen), seen.len_bytes);
	}
	for (size_t i = 0; i < out->len_bytes; i++)
		out->data[i] = fold_ascii(out->data[i]);
}

/* Thai, Lao, Burmese, Khmer, kana, Han and, for its endings, Hangul. */
static bool is_unspaced(int32_t code)
{
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0x0e00, 0x0eff },   { 0x1000, 0x109f }, { 0x1780, 0x17ff },
		{ 0x2e80, 0x2fdf },   { 0x3040, 0x30ff }, { 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff },   { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
		{ 0x20000, 0x3ffff },
	};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* RFC 2812 section 2.3.1, folded; letters of all scripts besides. */
static bool is_nick_code(int32_t code)
{
	if (code >= 0x80)
		return text_is_word(code);
	return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ||
	       (code > 0 && strchr("[]\\`_^-", (int)code) != NULL);
}

struct text {
	const char *at;
	size_t len_bytes;
};

/* The code point that ends before pos, -1 at the beginning. */
static int32_t code_before(const struct text *t, size_t pos)
{
	size_t start = pos;

	if (pos == 0)
		return -1;
	do {
		start--;
	} while (start > 0 && ((unsigned char)t->at[start] & 0xc0) == 0x80);
	return text_next(t->at, pos, &start);
}

static int32_t code_at(const struct text *t, size_t pos)
{
	return text_next(t->at, t->len_bytes, &pos);
}

/* Whether outside, with further beyond it, does not belong to a nick's edge. */
static bool is_edge(int32_t edge, int32_t outside, int32_t further)
{
	return !is_nick_code(outside) || is_unspaced(edge) ||
	       is_unspaced(outside) || (outside == '-' && further == '-');
}

/* "[nick]", alone: its brackets are not those of a longer nick. */
static bool is_wrapped(const struct text *t, size_t from, size_t to)
{
	static const char open[] = "[`_", close[] = "]`_";
	int32_t before = code_before(t, from), after = code_at(t, to);
	const char *found = before > 0 && before < 0x80 ? strchr(open, before)
							: NULL;

	return found != NULL && after == close[found - open] &&
	       !is_nick_code(code_before(t, from - 1)) &&
	       !is_nick_code(code_at(t, to + 1));
}

static bool is_word(const struct text *t, size_t from, size_t to)
{
	int32_t before = code_before(t, from), after = code_at(t, to);
	size_t next = to;

	(void)text_next(t->at, t->len_bytes, &next);
	if (is_wrapped(t, from, to))
		return true;
	return is_edge(code_at(t, from), before,
		       before == '-' ? code_before(t, from - 1) : -1) &&
	       is_edge(code_before(t, to), after, code_at(t, next));
}

static bool holds(const struct text *t, const struct text *nick)
{
	size_t from = 0;

	while (from + nick->len_bytes <= t->len_bytes) {
		const char *found = memmem(t->at + from, t->len_bytes - from,
					   nick->at, nick->len_bytes);

		if (found == NULL)
			return false;
		from = (size_t)(found - t->at);
		if (is_word(t, from, from + nick->len_bytes))
			return true;
		from++;
	}
	return false;
}

bool mention_found(const char *text, size_t text_bytes, const char *nick,
		   size_t nick_bytes)
{
	SCOPED_BUF struct buf folded_text = { 0 };
	SCOPED_BUF struct buf folded_nick = { 0 };

	fold(&folded_nick, nick, nick_bytes);
	if (folded_nick.len_bytes == 0)
		return false;
	fold(&folded_text, text, text_bytes);
	return holds(
		&(struct text){ buf_text(&folded_text), folded_text.len_bytes },
		&(struct text){ folded_nick.data, folded_nick.len_bytes });
}
