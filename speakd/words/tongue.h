/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tongue.h - which of the listener's languages somebody writes.
 *
 * A line of five words or more decides at once, when one language alone fits;
 * of three or four, the second that says the same; shorter ones never. A
 * speaker is remembered by channel and nick. A wrong switch is worse than none.
 *
 * The guess is libexttextcat's, limited to the languages named; it is loaded
 * when there are two or more of them.
 */
#ifndef SPEAKD_WORDS_TONGUE_H
#define SPEAKD_WORDS_TONGUE_H

#include "core/err.h"
#include "core/message/message.h"

enum {
	TONGUE_LANGUAGES_MAX = 16,
	TONGUE_SPEAKERS_MAX = 64, /* the one heard longest ago is forgotten */
	TONGUE_SURE_WORDS = 5,
	TONGUE_LEAST_WORDS = 3,
};

struct tongue;

/*
 * list: voices, "en-us,de,fr". 0 with *ret NULL when it names less than two.
 * errors: err_usage for a name that is none, or unknown; -ENOENT when the
 *         library or its data are not installed.
 */
int tongue_new(const char *list, struct tongue **ret, struct err *e) MUST_CHECK;
void tongue_free(struct tongue *tongue);

/* What speakers are remembered by; one for each source. */
struct tongue_memory;

struct tongue_memory *tongue_memory_new(void) MUST_CHECK;
void tongue_memory_free(struct tongue_memory *memory);

/*
 * The voice, of the list, for a line of text that nick said in channel; NULL:
 * nothing is known, the default one. tongue may be NULL. Text is plain words:
 * links, paths and the like say nothing about a language.
 */
const char *tongue_of_line(const struct tongue *tongue,
			   struct tongue_memory *memory, struct span channel,
			   struct span nick, struct span text);

#endif
