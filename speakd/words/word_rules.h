/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * word_rules.h - the rules on single words, one function each.
 *
 * Private to speakd/words/. A function adds what is said instead of word to
 * out and returns true, or returns false with out unchanged.
 */
#ifndef SPEAKD_WORDS_WORD_RULES_H
#define SPEAKD_WORDS_WORD_RULES_H

#include "core/buf.h"
#include "speakd/words/reading.h"

/* Add word with the reading's rules tried on it. */
static inline void word_clean(struct buf *out, const struct reading *reading,
			      struct span word)
{
	reading->read(out, reading, word);
}

/* The same without some of the rules. */
static inline void word_clean_without(struct buf *out,
				      const struct reading *reading,
				      unsigned rules, struct span word)
{
	struct reading without = *reading;

	without.rules &= ~rules;
	reading->read(out, &without, word);
}

typedef bool word_fn(struct buf *out, const struct reading *reading,
		     struct span word);

word_fn word_url; /* "(http://a.b/c)." "(link to a.b)." */
word_fn word_path; /* "/usr/src/a/b/c.h:7" "c dot h line 7 in a…" */
word_fn word_hash; /* "3f9a..." "hash 3 f 9 a" */
word_fn word_progress; /* "[12/345]" "12 of 345", a bar: nothing */
word_fn word_digits; /* "1234567" "1 2 3 4 5 6 7" */
word_fn word_symbols; /* "======" "6 equals" */
word_fn word_long; /* "aaaaa..." "aaaaa… long word" */
word_fn word_emoticon; /* ":)" "smile" */
word_fn word_markup; /* "**so**" "so", "&gt;" ">", ":joy:" "joy" */
word_fn word_quote; /* "<alice> hi" "alice: hi", "<al@b.org>" "al@b.org" */
word_fn word_punctuation; /* "a->b" "a arrow b" */

/* What an ASCII symbol is called, in English; NULL for none. */
const char *punctuation_name(char c);

/* Name the emoji in text; false with out unchanged when there is none. */
bool emoji_name_all(struct buf *out, const struct reading *reading,
		    const char *text, size_t len_bytes);

/* Name pictures made of letters: the shrug, the table that is flipped. */
bool markup_name_faces(struct buf *out, const struct reading *reading,
		       const char *text, size_t len_bytes);

/* A space between what is in out and a word that follows. */
static inline void word_gap(struct buf *out)
{
	if (out->len_bytes > 0 && out->data[out->len_bytes - 1] != ' ')
		buf_add_char(out, ' ');
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_alnum(char c)
{
	return ascii_is_digit(c) || ascii_is_letter(c);
}

/* A letter or digit of any script; a byte of one is enough to know. */
static inline bool is_word_byte(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 0x80;
}

static inline struct span span_cut(struct span span, size_t from, size_t to)
{
	return span_of(span.text + from, to - from);
}

/* The byte at pos; a space outside. */
static inline char span_at(struct span span, size_t pos)
{
	return pos < span.len_bytes ? span.text[pos] : ' ';
}

/* How many digits stand at pos. */
static inline size_t digits_at(struct span span, size_t pos)
{
	size_t n = 0;

	while (ascii_is_digit(span_at(span, pos + n)))
		n++;
	return n;
}

/* Whether word is a part of line, not of another text. */
static inline bool span_is_within(struct span word, struct span line)
{
	return word.text >= line.text &&
	       word.text + word.len_bytes <= line.text + line.len_bytes;
}

#endif
