/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * dictionary.h - how the listener wants words said.
 *
 *	# a comment
 *	nginx = engine x	any case, as the word has no capital
 *	IT = eye tee		this case only, as it has
 *	/v(\d+)/ = version $1	a regular expression; /.../i in any case
 *
 * Words are whole words. NVDA's .dic files (pattern, replacement, case and
 * type, parted by tabs) and espeak's replacement lists ("word text $text") are
 * read as they are. The last entry of a word wins; what was replaced is not
 * looked up again, so that a word may stand for itself.
 */
#ifndef SPEAKD_WORDS_DICTIONARY_H
#define SPEAKD_WORDS_DICTIONARY_H

#include "core/buf.h"
#include "core/err.h"
#include "core/message/message.h"

enum {
	DICTIONARY_MAX_BYTES = 16 << 20, /* of a file */
	DICTIONARY_PATTERNS_MAX = 1000, /* of all: each is tried on each line */
};

struct dictionary;

struct dictionary *dictionary_new(void) MUST_CHECK;
void dictionary_free(struct dictionary *dictionary);

/*
 * Add a file's entries to those that are there. 0; -ENOENT; err_usage with
 * "PATH:LINE: ..." for its first mistake, the other lines are read.
 */
int dictionary_read(struct dictionary *dictionary, const char *path,
		    struct err *e) MUST_CHECK;

/* Whether nothing is in it that could replace anything; NULL is empty. */
bool dictionary_is_empty(const struct dictionary *dictionary);

/* Add text with its words replaced; false, and nothing added: none was. */
bool dictionary_apply(const struct dictionary *dictionary, struct span text,
		      struct buf *out);

#endif
