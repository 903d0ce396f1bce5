/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * text.h - Unicode text from strangers: repair, cut, compare, make printable.
 *
 * Text is UTF-8 with its length beside it. What comes in from outside goes
 * through text_repair() once; behind it every module may rely on valid UTF-8.
 * Source: Unicode 15, chapter 3.9 (well-formed UTF-8), through utf8proc.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/buf.h"

/* Whether text[0 .. len_bytes) is well-formed UTF-8. */
bool text_is_utf8(const char *text, size_t len_bytes);

/* Whether it is plain ASCII without control bytes: the common, fast case. */
bool text_is_plain(const char *text, size_t len_bytes);

/* Whether it is ASCII, control bytes included. */
bool text_is_ascii(const char *text, size_t len_bytes);

/*
 * Add text to out as well-formed UTF-8: every byte that is not part of a
 * well-formed sequence is read as Windows-1252, which is what old IRC clients
 * send (its five unused bytes become U+FFFD). NUL becomes U+FFFD. Well-formed
 * text comes out unchanged.
 */
void text_repair(struct buf *out, const char *text, size_t len_bytes);

/*
 * Read the code point at *pos of well-formed text and move *pos behind it.
 * Returns the code point, or -1 at the end or on a malformed byte (*pos then
 * moves by one).
 */
int32_t text_next(const char *text, size_t len_bytes, size_t *pos);

/*
 * The largest length <= max_bytes that does not cut through a code point:
 * len_bytes itself when it fits.
 */
size_t text_cut(const char *text, size_t len_bytes, size_t max_bytes);

/*
 * Add text with everything that a terminal or a log line must not see made
 * visible: C0, DEL, C1 controls and line separators as \n, \t or \xNN, a
 * malformed byte as \xNN. A backslash stays a backslash.
 */
void text_escape(struct buf *out, const char *text, size_t len_bytes);

/*
 * Add text (well-formed) in the compatibility form NFKC: math-bold and
 * full-width letters become letters that a synthesiser can read.
 */
void text_nfkc(struct buf *out, const char *text, size_t len_bytes);

/* Add text (well-formed) in the canonical form NFC, for comparing names. */
void text_nfc(struct buf *out, const char *text, size_t len_bytes);

/* Add text (well-formed) case-folded and in NFKC, for caseless comparison. */
void text_fold(struct buf *out, const char *text, size_t len_bytes);

/* Columns that text (well-formed) takes on a terminal; controls count 0. */
size_t text_width(const char *text, size_t len_bytes);

/*
 * Zero-width and other invisible code points that change nothing for a
 * listener: U+200B..200F, 202A..202E, 2060..2064, 2066..2069, FEFF, 00AD,
 * 061C, 180E, FFF9..FFFB, variation selectors FE00..FE0F, and E0000..E01EF:
 * tags and the other variation selectors.
 */
bool text_is_invisible(int32_t code);

/* A letter, a mark or a digit of any script: what words are made of. */
bool text_is_word(int32_t code);

/*
 * Add text without mIRC formatting (bold 02, colour 03 with its digits, hex
 * colour 04, reset 0f, monospace 11, reverse 16, italic 1d, strike 1e,
 * underline 1f). Works on any bytes. Source: modern.ircdocs.horse/formatting.
 */
void text_strip_mirc(struct buf *out, const char *text, size_t len_bytes);

#endif
