/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tickler.h - reminders: which are due on a day, computed when asked.
 *
 * Nothing is generated and nothing is stored for a repeating rule, so that no
 * month can be skipped and no update can run twice. Rules, one a line:
 *
 *	2026-12-01 TEXT                  once
 *	daily TEXT
 *	weekly DAY[,DAY...] [FROM-TO] TEXT
 *	monthly N TEXT                   the last day where there is no N
 *	yearly MM-DD TEXT                02-29 is 02-28 in other years
 *
 * and gtdtools' own: "D N TEXT", "A MONTH N TEXT" (also Y), "W DAY FROM TO
 * TEXT", "M DAY NTH FROM TO TEXT" (the NTH such weekday of the month).
 * Empty lines and "#" comments are passed by.
 * source: README.md and insert_entry.py of github.com/hallyn/gtdtools.
 */
#ifndef PROJECT_TICKLER_H
#define PROJECT_TICKLER_H

#include "project/text/date.h"

enum tickler_kind {
	TICKLER_ONCE,
	TICKLER_DAILY,
	TICKLER_WEEKLY,
	TICKLER_MONTHLY,
	TICKLER_NTH, /* the nth weekday of a month */
	TICKLER_YEARLY,
};

struct rule {
	enum tickler_kind kind;
	struct date date; /* ONCE: that day; YEARLY: month and day */
	unsigned weekdays; /* WEEKLY, NTH: bit 1 << weekday (1 is Monday) */
	int number; /* MONTHLY: the day; NTH: which one, 1..5 */
	const char *text; /* borrowed from the line, without the rule */
	size_t len_bytes;
	const char *times; /* "15:00-16:00" or "3pm 4pm": in front of text */
	size_t times_bytes;
};

enum rule_result { RULE_NONE = 0, RULE_YES = 1, RULE_BAD = -1 };

/*
 * Read one line. RULE_NONE for empty lines and comments; RULE_BAD for what is
 * neither a comment nor a rule. No result changes *ret but RULE_YES.
 */
enum rule_result rule_read(const char *line, size_t len_bytes,
			   struct rule *ret);

/* Whether a word begins a repeating rule: "daily", "monthly", "D" ... */
bool rule_is_kind(const char *word);

/*
 * The last day in from .. to (both included) on which the rule is due, and on
 * how many days it is; 0 and no date when on none.
 */
long rule_due(const struct rule *rule, struct date from, struct date to,
	      struct date *ret_last);

#endif
