/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* symbols.c - rows of symbols: counted, named, never read out one by one. */
#include "core/text.h"
#include "speakd/words/clean.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* clang-format off */
static const struct {
	int32_t code;
	const char *one, *many;
} names[] = {
	{ '!', "exclamation mark", "exclamation marks" },
	{ '"', "quote", "quotes" },
	{ '#', "hash", "hashes" },
	{ '$', "dollar", "dollars" },
	{ '%', "percent", "percents" },
	{ '&', "and", "ands" },
	{ '\'', "apostrophe", "apostrophes" },
	{ '(', "left parenthesis", "left parentheses" },
	{ ')', "right parenthesis", "right parentheses" },
	{ '*', "star", "stars" },
	{ '+', "plus", "pluses" },
	{ ',', "comma", "commas" },
	{ '-', "dash", "dashes" },
	{ '.', "dot", "dots" },
	{ '/', "slash", "slashes" },
	{ ':', "colon", "colons" },
	{ ';', "semicolon", "semicolons" },
	{ '<', "less than", "less thans" },
	{ '=', "equals", "equals" },
	{ '>', "greater than", "greater thans" },
	{ '?', "question mark", "question marks" },
	{ '@', "at", "ats" },
	{ '[', "left bracket", "left brackets" },
	{ '\\', "backslash", "backslashes" },
	{ ']', "right bracket", "right brackets" },
	{ '^', "caret", "carets" },
	{ '_', "underscore", "underscores" },
	{ '`', "backquote", "backquotes" },
	{ '{', "left brace", "left braces" },
	{ '|', "bar", "bars" },
	{ '}', "right brace", "right braces" },
	{ '~', "tilde", "tildes" },
	{ 0xa1, "exclamation mark", "exclamation marks" },
	{ 0xa7, "section", "sections" },
	{ 0xab, "quote", "quotes" },
	{ 0xac, "not", "nots" },
	{ 0xb0, "degree", "degrees" },
	{ 0xb6, "paragraph", "paragraphs" },
	{ 0xb7, "dot", "dots" },
	{ 0xbb, "quote", "quotes" },
	{ 0xbf, "question mark", "question marks" },
	{ 0x2010, "dash", "dashes" },
	{ 0x2013, "dash", "dashes" },
	{ 0x2014, "dash", "dashes" },
	{ 0x2018, "quote", "quotes" },
	{ 0x2019, "apostrophe", "apostrophes" },
	{ 0x201c, "quote", "quotes" },
	{ 0x201d, "quote", "quotes" },
	{ 0x2022, "bullet", "bullets" },
	{ 0x2190, "left arrow", "left arrows" },
	{ 0x2191, "up arrow", "up arrows" },
	{ 0x2192, "right arrow", "right arrows" },
	{ 0x2193, "down arrow", "down arrows" },
	{ 0x25cf, "circle", "circles" },
	{ 0x3001, "comma", "commas" },
	{ 0x3002, "full stop", "full stops" },
};
/* clang-format on */

const char *symbol_name(int32_t code, bool many)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].code == code)
			return many ? names[i].many : names[i].one;
	return NULL;
}

static size_t row_bytes(struct span word, size_t pos)
{
	size_t n = 1;

	while (pos + n < word.len_bytes && word.text[pos + n] == word.text[pos])
		n++;
	return n;
}

/* One of a row of these is enough: they are heard as a tone or a pause. */
static const struct {
	char c;
	size_t kept;
} tones[] = { { '!', 1 }, { '?', 1 }, { '.', 3 } };

static bool add_tone(struct buf *out, char c, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(tones); i++) {
		if (tones[i].c != c || n <= tones[i].kept)
			continue;
		for (size_t k = 0; k < tones[i].kept; k++)
			buf_add_char(out, c);
		return true;
	}
	return false;
}

static bool all_symbols(struct span word)
{
	for (size_t i = 0; i < word.len_bytes; i++)
		if (ascii_is_alnum(word.text[i]) ||
		    (unsigned char)word.text[i] >= 0x80)
			return false;
	return true;
}

