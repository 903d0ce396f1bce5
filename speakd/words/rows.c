/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* rows.c - rows of symbols: counted, named, never read out one by one. */
#include "core/text.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/clean.h"
#include "speakd/words/symbols.h"
#include "speakd/words/template.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* What a row is of: "40 equals". */
/* clang-format off */
static const struct {
	char c;
	const char *one, *many;
} names[] = {
	{ '!', N_MANY("$count exclamation mark", "$count exclamation marks") },
	{ '"', N_MANY("$count quote", "$count quotes") },
	{ '#', N_MANY("$count hash", "$count hashes") },
	{ '$', N_MANY("$count dollar", "$count dollars") },
	{ '%', N_MANY("$count percent", "$count percent signs") },
	{ '&', N_MANY("$count and", "$count ands") },
	{ '\'', N_MANY("$count apostrophe", "$count apostrophes") },
	{ '(', N_MANY("$count left parenthesis", "$count left parentheses") },
	{ ')', N_MANY("$count right parenthesis", "$count right parentheses") },
	{ '*', N_MANY("$count star", "$count stars") },
	{ '+', N_MANY("$count plus", "$count pluses") },
	{ ',', N_MANY("$count comma", "$count commas") },
	{ '-', N_MANY("$count dash", "$count dashes") },
	{ '.', N_MANY("$count dot", "$count dots") },
	{ '/', N_MANY("$count slash", "$count slashes") },
	{ ':', N_MANY("$count colon", "$count colons") },
	{ ';', N_MANY("$count semicolon", "$count semicolons") },
	{ '<', N_MANY("$count less than", "$count less thans") },
	{ '=', N_MANY("$count equals", "$count equals") },
	{ '>', N_MANY("$count greater than", "$count greater thans") },
	{ '?', N_MANY("$count question mark", "$count question marks") },
	{ '@', N_MANY("$count at", "$count ats") },
	{ '[', N_MANY("$count left bracket", "$count left brackets") },
	{ '\\', N_MANY("$count backslash", "$count backslashes") },
	{ ']', N_MANY("$count right bracket", "$count right brackets") },
	{ '^', N_MANY("$count caret", "$count carets") },
	{ '_', N_MANY("$count underscore", "$count underscores") },
	{ '`', N_MANY("$count backquote", "$count backquotes") },
	{ '{', N_MANY("$count left brace", "$count left braces") },
	{ '|', N_MANY("$count bar", "$count bars") },
	{ '}', N_MANY("$count right brace", "$count right braces") },
	{ '~', N_MANY("$count tilde", "$count tildes") },
};
/* clang-format on */

/* "40 equals"; false for what has no name. */
static bool add_many(struct buf *out, const struct reading *reading, char c,
		     size_t n)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (names[i].c != c)
			continue;
		template_count(
			out,
			reading_many(reading, names[i].one, names[i].many, n),
			n);
		return true;
	}
	return false;
}

