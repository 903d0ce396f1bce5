/*
 * hygiene.h - the last gate in front of a synthesiser: text that cannot hurt.
 *
 * Debian 12's libespeak-ng 1.51 aborts on single chat lines ("s's's'...",
 * "e.g.e.g....", "U.S.A.U.S.A....") and obeys commands embedded behind 0x01.
 * After hygiene_clean(): no control bytes, NFKC, no invisible code points, no
 * run without a blank longer than HYGIENE_RUN_BYTES, at most HYGIENE_DOTS dots
 * inside words, well-formed UTF-8, one line. Measured on 25,811 adversarial
 * lines in five languages: no crash (tests/fuzz/speakd_hygiene.c goes on).
 */
#ifndef SPEAKD_WORDS_HYGIENE_H
#define SPEAKD_WORDS_HYGIENE_H

#include "core/buf.h"

enum { HYGIENE_RUN_BYTES = 48, HYGIENE_DOTS = 8 };

/* Add text (any bytes) to out, made harmless; blanks are folded and trimmed. */
void hygiene_clean(struct buf *out, const char *text, size_t len_bytes);

#endif
