/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * listing.h - which line each number of a list stood for when it was printed.
 *
 * "do 2" means what the last list on this terminal showed as 2, though 1 has
 * been ticked off since. Kept in the runtime directory, one file for each
 * session (getsid(2): a terminal, or a script) and GTD directory; the last
 * LISTINGS_MAX lists of different views. A file: "= VIEW", then "HASH LINE
 * FILE" for each number; FILE is left out where it is that of the number
 * before.
 */
#ifndef PROJECT_LISTING_H
#define PROJECT_LISTING_H

#include "project/directory/gtd.h"

enum { LISTINGS_MAX = 8 };

struct listed {
	char *file; /* owned; NULL: no line of a file */
	unsigned line;
	uint64_t hash;
};

struct listing {
	struct buf text;
	char *last; /* owned: the file of the number before */
};

/* file NULL: a number that stands for no line. */
void listing_add(struct listing *listing, const char *file, unsigned line,
		 uint64_t hash);

/* Make it the last list of a view. Without a runtime directory nothing is
 * remembered, and numbers mean what is there now. */
void listing_save(const struct listing *listing, const struct gtd *gtd,
		  const char *view);
void listing_fini(struct listing *listing);

/*
 * What number stood for in the last list of a view, or with view NULL in the
 * last one of all; *ret_view, if not NULL, is then its name, the caller's.
 * 0, -ENOENT: no such list on this terminal, -ERANGE: it has no such number.
 */
int listing_find(const struct gtd *gtd, const char *view, size_t number,
		 struct listed *ret, char **ret_view) MUST_CHECK;

#endif
