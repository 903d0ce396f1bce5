/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * exchange.h - items as other programs keep them: todo.txt, taskwarrior's
 * JSON, org, iCalendar. Pure text in, tasks out, and back. What has no place in
 * a format is counted under a name, so that nothing is lost silently.
 */
#ifndef PROJECT_EXCHANGE_H
#define PROJECT_EXCHANGE_H

#include "project/lists/tasks.h"

enum exchange_format {
	EXCHANGE_TODOTXT,
	EXCHANGE_TASKWARRIOR,
	EXCHANGE_ORG,
	EXCHANGE_ICS, /* calendar.h */
};
#define EXCHANGE_WORDS "todotxt taskwarrior org ics"

int exchange_read(enum exchange_format format, const struct buf *text,
		  struct tasks *ret, struct err *e) MUST_CHECK;

/* What has no place is counted in tasks. */
void exchange_write(enum exchange_format format, struct tasks *tasks,
		    struct buf *out);

#endif
