/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* hash.c - commit ids, checksums, uuids: "hash 3 f 9 a". */
#include "speakd/words/catalogue.h"
#include "speakd/words/clean.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

enum { SPELT_DIGITS = 4 };

static bool is_hex(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* 8-4-4-4-12: the bytes of a uuid at text, or 0. */
static size_t uuid_bytes(struct span text)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };
	size_t pos = 0;

	for (size_t g = 0; g < COUNT_OF(groups); g++) {
		if (g > 0 && (pos >= text.len_bytes || text.text[pos++] != '-'))
			return 0;
		for (size_t i = 0; i < groups[g]; i++, pos++)
			if (pos >= text.len_bytes || !is_hex(text.text[pos]))
				return 0;
	}
	return pos;
}

/* Hex digits at text that are surely no word and no number; 0 if not. */
static size_t hash_bytes(struct span text)
{
	size_t n = 0, digits = 0, same = 0;

	for (; n < text.len_bytes && is_hex(text.text[n]); n++) {
		digits += ascii_is_digit(text.text[n]);
		same += text.text[n] == text.text[0];
	}
	/* "aaaa...": somebody screams. */
	if (same == n)
		return 0;
	if (n >= CLEAN_HASH_SURE_DIGITS ||
	    (n >= CLEAN_HASH_DIGITS && digits > 0 && digits < n))
		return n;
	return 0;
}

/* A hash stands alone, or after 0x: no letter or digit beside it. */
static bool may_begin(struct span word, size_t pos)
{
	if (pos == 0 || !ascii_is_alnum(word.text[pos - 1]))
		return true;
	return pos >= 2 && ascii_lower(word.text[pos - 1]) == 'x' &&
	       word.text[pos - 2] == '0' &&
	       (pos == 2 || !ascii_is_alnum(word.text[pos - 3]));
}

static size_t find_hash(struct span word, size_t *ret_bytes)
{
	for (size_t i = 0; i < word.len_bytes; i++) {
		struct span rest = span_cut(word, i, word.len_bytes);
		size_t n;

		if (!is_hex(word.text[i]) || !may_begin(word, i))
			continue;
		n = uuid_bytes(rest);
		if (n == 0)
			n = hash_bytes(rest);
		if (n == 0 ||
		    (n < rest.len_bytes && ascii_is_alnum(rest.text[n])))
			continue;
		*ret_bytes = n;
		return i;
	}
	*ret_bytes = 0;
	return 0;
}

bool word_hash(struct buf *out, const struct reading *reading, struct span word)
{
	size_t n, before;
	size_t begin = find_hash(word, &n);

	if (n == 0)
		return false;
	before = begin;
	if (begin >= 2 && ascii_lower(word.text[begin - 1]) == 'x')
		before = begin - 2;
	word_clean_without(out, reading, WORDING_HASHES,
			   span_cut(word, 0, before));
	if (before > 0)
		word_gap(out);
	buf_add_text(out, reading_text(reading, N_("hash")));
	for (size_t i = 0; i < SPELT_DIGITS; i++) {
		buf_add_char(out, ' ');
		buf_add_char(out, word.text[begin + i]);
	}
	word_clean(out, reading, span_cut(word, begin + n, word.len_bytes));
	return true;
}
