/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * hygiene.h - the last gate in front of a synthesiser: text that cannot hurt.
 *
 * Debian 12's libespeak-ng 1.51 aborts on single chat lines ("s's's'...",
 * "e.g.e.g....", "U.S.A.U.S.A....") and obeys commands embedded after 0x01.
 * After hygiene_clean():
 *
 * - one line of well-formed UTF-8 in NFKC, no control bytes, no invisible code
 *   points (text_is_invisible()), blanks folded to one and trimmed;
 * - no run without a blank is longer than HYGIENE_RUN_BYTES: longer ones are
 *   broken at a code point; nor does it mix scripts other than Latin;
 * - digits of every script are 0..9;
 * - no stray code points of the Greek block (spacing accents, unassigned);
 * - at most HYGIENE_DOTS dots of abbreviations: dots inside a word ("e.g"),
 *   those at the end of such a word ("e.g.") and after a single letter ("a.");
 *   not those of a number ("192.0.2.1").
 *   Further ones become blanks. The dot that ends a sentence does not count.
 *
 * Cleaning what is clean changes nothing. tests/fuzz/speakd_hygiene.c and
 * tests/unit/speakd_espeak_families.c hold this to the real library.
 */
#ifndef SPEAKD_WORDS_HYGIENE_H
#define SPEAKD_WORDS_HYGIENE_H

#include "core/buf.h"

enum { HYGIENE_RUN_BYTES = 48, HYGIENE_DOTS = 8 };

/*
 * Add text (any bytes) to out, made harmless. A malformed byte becomes U+FFFD.
 * NFKC makes at most 11 bytes of one (U+FDFA), breaking adds less than a
 * tenth: out grows by less than 13 times len_bytes, which the caller bounds.
 */
void hygiene_clean(struct buf *out, const char *text, size_t len_bytes);

/* At a glance: text is not empty and is clean. False: perhaps it is, too. */
bool hygiene_is_clean(const char *text, size_t len_bytes);

#endif
