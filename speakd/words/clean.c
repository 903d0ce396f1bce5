/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/clean.h"

#include "core/text.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* What is in a word, as bits: most words are told to need nothing. */
enum trait {
	HAS_LETTER = 1 << 0,
	HAS_DIGIT = 1 << 1,
	HAS_HIGH = 1 << 2,
	HAS_DOT = 1 << 3,
	HAS_COLON = 1 << 4,
	HAS_SYMBOL = 1 << 5, /* any but letters and digits; dot, colon too */
	HAS_ROW = 1 << 6, /* the same symbol twice in a row */
	HAS_ONLY_SYMBOLS = 1 << 7,
};

enum {
	L = HAS_LETTER,
	D = HAS_DIGIT,
	S = HAS_SYMBOL,
	P = HAS_SYMBOL | HAS_DOT,
	C = HAS_SYMBOL | HAS_COLON,
};

/* Every character of every line is looked up here, so that it is a table. */
/* clang-format off */
static const unsigned char ascii_traits[0x80] = {
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, P, S, /* blank to "/" */
	D, D, D, D, D, D, D, D, D, D, C, S, S, S, S, S, /* 0 to "?" */
	S, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* "@" to O */
	L, L, L, L, L, L, L, L, L, L, L, S, S, S, S, S, /* P to "_" */
	S, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* "`" to o */
	L, L, L, L, L, L, L, L, L, L, L, S, S, S, S, S, /* p to DEL */
};
/* clang-format on */

static unsigned trait_of(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < 0x80 ? ascii_traits[byte] : HAS_HIGH;
}

static bool has_row(struct span word)
{
	for (size_t i = 1; i < word.len_bytes; i++)
		if (word.text[i] == word.text[i - 1] &&
		    (trait_of(word.text[i]) & HAS_SYMBOL) != 0)
			return true;
	return false;
}

/* The traits that only the whole word shows. */
static unsigned whole_traits(struct span word, unsigned traits)
{
	if ((traits & HAS_SYMBOL) != 0 && has_row(word))
		traits |= HAS_ROW;
	if ((traits & (HAS_DIGIT | HAS_LETTER | HAS_HIGH)) == 0)
		traits |= HAS_ONLY_SYMBOLS;
	return traits;
}

static unsigned traits_of(struct span word)
{
	unsigned traits = 0;

	for (size_t i = 0; i < word.len_bytes; i++)
		traits |= trait_of(word.text[i]);
	return whole_traits(word, traits);
}

/* clang-format off */
static const struct {
	unsigned rule;    /* enum wording_rule */
	unsigned needs;   /* all of these traits */
	size_t min_bytes, max_bytes;
	word_fn *say;
} word_rules[] = {
	{ WORDING_EMOJI,   HAS_SYMBOL, 2, CLEAN_EMOTICON_BYTES, word_emoticon },
	{ WORDING_URLS,    HAS_COLON,  7, SIZE_MAX, word_url },
	{ WORDING_URLS,    HAS_DOT,    7, SIZE_MAX, word_url },
	{ WORDING_HASHES,  HAS_DIGIT,  CLEAN_HASH_DIGITS, SIZE_MAX, word_hash },
	{ WORDING_HASHES,  HAS_LETTER, CLEAN_HASH_SURE_DIGITS, SIZE_MAX,
	  word_hash },
	{ WORDING_SYMBOLS, HAS_ROW,    2, SIZE_MAX, word_symbols },
	{ WORDING_SYMBOLS, HAS_ONLY_SYMBOLS, CLEAN_ART_BYTES, SIZE_MAX,
	  word_symbols },
	{ WORDING_WORDS,   0,          CLEAN_WORD_CODES + 1, SIZE_MAX,
	  word_long },
};
/* clang-format on */

static bool applies(size_t i, unsigned rules, size_t len_bytes, unsigned traits)
{
	return len_bytes >= word_rules[i].min_bytes &&
	       len_bytes <= word_rules[i].max_bytes &&
	       (rules & word_rules[i].rule) != 0 &&
	       (traits & word_rules[i].needs) == word_rules[i].needs;
}

/* The first rule that may have something to say; their count: none. */
static size_t first_rule(unsigned rules, size_t len_bytes, unsigned traits)
{
	size_t i = 0;

	while (i < COUNT_OF(word_rules) &&
	       !applies(i, rules, len_bytes, traits))
		i++;
	return i;
}

