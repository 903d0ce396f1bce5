/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * text.h - Unicode text from strangers: repair, cut, compare, make printable.
 *
 * Text is UTF-8 with its length beside it. What comes in from outside goes
 * through text_repair() once; after it every module may rely on valid UTF-8.
 * Source: Unicode 15, chapter 3.9 (well-formed UTF-8), through utf8proc.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/buf.h"

/* Whether text[0 .. len_bytes) is well-formed UTF-8. */
bool text_is_utf8(const char *text, size_t len_bytes);

/* Whether it is plain ASCII without control bytes: the common, fast case. */
bool text_is_plain(const char *text, size_t len_bytes);

/*
 * Whether it is well-formed and made of what most of Europe types: plain ASCII,
 * letters up to U+017F, typographic quotes and dashes, signs of Latin-1.
 * Nothing of it is hidden, invisible, an emoji, another text under NFKC or
 * encoded twice.
 */
bool text_is_common(const char *text, size_t len_bytes);

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
 * Add text to out without what was encoded twice: what a program wrote that
 * read UTF-8 as Windows-1252 is as it was. False, and out as it was: there is
 * none of it. Bytes that are no UTF-8 stay.
 */
bool text_undo_twice(struct buf *out, const char *text, size_t len_bytes);

/*
 * Read the code point at *pos of well-formed text and move *pos past it.
 * Returns the code point, or -1 at the end or on a malformed byte (*pos then
 * moves by one).
 */
int32_t text_next(const char *text, size_t len_bytes, size_t *pos);

/*
 * The largest length <= max_bytes that does not cut through a code point:
 * len_bytes itself when it fits.
 */
size_t text_cut(const char *text, size_t len_bytes, size_t max_bytes);

/* What stands before a code point; all-zero at the beginning of a text. */
struct text_context {
	int32_t before; /* the code point before it */
	unsigned marks; /* combining marks in a row up to here */
};

/* Marks that one letter may carry; real scripts need three. */
enum { TEXT_MARKS_MAX = 4 };

/*
 * Whether code, which follows what context tells of, must not reach a terminal
 * as it is: controls and line separators, which act on it; overrides and
 * isolates of the writing direction, zero-width characters, tags, and marks
 * beyond TEXT_MARKS_MAX, which make text look like another text. Joiners in
 * scripts that join, and joiners and variation selectors in emoji, may.
 * Moves context on. Source: UTR 36 (Unicode security), sections 2.5 and 2.6.
 */
bool text_is_hidden(struct text_context *context, int32_t code);

/* Whether well-formed text has such a code point: no name should. */
bool text_has_hidden(const char *text, size_t len_bytes);

/*
 * Add text as a terminal or a log line may get it: \n and \t, \xNN for other
 * controls and malformed bytes, \uNNNN and \UNNNNNNNN for what text_is_hidden()
 * names. A backslash stays a backslash.
 */
void text_escape(struct buf *out, const char *text, size_t len_bytes);

/* The same for lines: line breaks, and tabs between columns, stay. */
void text_show(struct buf *out, const char *text, size_t len_bytes);

/*
 * Add text (well-formed) in the compatibility form NFKC: math-bold and
 * full-width letters become letters that a synthesiser can read.
 */
void text_nfkc(struct buf *out, const char *text, size_t len_bytes);

/* Add text (well-formed) in the canonical form NFC, for comparing names. */
void text_nfc(struct buf *out, const char *text, size_t len_bytes);

/* Add text (well-formed) case-folded and in NFKC, for caseless comparison. */
void text_fold(struct buf *out, const char *text, size_t len_bytes);

/* Order of texts without regard to case; what is not UTF-8 is repaired. */
int text_compare_caseless(const char *a, const char *b);

/* Order of well-formed texts by their letters, case and accents aside. */
int text_compare_letters(const char *a, const char *b);

/* Columns that text (well-formed) takes on a terminal; controls count 0. */
size_t text_width(const char *text, size_t len_bytes);

/*
 * Zero-width and other invisible code points that change nothing for a
 * listener: U+200B..200F, 202A..202E, 2060..206F, FEFF, 00AD, 034F, 061C, 180E,
 * FFF9..FFFB, the fillers 115F, 1160, 17B4, 17B5, 3164 and FFA0, 1D173..1D17A,
 * variation selectors FE00..FE0F, and E0000..E01EF: tags and the other
 * variation selectors. Source: DerivedCoreProperties.txt,
 * Default_Ignorable_Code_Point.
 */
bool text_is_invisible(int32_t code);

/* A letter, a mark or a digit of any script: what words are made of. */
bool text_is_word(int32_t code);

/* Whether c begins mIRC formatting. */
bool text_is_mirc(char c);

/*
 * Add text without mIRC formatting (bold 02, colour 03 with its digits, hex
 * colour 04, reset 0f, monospace 11, reverse 16, italic 1d, strike 1e,
 * underline 1f). Works on any bytes. Source: modern.ircdocs.horse/formatting.
 */
void text_strip_mirc(struct buf *out, const char *text, size_t len_bytes);

#endif
