/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * pick.h - the items that a user means: by number or by text, in a project, in
 * a list, or in the last list of this terminal.
 */
#ifndef PROJECT_PICK_H
#define PROJECT_PICK_H

#include "project/lists/collect.h"

/* What a word names: a list of the directory, or else a project. */
struct source {
	bool is_list;
	enum list_file list;
	struct place place;
	char *view; /* owned: "waiting", "actions trip" */
};

/* errors: as place_find(). */
int source_find(const struct gtd *gtd, const char *word, unsigned states,
		struct source *ret, struct err *e) MUST_CHECK;
void source_fini(struct source *source);
#define SCOPED_SOURCE ON_SCOPE_EXIT(source_fini)

/* "trip", or "waiting". */
const char *source_name(const struct source *source);

/* Everything of it that can be picked, as it is shown. */
int source_items(const struct gtd *gtd, const struct source *source,
		 struct items *ret, struct err *e) MUST_CHECK;

struct picked {
	char *file; /* owned */
	unsigned line;
	uint64_t hash;
};

struct picks {
	struct picked *list; /* owned */
	size_t count;
};

/*
 * Read words as numbers ("2", "1,3", "4-6"), or all of them together as text:
 * an item's whole text, else a part that only one has. source NULL: numbers of
 * the last list on this terminal.
 *
 * errors: err_usage; -ENOENT; -ENOTUNIQ with the candidates in e.
 */
int pick_words(const struct gtd *gtd, const struct source *source,
	       char *const *words, int count, struct picks *ret,
	       struct err *e) MUST_CHECK;
void picks_fini(struct picks *picks);
#define SCOPED_PICKS ON_SCOPE_EXIT(picks_fini)

/* Whether words are numbers. */
bool pick_is_numbers(char *const *words, int count);

/*
 * Read the file again and find the line: where it was, or, if lines were added
 * or removed above, the nearest that is the same. -ESTALE: it has changed.
 */
int picked_find(const struct gtd *gtd, const struct picked *picked,
		struct sheet *ret_sheet, const struct action **ret_action,
		struct err *e) MUST_CHECK;

#endif
