/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * near.h - the word that a mistyped one was meant to be: "did you mean".
 *
 * Edits are counted: a letter changed, inserted, removed, or two neighbours
 * swapped. More than NEAR_EDITS_MAX, or than half of the letters, is another
 * word. Of two equally near the first one offered wins.
 */
#ifndef CORE_NEAR_H
#define CORE_NEAR_H

#include "core/base.h"

enum { NEAR_BYTES_MAX = 32, NEAR_EDITS_MAX = 2 };

struct near {
	const char *typed; /* borrowed */
	int edits; /* of the best so far */
	char word[NEAR_BYTES_MAX + 1]; /* the best so far; "" while none is */
};

void near_init(struct near *near, const char *keep_typed);

/* Offer a word that would have been right. */
void near_offer(struct near *near, const char *word, size_t len_bytes);

#endif
