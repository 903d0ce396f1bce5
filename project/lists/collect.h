/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * collect.h - the views: which items of which files each one shows.
 *
 * A view has a name: "next", "waiting", "someday", "inbox", "nextactions", or
 * "actions NAME" for one project. What is printed, counted, picked by a number
 * and completed comes from here.
 */
#ifndef PROJECT_COLLECT_H
#define PROJECT_COLLECT_H

#include "project/lists/items.h"

typedef bool wanted_fn(const struct action *action, struct date today);

wanted_fn wanted_open; /* any that is still to be done */

struct collect {
	const struct gtd *gtd;
	struct items *items;
	wanted_fn *wanted;
	const char *context; /* "@home", or NULL: any */
	bool all; /* every one that is wanted, not only the first */
};

/* From every project of a state. What cannot be read is a warning. */
int collect_projects(const struct collect *c, enum state state,
		     struct err *e) MUST_CHECK;

/* From one project, or from a list of the directory, in the files' order. */
int collect_project(const struct collect *c, const struct place *place,
		    struct err *e) MUST_CHECK;
int collect_list(const struct collect *c, enum list_file file,
		 struct err *e) MUST_CHECK;

/* Whole views, in the order in which they are shown. */
int view_inbox(const struct gtd *gtd, struct items *ret,
	       struct err *e) MUST_CHECK;
int view_list(const struct gtd *gtd, enum list_file file, struct items *ret,
	      struct err *e) MUST_CHECK;
int view_next(const struct gtd *gtd, const char *context, bool all,
	      struct items *ret, struct err *e) MUST_CHECK;
/* done: those that are done, too. The view's name is the caller's to give. */
int view_actions(const struct gtd *gtd, const struct place *place, bool done,
		 struct items *ret, struct err *e) MUST_CHECK;

#endif
