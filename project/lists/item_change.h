/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * item_change.h - what can be done to one item: tick it off, take it out of
 * its file, give it another text, put it somewhere else. Each is part of a
 * group of changes of the caller's, who holds the lock.
 */
#ifndef PROJECT_ITEM_CHANGE_H
#define PROJECT_ITEM_CHANGE_H

#include "project/directory/change.h"
#include "project/lists/pick.h"

/* The file of a project's part, as it is there or will be. -ENOTDIR: a file
 * that is no note has no parts. *ret is the caller's. */
int item_file(const struct gtd *gtd, const struct place *place, enum part part,
	      char **ret, struct err *e) MUST_CHECK;

/* Add a line with text where a source keeps its items. */
int item_add(struct change *change, const struct source *to, const char *text,
	     struct err *e) MUST_CHECK;

/* "WHO: TEXT (since TODAY)" in waiting; due may be unset. */
int item_add_waiting(struct change *change, const char *text, struct date due,
		     struct err *e) MUST_CHECK;

/*
 * Tick it off and note it with today's date in the project's log, or for a list
 * in the file done; in the inbox the line goes. An item with "rec:" comes again
 * with its next day. *ret_text: what it was, the caller's.
 */
int item_done(struct change *change, const struct picked *picked,
	      char **ret_text, struct err *e) MUST_CHECK;

/* The line goes, and with it the lines below it in an outline. *ret_text: its
 * text, the caller's. */
int item_remove(struct change *change, const struct picked *picked,
		char **ret_text, struct err *e) MUST_CHECK;

/* Another text in the same place, its box and indentation kept. */
int item_set_text(struct change *change, const struct picked *picked,
		  const char *text, struct err *e) MUST_CHECK;

/* Add a line with today's date to the file done, or to a project's log. */
int item_log(struct change *change, const struct source *of, const char *text,
	     struct err *e) MUST_CHECK;

#endif