static bool add_row(struct buf *out, struct span word, size_t pos, size_t n)
{
	char c = word.text[pos];
	bool whole = n == word.len_bytes;
	const char *name = symbol_name((unsigned char)c, true);

	if (whole && c == '.' && n >= CLEAN_ROW_BYTES) {
		buf_add_text(out, "dots");
		return true;
	}
	if (add_tone(out, c, n))
		return true;
	if (n < CLEAN_ROW_BYTES || name == NULL || c == '.')
		return false;
	if (pos > 0)
		word_gap(out);
	buf_addf(out, "%zu %s", n, name);
	if (pos + n < word.len_bytes)
		buf_add_char(out, ' ');
	return true;
}

static bool is_one_row(struct span word)
{
	return row_bytes(word, 0) == word.len_bytes;
}

bool word_symbols(struct buf *out, unsigned rules, struct span word)
{
	size_t was_bytes = out->len_bytes;
	bool changed = false;

	(void)rules;
	if (word.len_bytes >= CLEAN_ART_BYTES && all_symbols(word) &&
	    !is_one_row(word)) {
		buf_addf(out, "%zu symbols", word.len_bytes);
		return true;
	}
	for (size_t pos = 0; pos < word.len_bytes;) {
		size_t n = row_bytes(word, pos);

		if (!ascii_is_alnum(word.text[pos]) &&
		    add_row(out, word, pos, n))
			changed = true;
		else
			buf_add(out, word.text + pos, n);
		pos += n;
	}
	if (!changed) {
		buf_cut(out, was_bytes);
		return false;
	}
	if (out->len_bytes - was_bytes > CLEAN_WORD_CODES &&
	    (rules & WORDING_WORDS) != 0) {
		SCOPED_BUF struct buf said = { 0 };

		buf_add(&said, out->data + was_bytes,
			out->len_bytes - was_bytes);
		if (memchr(said.data, ' ', said.len_bytes) != NULL)
			return true;
		buf_cut(out, was_bytes);
		word_clean(out, WORDING_WORDS,
			   span_of(said.data, said.len_bytes));
	}
	return true;
}

/* Punctuation and signs that no voice says; a rough cut through Unicode. */
static bool is_silent(int32_t code)
{
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0, '/' },	      { ':', '@' },	     { '[', '`' },
		{ '{', 0xa9 },	      { 0xab, 0xb1 },	     { 0xb4, 0xb4 },
		{ 0xb6, 0xb8 },	      { 0xbb, 0xbb },	     { 0xbf, 0xbf },
		{ 0xd7, 0xd7 },	      { 0xf7, 0xf7 },	     { 0x300, 0x36f },
		{ 0x2000, 0x206f },   { 0x2190, 0x23ff },    { 0x2440, 0x245f },
		{ 0x2500, 0x2bff },   { 0x3000, 0x3004 },    { 0x3008, 0x3020 },
		{ 0x3030, 0x3030 },   { 0xe000, 0xf8ff },    { 0xfe00, 0xfe6f },
		{ 0xff01, 0xff0f },   { 0xff1a, 0xff20 },    { 0xfff9, 0xfffd },
		{ 0x1f000, 0x1faff }, { 0xe0000, 0x10ffff },
	};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

enum { NAMED_SYMBOLS = 5 };

/* Count the symbols of text; false when something in it can be heard. */
static bool count_silent(const char *text, size_t len_bytes, size_t *ret)
{
	size_t pos = 0;

	*ret = 0;
	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);

		if (!is_silent(code))
			return false;
		*ret += code != ' ';
	}
	return *ret > 0;
}

static void name_each(struct buf *out, const char *text, size_t len_bytes)
{
	size_t pos = 0;

	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);
		size_t n = 1, next = pos;
		const char *name;

		if (code == ' ')
			continue;
		while (text_next(text, len_bytes, &next) == code) {
			pos = next;
			n++;
		}
		name = symbol_name(code, n > 1);
		word_gap(out);
		buf_add_text(out, name != NULL ? name
				  : n > 1      ? "symbols"
					       : "symbol");
	}
}

bool clean_name_silent(struct buf *out, const char *text, size_t len_bytes)
{
	size_t count;

	/* The common case first: a letter or digit near the start. */
	if (len_bytes > 0 && ascii_is_alnum(text[0]))
		return false;
	if (!count_silent(text, len_bytes, &count))
		return false;
	if (count > NAMED_SYMBOLS)
		buf_addf(out, "%zu symbols", count);
	else
		name_each(out, text, len_bytes);
	return true;
}
