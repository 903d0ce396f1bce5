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
#include "core/message/message.h"

/* Add word with the rules of the mask tried on it. */
void word_clean(struct buf *out, unsigned rules, struct span word);

typedef bool word_fn(struct buf *out, unsigned rules, struct span word);

word_fn word_url; /* "(http://a.b/c)." "(link to a.b)." */
word_fn word_hash; /* "3f9a..." "hash 3 f 9 a" */
word_fn word_symbols; /* "======" "6 equals" */
word_fn word_long; /* "aaaaa..." "aaaaa… long word" */
word_fn word_emoticon; /* ":)" "smile" */

/* What symbol is called when it is all that is said; NULL for none. */
const char *symbol_name(int32_t code, bool many);

/* Name the emoji in text; false with out unchanged when there is none. */
bool emoji_name_all(struct buf *out, const char *text, size_t len_bytes);

/* A blank between what is in out and a word that follows. */
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

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline struct span span_cut(struct span span, size_t from, size_t to)
{
	return span_of(span.text + from, to - from);
}

#endif
