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
	{ '!', N_("$count exclamation mark"), N_("$count exclamation marks") },
	{ '"', N_("$count quote"), N_("$count quotes") },
	{ '#', N_("$count hash"), N_("$count hashes") },
	{ '$', N_("$count dollar"), N_("$count dollars") },
	{ '%', N_("$count percent"), N_("$count percent signs") },
	{ '&', N_("$count and"), N_("$count ands") },
	{ '\'', N_("$count apostrophe"), N_("$count apostrophes") },
	{ '(', N_("$count left parenthesis"), N_("$count left parentheses") },
	{ ')', N_("$count right parenthesis"), N_("$count right parentheses") },
	{ '*', N_("$count star"), N_("$count stars") },
	{ '+', N_("$count plus"), N_("$count pluses") },
	{ ',', N_("$count comma"), N_("$count commas") },
	{ '-', N_("$count dash"), N_("$count dashes") },
	{ '.', N_("$count dot"), N_("$count dots") },
	{ '/', N_("$count slash"), N_("$count slashes") },
	{ ':', N_("$count colon"), N_("$count colons") },
	{ ';', N_("$count semicolon"), N_("$count semicolons") },
	{ '<', N_("$count less than"), N_("$count less thans") },
	{ '=', N_("$count equals"), N_("$count equals") },
	{ '>', N_("$count greater than"), N_("$count greater thans") },
	{ '?', N_("$count question mark"), N_("$count question marks") },
	{ '@', N_("$count at"), N_("$count ats") },
	{ '[', N_("$count left bracket"), N_("$count left brackets") },
	{ '\\', N_("$count backslash"), N_("$count backslashes") },
	{ ']', N_("$count right bracket"), N_("$count right brackets") },
	{ '^', N_("$count caret"), N_("$count carets") },
	{ '_', N_("$count underscore"), N_("$count underscores") },
	{ '`', N_("$count backquote"), N_("$count backquotes") },
	{ '{', N_("$count left brace"), N_("$count left braces") },
	{ '|', N_("$count bar"), N_("$count bars") },
	{ '}', N_("$count right brace"), N_("$count right braces") },
	{ '~', N_("$count tilde"), N_("$count tildes") },
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
	template_count(out,
		       reading_many(reading, N_("$count symbol"),
				    N_("$count symbols"), count),
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
	if (memchr(said->data, ' ', said->len_bytes) != NULL)
		rules |= WORDING_WORDS;
	word_clean_without(out, reading, rules,
			   span_of(said->data, said->len_bytes));
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

bool clean_name_silent(struct buf *out, const struct reading *reading,
		       struct span text)
{
	size_t count;

	/* The common case first: a letter or digit near the start. */
	if (text.len_bytes > 0 && ascii_is_alnum(text.text[0]))
		return false;
	if (!count_silent(text.text, text.len_bytes, &count))
		return false;
	if (count > NAMED_SYMBOLS)
		add_symbols(out, reading, count);
	else
		name_each(out, reading, text);
	return true;
}
