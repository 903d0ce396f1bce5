/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scan.h - what there is to know about every project, read straight from its
 * files: last change, next action, what waits. No index, no cache.
 */
#ifndef PROJECT_SCAN_H
#define PROJECT_SCAN_H

#include "project/actions.h"
#include "project/marks.h"
#include "project/place.h"

struct project {
	struct place *place; /* owned by the scan */
	bool is_file; /* a file that is no note: no actions of its own */
	bool unreadable; /* there is something that cannot be read */
	bool put_off; /* an action has a day before which it is not done */
	time_t changed; /* newest of summary, actions and log; 0: none */
	const char *next; /* owned by the scan: the next action; NULL: none */
	unsigned open, waiting; /* actions */
	struct date due; /* the earliest of its open actions */
	struct marks marks; /* only when asked for */
	bool stuck; /* nothing to do next, nothing waited for, nothing put
		       off to a day */
};

struct scan {
	struct project *list; /* owned */
	size_t count;
	struct scan_text *texts; /* owned: what next points into */
	struct place *places; /* owned */
};

enum {
	SCAN_MARKS = 1, /* read .project too */
	SCAN_NAMES = 2, /* nothing but the names */
};

/*
 * Read every project of the states (a mask of IN_*). Unsorted. A project that
 * cannot be read is there, marked unreadable.
 */
int scan_projects(const struct gtd *gtd, unsigned states, unsigned flags,
		  struct scan *ret, struct err *e) MUST_CHECK;
void scan_fini(struct scan *scan);

/* Sort by name, by last change (newest first), or by due date and next. */
void scan_sort(struct scan *scan, enum sort sort, bool reverse);

#endif
