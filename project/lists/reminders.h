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
 * until they are moved to the inbox (remind_done) or answered one by one; rules
 * are due once for each day since then. The file ".tick" has the day of the
 * last remind_done(), and after it a line "DAY<tab>RULE" for each rule that was
 * answered by itself. Without that file, or when its day is in the future (the
 * clock was wrong), rules count from REMIND_BACK_DAYS ago, so that no month's
 * end swallows what was missed.
 *
 * gtdtools' update_repeating writes a rule's text as "XXX text XXX" into the
 * day file, and its user deletes it there: a rule whose day file was changed on
 * its day or later, and has no such line, has been seen to.
 */
#ifndef PROJECT_REMINDERS_H
#define PROJECT_REMINDERS_H

#include "project/directory/change.h"

#define TICK_FILE ".tick"

enum {
	REMIND_BACK_DAYS = 31, /* a month: each rule but yearly ones once */
	REMIND_BACK_YEARLY_DAYS = 183,
};

struct reminder {
	char *text; /* owned: what to do, its times in front */
	struct date date; /* the last day on which it was due */
	long times; /* on how many days since the last "tick --done" */
	char *file; /* owned */
	char *line; /* owned: as it is in the file */
	size_t line_bytes;
	unsigned number; /* of the line, from 1 */
	bool stays; /* a repeating rule */
};

struct reminders {
	struct reminder *list; /* owned; oldest first */
	size_t count, room;
};

/* Told about lines that are no rule. */
typedef void remind_bad_fn(const char *file, unsigned line, const char *text,
			   void *data);

/*
 * The line for "WHEN TEXT" ("fri call Ann", "monthly 30 pay rent"), or with a
 * text of its own for "WHEN" alone. WHEN is a day or a rule. The caller's.
 */
int remind_line(const char *when, const char *text, struct date today,
		char **ret, struct err *e) MUST_CHECK;

/* The file that new rules go to: "tickler", or "tickler.otl" beside gtdtools'
 * directory, whose files have no years. The caller's to free. */
char *remind_file(const struct gtd *gtd) MUST_CHECK;

/* Put remind_line()'s line into that file. What is made today was not missed
 * yesterday: a rule counts from today. */
int remind_add(struct change *change, const char *file, const char *line,
	       struct err *e) MUST_CHECK;

/* Collect what is due today or was missed. bad_fn may be NULL. */
int remind_collect(const struct gtd *gtd, struct reminders *ret,
		   remind_bad_fn *bad_fn, void *data, struct err *e) MUST_CHECK;
void reminders_fini(struct reminders *reminders);

/* Collect what comes in the days from .. to, after today: each time of a rule
 * by itself. */
int remind_ahead(const struct gtd *gtd, struct date from, struct date to,
		 struct reminders *ret, struct err *e) MUST_CHECK;

/* A rule has been answered until today: it is not due before its next day. */
int remind_answer(struct change *change, const char *line, size_t len_bytes,
		  struct err *e) MUST_CHECK;

/*
 * They have been seen: copy each to the inbox, take lines and one-off dates
 * out of their files, and note the day. The lock must be held.
 */
int remind_done(struct change *change, const struct reminders *reminders,
		struct err *e) MUST_CHECK;

#endif
