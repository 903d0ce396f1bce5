/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * reading.h - how the words of a line are read: what the listener chose.
 */
#ifndef SPEAKD_WORDS_READING_H
#define SPEAKD_WORDS_READING_H

#include "core/message/message.h"
#include "speakd/queue/phrase.h"

/* "1234" is "1234", "12 34" or "1 2 3 4". */
enum digits { DIGITS_WORDS, DIGITS_PAIRS, DIGITS_SINGLE };

/* Their words, as options and sections name them, in the order above. */
#define READING_PUNCTUATION "none some most all"
#define READING_DIGITS	    "words pairs single"
#define READING_CAPITALS    "none spell icon"

struct buf;
struct catalogue;
struct reading;
struct symbols;

/* Add what is said of word, which is a whole one or part of one. */
typedef void reading_fn(struct buf *out, const struct reading *reading,
			struct span word);

struct reading {
	unsigned rules; /* mask of enum wording_rule */
	enum punctuation punctuation;
	enum digits digits;
	const struct catalogue *catalogue; /* borrowed; NULL: English */
	struct symbols *symbols; /* borrowed; NULL: only our own names */
	/* Set by clean_text(). */
	struct span line; /* that the word stands in */
	unsigned depth; /* of parts within parts of words */
	reading_fn *read; /* tries the rules, which read parts of words */
};

/* What text of ours is in the reading's language. */
const char *reading_text(const struct reading *reading, const char *text);

/* The form for n of "$count line", "$count lines". */
const char *reading_many(const struct reading *reading, const char *one,
			 const char *many, uintmax_t n);

#endif
