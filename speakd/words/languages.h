/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * languages.h - what is known of the languages that lines are said in.
 *
 * One catalogue of our own words and one table of signs for each, read when a
 * line first needs it and kept: this is the only place that looks for them.
 */
#ifndef SPEAKD_WORDS_LANGUAGES_H
#define SPEAKD_WORDS_LANGUAGES_H

#include "core/err.h"

/* So many at a time; what is beyond them is said in English. */
enum { LANGUAGES_MAX = 32, LANGUAGE_BYTES = 16 };

struct language {
	char code[LANGUAGE_BYTES]; /* "de": without country and variant */
	struct catalogue *catalogue; /* NULL: there is none */
	struct symbols *symbols;
	struct dictionary *dictionary;
};

struct languages;

struct languages *languages_new(void) MUST_CHECK;
void languages_free(struct languages *languages);

/*
 * The language of a voice: "de+m3", "pt-br", "gmw/en-US". NULL for no voice,
 * and when there are too many.
 */
const struct language *languages_of_voice(struct languages *languages,
					  const char *voice);

/* Read what the listener wrote about signs and words, to find mistakes. */
int languages_check(struct languages *languages, const char *voice,
		    struct err *e) MUST_CHECK;

/* Read the listener's dictionaries again; on a mistake what is good of them. */
int languages_reload(struct languages *languages, struct err *e) MUST_CHECK;

#endif
