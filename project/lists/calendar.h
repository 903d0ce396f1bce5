/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * calendar.h - items as calendars keep them: to-dos and events of iCalendar.
 *
 * A to-do's DUE and an event's DTSTART are "due:", a to-do's DTSTART is "t:"; a
 * time of day stands in front of the text, LOCATION in brackets after it,
 * CATEGORIES are contexts. Whatever else an entry has is counted by its name.
 */
#ifndef PROJECT_CALENDAR_H
#define PROJECT_CALENDAR_H

#include "project/lists/tasks.h"

/* errors: -EINVAL when it is no calendar. */
int calendar_read(const struct buf *text, struct tasks *ret,
		  struct err *e) MUST_CHECK;

/* One to-do for each task. */
void calendar_write(const struct tasks *tasks, struct buf *out);

#endif
