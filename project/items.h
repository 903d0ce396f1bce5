/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * items.h - a list of things to do or wait for, each from somewhere, and its
 * four forms: for people, for pipes, for programs, for ears.
 */
#ifndef PROJECT_ITEMS_H
#define PROJECT_ITEMS_H

#include "project/date.h"
#include "project/out.h"

struct item {
	char *group; /* owned: "@home", or NULL */
	char *source; /* owned: a project's name, or a file's */
	char *text; /* owned */
	struct date date; /* due, since or until; or none */
};

struct items {
	struct item *list; /* owned */
	size_t count, room;
	const char *date_word; /* what the dates are: "due" */
};

/* Add one; text[0 .. len_bytes) is copied. group may be NULL. */
void items_add(struct items *items, const char *group, size_t group_bytes,
	       const char *source, const char *text, size_t len_bytes,
	       struct date date);

/* By group (those without one last), then by source. */
void items_sort(struct items *items);

/*
 * Print in the form that the settings and out ask for. In a pipe: group,
 * source, date and text, with tabs between.
 */
void items_print(const struct items *items, const struct settings *settings,
		 struct out *out);

void items_fini(struct items *items);

#define SCOPED_ITEMS ON_SCOPE_EXIT(items_fini)

#endif
