/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * reminders.h - what the tickler has for today, from wherever it is kept: a
 * file "tickler" (or tickler.otl) of rules, or gtdtools' directory of day files
 * (01 .. 31), month files (january .. december) and repeating/ rules.
 *
 * A day file's lines are due on that day of the month that follows the last
 * change of the file (a line put into "05" on the 22nd is for the next 5th);
 * a month file's on the first of its month. Lines and one-off dates stay due
 * until they are moved to the inbox (remind_done); rules are due once for
 * each day since the last remind_done(), whose day is in ".tick".
 */
#ifndef PROJECT_REMINDERS_H
#define PROJECT_REMINDERS_H

#include "project/change.h"

#define TICK_FILE ".tick"

struct reminder {
	char *text; /* owned: what to do, its times in front */
	struct date date; /* the last day on which it was due */
	long times; /* on how many days since the last "tick --done" */
	char *file; /* owned */
	char *line; /* owned: as it is in the file; NULL: a rule, stays */
};

struct reminders {
	struct reminder *list; /* owned; oldest first */
	size_t count, room;
};

/* Told about lines that are no rule. */
typedef void remind_bad_fn(const char *file, unsigned line, const char *text,
			   void *data);

/* Collect what is due today or was missed. bad_fn may be NULL. */
int remind_collect(const struct gtd *gtd, struct reminders *ret,
		   remind_bad_fn *bad_fn, void *data, struct err *e) MUST_CHECK;
void reminders_fini(struct reminders *reminders);

/*
 * They have been seen: copy each to the inbox, take lines and one-off dates
 * out of their files, and note the day. The lock must be held.
 */
int remind_done(struct change *change, const struct reminders *reminders,
		struct err *e) MUST_CHECK;

#endif
