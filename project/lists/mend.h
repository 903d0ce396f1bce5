/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * mend.h - what "check --fix" does about a problem.
 *
 * Nothing is lost: lists of lines become the union of both sides, what is
 * superfluous goes to the trash, and of two texts that differ both stay. The
 * caller holds the lock; undo takes all of it back.
 */
#ifndef PROJECT_MEND_H
#define PROJECT_MEND_H

#include "project/directory/change.h"

enum mend {
	MEND_NOT, /* the user must see to it */
	MEND_COPY, /* a conflict copy: merged into what it is of */
	MEND_MARKERS, /* git's conflict markers: both sides stay */
	MEND_LEFTOVER, /* half a file: to the trash */
	MEND_RETURNED, /* a part of a project that is elsewhere: there */
	MEND_REVIEWED, /* a review in the future: forgotten */
	MEND_TICK, /* the same of "tick --done" */
};

/*
 * Mend one thing; with is the other path of MEND_RETURNED. What was done, in
 * words, the caller's to free; NULL: nothing (with e empty: it must not be), or
 * a failure.
 */
char *mend(struct change *change, enum mend kind, const char *path,
	   const char *with, struct err *e) MUST_CHECK;

#endif
