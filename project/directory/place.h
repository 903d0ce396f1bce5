/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * place.h - where a project is, and finding it by what a user types.
 */
#ifndef PROJECT_PLACE_H
#define PROJECT_PLACE_H

#include "project/directory/gtd.h"

enum { PLACE_NAME_BYTES = 256, PLACE_YEAR_BYTES = 8, PLACE_SUFFIX_BYTES = 4 };

struct place {
	enum state state;
	char year[PLACE_YEAR_BYTES]; /* STATE_COMPLETED: "2026", or "" */
	char suffix[PLACE_SUFFIX_BYTES]; /* ".md" of a project in one file */
	char name[PLACE_NAME_BYTES]; /* last: of ten thousand only what is used
					is kept */
};

/* What the directory's entry is called: the name and its suffix. The caller's
 * to free. */
char *place_entry(const struct place *place) MUST_CHECK;

/* A project's path relative to the directory ("Completed/2026/trip"). */
char *place_path(const struct place *place) MUST_CHECK;

/* And back. false when path is not a project's. */
bool place_of_path(const char *path, struct place *ret);

/*
 * Find the project that the user means: by its name, else by a prefix that
 * only one has, else the same in another case or Unicode form. states is a mask
 * of IN_*; of a whole name the first state wins, a prefix must be the only one
 * among active and postponed projects.
 * Of a name that was completed in several years the latest is meant;
 * "2025/trip" means that year's.
 *
 * errors: err_usage for what can be no name; -ENOENT; -ENOTUNIQ when several
 *         match, with their names in e.
 */
int place_find(const struct gtd *gtd, const char *typed, unsigned states,
	       struct place *ret, struct err *e) MUST_CHECK;

/* The same by its whole name only. */
int place_find_exact(const struct gtd *gtd, const char *name, unsigned states,
		     struct place *ret, struct err *e) MUST_CHECK;

/* Called for each project. Non-zero stops. */
typedef int place_fn(const struct place *place, unsigned char d_type,
		     void *data);

/*
 * Call fn for each project of one state whose name starts with prefix, in no
 * order. Returns 0, what fn returned, or -errno.
 */
int place_each(const struct gtd *gtd, enum state state, const char *prefix,
	       place_fn *fn, void *data, struct err *e) MUST_CHECK;

#endif
