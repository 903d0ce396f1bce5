/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * look.h - one look at a text: which of its words may a rule change?
 *
 * Private to speakd/words/. Six lines of ten are plain prose, and of the others
 * one word or two are anything else: what the look does not mark is said as it
 * stands, without a rule that is tried on it.
 */
#ifndef SPEAKD_WORDS_LOOK_H
#define SPEAKD_WORDS_LOOK_H

#include "core/message/message.h"

enum {
	LOOK_BLOCK_BYTES = 32,
	/* A longer text takes the long way: nobody writes prose of that size.
	 */
	LOOK_MAX_BYTES = 1024
};

struct look {
	/* Bit i of block b: look at the byte at 32 b + i. */
	uint32_t marks[LOOK_MAX_BYTES / LOOK_BLOCK_BYTES];
	size_t len_bytes;
	unsigned dots; /* in all of it */
};

/*
 * Mark a byte of each word that clean_text() may change, at the levels "none"
 * and "some" and with numbers as words; perhaps it does not. And each blank
 * that is one too many. False: every word has to be tried, since the text is
 * too long or may have a word again and again.
 */
bool look_at(struct span text, struct look *ret);

/* Where the first mark from pos on is; the length of the text: none. */
size_t look_next(const struct look *look, size_t pos);

#endif
