/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * symbols.h - signs and emoji by name, from what is installed.
 *
 * speech-dispatcher's locale files, which are NVDA's and the Unicode CLDR's,
 * and CLDR's own annotations, are looked for below each directory of
 * $XDG_DATA_DIRS when the first sign comes; what neither has is in a small
 * table of ours, in English. The user's file is read first:
 *
 *	# sign TAB name [TAB none|some|most|all]
 *	→	goes to	some
 *
 * the same format as the installed ones. A sign may be several code points.
 */
#ifndef SPEAKD_WORDS_SYMBOLS_H
#define SPEAKD_WORDS_SYMBOLS_H

#include "core/err.h"
#include "core/message/message.h"
#include "speakd/queue/phrase.h"

struct symbols;

/* language as in a voice's name: "de", "pt-br". Nothing is read yet. */
struct symbols *symbols_new(const char *language) MUST_CHECK;
void symbols_free(struct symbols *symbols);

/*
 * Add the signs of a file in that format, before all others.
 *
 * errors: 0; -ENOENT; -EINVAL with "line N: ..." for the first mistake.
 */
int symbols_add_file(struct symbols *symbols, const char *path,
		     struct err *e) MUST_CHECK;

/*
 * What the listener calls a sign, which may be an ASCII one, in a file that was
 * added: *ret_name is NULL where they want it at a higher level only. False:
 * they have not said.
 */
bool symbols_own(const struct symbols *symbols, struct span sign,
		 enum punctuation level, const char **ret_name);

/* The name of a sign at a level; NULL: it has none, or not at this level. */
const char *symbols_sign(struct symbols *symbols, struct span sign,
			 enum punctuation level);

/* The name of an emoji, a sequence whole; NULL: it has none. */
const char *symbols_emoji(struct symbols *symbols, struct span emoji);

/* A code point that is neither letter nor digit, and no voice says. */
bool symbols_is_sign(int32_t code);

#endif