/* Try the rules on word, in order, from the one called first. */
static bool try_rules(struct buf *out, unsigned rules, struct span word,
		      unsigned traits, size_t first)
{
	for (size_t i = first; i < COUNT_OF(word_rules); i++)
		if (applies(i, rules, word.len_bytes, traits) &&
		    word_rules[i].say(out, rules, word))
			return true;
	return false;
}

void word_clean(struct buf *out, unsigned rules, struct span word)
{
	unsigned traits = word.len_bytes > 1 ? traits_of(word) : 0;

	if (traits == 0 || !try_rules(out, rules, word, traits, 0))
		buf_add(out, word.text, word.len_bytes);
}

/* The end of the word at pos, and what is in it. */
static size_t word_end(const char *text, size_t len_bytes, size_t pos,
		       unsigned *ret_traits)
{
	unsigned traits = 0;

	for (; pos < len_bytes && text[pos] != ' '; pos++)
		traits |= trait_of(text[pos]);
	*ret_traits = traits;
	return pos;
}

/* Letters alone, and no long row of them: no rule looks at such a word. */
static bool is_simple(size_t len_bytes, unsigned traits)
{
	return len_bytes < 2 ||
	       (traits == HAS_LETTER && len_bytes < CLEAN_HASH_SURE_DIGITS);
}

/*
 * The word at start..end, and what stands unchanged in front of it from plain
 * on, when a rule may change it. Returns where unchanged text begins again.
 */
static size_t add_word(struct buf *out, unsigned rules, const char *text,
		       size_t plain, size_t start, size_t end, unsigned traits)
{
	struct span word = span_of(text + start, end - start);
	size_t first;

	traits = whole_traits(word, traits);
	first = first_rule(rules, word.len_bytes, traits);
	if (first == COUNT_OF(word_rules))
		return plain;
	buf_add(out, text + plain, start - plain);
	if (!try_rules(out, rules, word, traits, first))
		buf_add(out, word.text, word.len_bytes);
	return end;
}

static void clean_words(struct buf *out, unsigned rules, const char *text,
			size_t len_bytes)
{
	size_t pos = 0, plain = 0;

	while (pos < len_bytes) {
		unsigned traits;
		size_t end = word_end(text, len_bytes, pos, &traits);

		if (!is_simple(end - pos, traits))
			plain = add_word(out, rules, text, plain, pos, end,
					 traits);
		pos = end + 1;
	}
	buf_add(out, text + plain, len_bytes - plain);
}

/* Tabs and the like part words; the hygiene after us folds the spaces. */
static void blank_controls(char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
}

/*
 * Invisible code points hide words from every rule, but emoji are made of
 * them: they go when the emoji have their names.
 */
static void drop_invisible(struct buf *text)
{
	size_t pos = 0, end = 0;

	while (pos < text->len_bytes) {
		size_t start = pos;
		int32_t code = text_next(text->data, text->len_bytes, &pos);

		if (text_is_invisible(code))
			continue;
		memmove(text->data + end, text->data + start, pos - start);
		end += pos - start;
	}
	buf_cut(text, end);
}

static void clean_other(struct buf *scratch, unsigned rules, const char *text,
			size_t len_bytes)
{
	SCOPED_BUF struct buf stripped = { 0 };

	text_strip_mirc(&stripped, text, len_bytes);
	if (stripped.len_bytes == 0)
		return;
	blank_controls(stripped.data, stripped.len_bytes);
	if ((rules & WORDING_EMOJI) == 0 ||
	    !emoji_name_all(scratch, stripped.data, stripped.len_bytes))
		buf_add(scratch, stripped.data, stripped.len_bytes);
	drop_invisible(scratch);
}

void clean_text(struct buf *out, struct buf *scratch, unsigned rules,
		const char *text, size_t len_bytes)
{
	if (len_bytes == 0)
		return;
	if (text_is_plain(text, len_bytes)) {
		clean_words(out, rules, text, len_bytes);
		return;
	}
	buf_clear(scratch);
	clean_other(scratch, rules, text, len_bytes);
	clean_words(out, rules, buf_text(scratch), scratch->len_bytes);
}