static void add_symbols(struct buf *out, const struct reading *reading,
			size_t count)
{
	template_count(
		out,
		reading_many(reading, "$count symbol", "$count symbols", count),
		count);
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

static bool add_row(struct buf *out, const struct reading *reading,
		    struct span word, size_t pos, size_t n)
{
	char c = word.text[pos];
	bool whole = n == word.len_bytes;

	if (whole && c == '.' && n >= CLEAN_ROW_BYTES) {
		buf_add_text(out, reading_text(reading, N_("dots")));
		return true;
	}
	if (add_tone(out, c, n))
		return true;
	if (n < CLEAN_ROW_BYTES || c == '.')
		return false;
	if (pos > 0)
		word_gap(out);
	if (!add_many(out, reading, c, n))
		return false;
	if (pos + n < word.len_bytes)
		buf_add_char(out, ' ');
	return true;
}

/* Whether one of its rows may be said in another way: most are too short. */
static bool has_row_to_say(struct span word)
{
	for (size_t pos = 0; pos < word.len_bytes;) {
		char c = word.text[pos];
		size_t n = row_bytes(word, pos);

		if (!ascii_is_alnum(c) &&
		    (n >= CLEAN_ROW_BYTES || (n > 1 && (c == '!' || c == '?'))))
			return true;
		pos += n;
	}
	return false;
}

static bool is_one_row(struct span word)
{
	return row_bytes(word, 0) == word.len_bytes;
}

/* What the rows left is words again: names of symbols, a long word. */
static void finish_rows(struct buf *out, const struct reading *reading,
			const struct buf *said)
{
	unsigned rules = WORDING_SYMBOLS;

	/* With a row named, the rest is no long word any more. */
	if (memchr(buf_text(said), ' ', said->len_bytes) != NULL)
		rules |= WORDING_WORDS;
	word_clean_without(out, reading, rules,
			   span_of(buf_text(said), said->len_bytes));
}

bool word_symbols(struct buf *out, const struct reading *reading,
		  struct span word)
{
	SCOPED_BUF struct buf said = { 0 };
	bool changed = false;

	if (word.len_bytes >= CLEAN_ART_BYTES && all_symbols(word) &&
	    !is_one_row(word)) {
		add_symbols(out, reading, word.len_bytes);
		return true;
	}
	if (!has_row_to_say(word))
		return false;
	for (size_t pos = 0; pos < word.len_bytes;) {
		size_t n = row_bytes(word, pos);

		if (!ascii_is_alnum(word.text[pos]) &&
		    add_row(&said, reading, word, pos, n))
			changed = true;
		else
			buf_add(&said, word.text + pos, n);
		pos += n;
	}
	if (changed)
		finish_rows(out, reading, &said);
	return changed;
}

enum { NAMED_SYMBOLS = 5 };

/* Count the symbols of text; false when something in it can be heard. */
static bool count_silent(const char *text, size_t len_bytes, size_t *ret)
{
	size_t pos = 0;

	*ret = 0;
	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);

		if (!symbols_is_sign(code))
			return false;
		*ret += code != ' ';
	}
	return *ret > 0;
}

/* A sign by its name, from whatever knows it. */
static const char *sign_name(const struct reading *reading, struct span sign)
{
	const char *name = sign.len_bytes == 1
				   ? punctuation_name(sign.text[0])
				   : symbols_emoji(reading->symbols, sign);

	return reading_text(reading, name != NULL ? name : N_("symbol"));
}

static void name_each(struct buf *out, const struct reading *reading,
		      struct span text)
{
	size_t pos = 0;

	while (pos < text.len_bytes) {
		size_t start = pos, n = 1, next;
		int32_t code = text_next(text.text, text.len_bytes, &pos);
		struct span sign = span_cut(text, start, pos);

		if (code == ' ')
			continue;
		next = pos;
		while (text_next(text.text, text.len_bytes, &next) == code) {
			pos = next;
			n++;
		}
		word_gap(out);
		if (n > 1 && code == '.')
			buf_add_text(out, reading_text(reading, N_("dots")));
		else if (n == 1 || code >= 0x80 ||
			 !add_many(out, reading, (char)code, n))
			buf_add_text(out, sign_name(reading, sign));
	}
}

/* Lines and corners that boxes are drawn with: no one is worth a name. */
static bool is_drawing(struct span text)
{
	size_t pos = 0;

	while (pos < text.len_bytes) {
		int32_t code = text_next(text.text, text.len_bytes, &pos);

		if (code != ' ' && (code < 0x2500 || code > 0x259f))
			return false;
	}
	return true;
}

bool clean_name_silent(struct buf *out, const struct reading *reading,
		       struct span text)
{
	size_t count;

	/* The common case first: a letter or digit near the start. */
	if (text.len_bytes > 0 && ascii_is_alnum(text.text[0]))
		return false;
	if (!count_silent(text.text, text.len_bytes, &count))
		return false;
	if (count > NAMED_SYMBOLS || is_drawing(text))
		add_symbols(out, reading, count);
	else
		name_each(out, reading, text);
	return true;
}
