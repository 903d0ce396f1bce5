/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * words.h - a half-typed command line: its words, and how to type the rest.
 *
 * Pure text work for completion, by the quoting rules of the shells. Nothing
 * is ever expanded or run: "$(x)" is five characters.
 */
#ifndef PROJECT_WORDS_H
#define PROJECT_WORDS_H

#include "core/buf.h"

enum {
	WORDS_MAX = 64, /* words of one command that are looked at */
	WORDS_LINE_MAX_BYTES = 65536,
};

struct words {
	char *list[WORDS_MAX]; /* owned, without their quotes */
	size_t count; /* at least 1: the last is being typed */
	char quote; /* the quote that is open at the end, or 0 */
	size_t keep_bytes; /* of the last word (unquoted form): what the
			      shell leaves in place before its own cut */
	size_t replace_at; /* of the line: where the shell's cut begins, and
			      so where a reply goes */
	bool after_redirection; /* the last word is a file's name */
};

/*
 * Read line[0 .. len_bytes), the part before the cursor. A new command begins
 * after an unquoted ";", "|", "&", "(", ")" or newline; assignments and
 * redirections in front of and among its words are left out. breaks: bash's
 * COMP_WORDBREAKS, at which readline cuts a word (keep_bytes). More words than
 * WORDS_MAX: the first WORDS_MAX - 1 and the last.
 */
void words_read(struct words *words, const char *line, size_t len_bytes,
		const char *breaks);
void words_fini(struct words *words);

/*
 * Add what readline must put in place of the last word's cut part so that the
 * whole word means text: text without its first keep_bytes, quoted for the
 * state that the line is in.
 */
void words_quote(struct buf *out, const char *text, size_t keep_bytes,
		 char quote);

#endif
