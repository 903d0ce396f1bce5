/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * items.h - things to do or wait for, each from somewhere: what every view
 * shows, in its four forms: for people, for pipes, for programs, for ears.
 */
#ifndef PROJECT_ITEMS_H
#define PROJECT_ITEMS_H

#include "project/show/out.h"
#include "project/lists/sheet.h"

struct item {
	char *group; /* owned: "@home", or NULL */
	char *source; /* owned: a project's name, or a file's */
	uint64_t key; /* of source: names_key() */
	char *text; /* owned; well-formed UTF-8 */
	char *file; /* owned: where it is, relative; NULL: a whole project */
	unsigned line;
	uint64_t hash; /* of the line: action_hash() */
	bool is_project; /* source is a project's name */
	bool done, heading, waiting;
	struct date date; /* due, since or until; or none */
	struct date not_before;
};

struct items {
	struct item *list; /* owned */
	size_t count, room;
	const char *date_word; /* what the dates are: "due" */
	const char *what; /* borrowed: the view's name, for numbers */
	bool numbered; /* people and ears get numbers */
	bool incomplete; /* there is a file that cannot be read */
	bool one_source; /* not worth a column or a word */
};

/* Add one, zero but for these; text is repaired and copied. Borrowed until the
 * next call. */
struct item *items_add(struct items *items, const char *source,
		       const char *text, size_t len_bytes);

/* The same from a file, with what the action says. */
struct item *items_add_action(struct items *items, const char *source,
			      const struct sheet *sheet,
			      const struct action *action);

/* Move the items of others behind these; others is empty then. */
void items_take(struct items *items, struct items *others);

/* By group (those without one last), then by source in the locale's order;
 * within one source as they stand in its file. */
void items_sort(struct items *items);

/* By source alone, as they stand in its file. */
void items_sort_by_source(struct items *items);

/*
 * Print in the form that the settings and out ask for. In a pipe: group,
 * source, date and text, with tabs between. Numbers that are printed are
 * remembered for this terminal (listing.h).
 */
void items_print(const struct items *items, const struct gtd *gtd,
		 struct out *out);

/* Remember what the numbers stand for, of a view that was printed. */
void items_remember(const struct items *items, const struct gtd *gtd);

/* The item that is number n, from 1, among those that have one; NULL. */
const struct item *items_number(const struct items *items, size_t n);

void items_fini(struct items *items);

#define SCOPED_ITEMS ON_SCOPE_EXIT(items_fini)

#endif
