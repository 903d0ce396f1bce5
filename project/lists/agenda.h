/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * agenda.h - everything that has a day: what is due, what others owe by then,
 * reminders, what can be begun, which postponed projects come back. One list,
 * by day.
 */
#ifndef PROJECT_AGENDA_H
#define PROJECT_AGENDA_H

#include "project/lists/items.h"

enum agenda_kind {
	AGENDA_DUE,
	AGENDA_WAITING, /* by whose day somebody else is to answer */
	AGENDA_REMINDER,
	AGENDA_START, /* "t:": can be done from that day */
	AGENDA_RETURN, /* a project that was postponed until then */
};

struct entry {
	enum agenda_kind kind;
	struct date date;
	char *text; /* owned */
	char *source; /* owned: a project's name, a file's; "" for a reminder */
	char *file; /* owned; NULL: a whole project */
	unsigned line;
	uint64_t hash;
	long times; /* a reminder that was due on several days */
	bool postponed; /* the project that it is of */
};

struct agenda {
	struct entry *list; /* owned; oldest first */
	size_t count, room;
	bool incomplete; /* there is a file that cannot be read */
};

/*
 * Collect what is overdue, of today, and of the days up to today + days. What
 * can be begun and what returns is only of the days after today.
 */
int agenda_collect(const struct gtd *gtd, unsigned days, struct agenda *ret,
		   struct err *e) MUST_CHECK;
void agenda_fini(struct agenda *agenda);
#define SCOPED_AGENDA ON_SCOPE_EXIT(agenda_fini)

/* "due", "waiting", "reminder", "start", "return". */
const char *agenda_word(enum agenda_kind kind);

/* How an entry stands to today, for people and ears: "overdue by 3 days". */
void agenda_when(const struct entry *entry, struct date today, char *buf,
		 size_t buf_bytes);

/* As RFC 5545 has it. */
void agenda_ics(const struct agenda *agenda, struct buf *out);

#endif
