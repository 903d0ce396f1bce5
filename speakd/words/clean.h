/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * clean.h - the text of one message, made for ears: the rules on its words.
 *
 *	text ─▶ controls away ─▶ emoji named ─▶ word by word ─▶ out
 *
 * A word is a run without spaces. Each rule either leaves a word alone or says
 * it in its own way and hands what is around (brackets, punctuation) on.
 * Text is well-formed UTF-8.
 */
#ifndef SPEAKD_WORDS_CLEAN_H
#define SPEAKD_WORDS_CLEAN_H

#include "core/buf.h"
#include "speakd/words/reading.h"

/* A word without spaces and with no other meaning is at most so long. */
enum { CLEAN_WORD_CODES = 40, CLEAN_WORD_KEPT_CODES = 20 };

/* Shorter runs of hex digits are said as they are: dates, colours, words. */
enum { CLEAN_HASH_DIGITS = 12, CLEAN_HASH_SURE_DIGITS = 32 };

/* A row: so many of one symbol, so many symbols of any kind. */
enum { CLEAN_ROW_BYTES = 4, CLEAN_ART_BYTES = 6 };

/* So many of the same word are said once and counted. */
enum { CLEAN_REPEATS = 4 };

/* So often a rule hands on what follows in a word; the rest stays as it is. */
enum { CLEAN_PARTS_MAX = 64 };

/* The longest emoticon. */
enum { CLEAN_EMOTICON_BYTES = 3 };

/*
 * What is said of text: text itself, where no rule changes it, or what is then
 * in out. Of the reading's rules those on words matter here. mIRC formatting
 * and control bytes always go. scratch is a buffer to work in; the memory of
 * both is kept.
 */
struct span clean_text(struct buf *out, struct buf *scratch,
		       const struct reading *reading, struct span text);

/*
 * The same, of a text that was looked at (look.h); NULL: every rule is tried on
 * every word.
 */
struct look;
struct span clean_looked(struct buf *out, struct buf *scratch,
			 const struct reading *reading, struct span text,
			 const struct look *look);

/*
 * What a text that a synthesiser passes over in silence ("?", "...") is called:
 * "question mark", "dots". False when the text can be heard as it is.
 */
bool clean_name_silent(struct buf *out, const struct reading *reading,
		       struct span text);

#endif
