/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * candidates.h - words that may come next on a half-typed command line.
 *
 * Shared by project and its helper programs: candidates, and what completes
 * an option of a table (core/opt.h) or its value. Pure: nothing is looked up.
 */
#ifndef CORE_CANDIDATES_H
#define CORE_CANDIDATES_H

#include "core/buf.h"
#include "core/opt.h"

enum { COMPLETE_FILES = 3 }; /* exit code: the shell completes file names */

struct candidate {
	char *text; /* owned: the whole word, unquoted */
	const char *help; /* or NULL; borrowed, or in text's own memory */
};

struct candidates {
	struct candidate *list; /* owned */
	size_t count, room;
	bool want_files;
};

/* Offer a word if it begins with what is typed. help is kept: a constant. */
void candidates_offer(struct candidates *c, const char *typed, char *take_text,
		      const char *keep_help);

/* The same with "TEXT" or "TEXT\tHELP", a line of candidates_print(). */
void candidates_offer_line(struct candidates *c, const char *typed,
			   char *take_line);

/* By text, each once. */
void candidates_sort(struct candidates *c);
void candidates_fini(struct candidates *c);
#define SCOPED_CANDIDATES ON_SCOPE_EXIT(candidates_fini)

/* A line for each, "\tHELP" after those that have some. */
void candidates_print(const struct candidates *c, struct buf *out);

/* The option that a whole word is, "-b" or "--base"; NULL. */
const struct opt *candidates_option(const struct opts *opts, const char *word);

/*
 * The option whose value is being typed in "--base=VAL"; NULL. *ret_lead_bytes
 * is the length of what stands before the value.
 */
const struct opt *candidates_value(const struct opts *opts, const char *word,
				   size_t *ret_lead_bytes);

/* Offer the long options, and --help. */
void candidates_offer_options(struct candidates *c, const struct opts *opts,
			      const char *typed);

#endif
