/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * catalogue.h - our own words in the listener's language: "link to", "waves".
 *
 * Wording follows the language of the voice, not the locale, and one line may
 * be German and the next French: gettext(3) can do neither, so its compiled
 * catalogues (.mo) are read here. Source: the GNU gettext manual, section "The
 * Format of GNU MO Files".
 */
#ifndef SPEAKD_WORDS_CATALOGUE_H
#define SPEAKD_WORDS_CATALOGUE_H

#include "core/err.h"

/* Marks a text in a table for xgettext(1); it is looked up when it is said. */
#define N_(text)	  text
#define N_MANY(one, many) one, many

struct catalogue;

/*
 * Read a catalogue. errors: -ENOENT; -EINVAL when it is none, or lies about
 * its sizes.
 */
int catalogue_read(const char *path, struct catalogue **ret,
		   struct err *e) MUST_CHECK;
void catalogue_free(struct catalogue *catalogue);

/*
 * What text is in the catalogue's language; text itself where that is not
 * known, or catalogue is NULL. Lives as long as both.
 */
const char *catalogue_text(const struct catalogue *catalogue, const char *text);

/* The form for n of "%ju line", "%ju lines"; English without a catalogue. */
const char *catalogue_many(const struct catalogue *catalogue, const char *one,
			   const char *many, uintmax_t n);

#endif
