/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scan.h - what there is to know about every project, read straight from its
 * files: last change, next action, what waits. No index, no cache.
 */
#ifndef PROJECT_SCAN_H
#define PROJECT_SCAN_H

#include "project/text/actions.h"
#include "project/lists/marks.h"
#include "project/directory/place.h"

struct project {
	const struct place *place; /* the scan's, as short as its name: not to
				      be copied as a whole */
	uint64_t key; /* of its name: names_key() */
	unsigned char d_type; /* of its entry */
	bool is_file; /* a file that is no note: no actions of its own */
	bool unreadable; /* there is something that cannot be read */
	bool put_off; /* an action has a day before which it is not done */
	time_t changed; /* newest of summary, actions and log; 0: none */
	const char *next; /* owned by the scan: the next action; NULL: none */
	unsigned open, waiting; /* actions */
	struct date due; /* the earliest of its open actions and its notes */
	struct marks marks; /* only when asked for */
	bool stuck; /* nothing to do next, nothing waited for, nothing put
		       off to a day */
};

struct scan {
	struct project *list; /* owned */
	size_t count;
	struct scan_text *texts; /* owned: what place and next point into */
};

enum {
	SCAN_MARKS = 1, /* read .project too */
	SCAN_NAMES = 2, /* nothing but the names */
	SCAN_NO_CHANGE = 4, /* of no interest when a project last changed */
};

/* list[first .. first + count) is known now. Non-zero stops. */
typedef int scan_fn(const struct scan *scan, size_t first, size_t count,
		    void *data, struct err *e);

/*
 * Read every project of the states (a mask of IN_*). Unsorted. A project that
 * cannot be read is there, marked unreadable.
 */
int scan_projects(const struct gtd *gtd, unsigned states, unsigned flags,
		  struct scan *ret, struct err *e) MUST_CHECK;

/*
 * The same in two steps: the names alone; and, in the order of the list, all
 * about them, with a call of fn for a few at first, and then for more.
 */
int scan_names(const struct gtd *gtd, unsigned states, struct scan *ret,
	       struct err *e) MUST_CHECK;
int scan_read(const struct gtd *gtd, struct scan *scan, unsigned flags,
	      scan_fn *fn, void *data, struct err *e) MUST_CHECK;

void scan_fini(struct scan *scan);

/* Sort by name, by last change (newest first), or by due date and next. */
void scan_sort(struct scan *scan, enum sort sort, bool reverse);

#endif
