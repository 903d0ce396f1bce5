/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * date.h - calendar dates: what a tickler and a diary are made of.
 *
 * Dates are local and have no time zone: "2026-12-01" stays the first of
 * December wherever its owner travels. All-zero is "no date".
 * units: year 1..9999, month 1..12, day 1..31; weekday 1 (Monday) .. 7.
 */
#ifndef PROJECT_DATE_H
#define PROJECT_DATE_H

#include <time.h>

#include "core/err.h"

enum { DATE_BYTES = 16, DATE_YEAR_MAX = 9999 };

struct date {
	int year, month, day;
};

/* Today in the local time zone, and the local date of a time stamp. */
struct date date_today(void);
struct date date_of_time(time_t when);

bool date_is_set(struct date date);
bool date_is_valid(struct date date);
int date_month_days(int year, int month);

/* Days since 1970-01-01 and back; valid dates only. */
long date_days(struct date date);
struct date date_from_days(long days);

int date_weekday(struct date date);

/* year-month-day, or the last day of that month when there is no such day. */
struct date date_clamped(int year, int month, int day);

/*
 * Read "YYYY-MM-DD" at the start of text. Returns the bytes read, 0 when
 * there is no valid date.
 */
size_t date_read(const char *text, struct date *ret);

/* Read a weekday or month name, full or short, in any case. 0: none. */
int date_weekday_read(const char *word, size_t len_bytes);
int date_month_read(const char *word, size_t len_bytes);

/* Some of what date_parse() reads, for completion. */
#define DAY_WORDS                                                              \
	"tomorrow monday tuesday wednesday thursday friday saturday sunday "   \
	"+1w +2w +1m +1y"

/*
 * What a user may type for a day: YYYY-MM-DD, MM-DD (the next one), today,
 * tomorrow, a weekday (today or the next one), +Nd, +Nw, +Nm, +Ny.
 * 0 or err_usage.
 */
int date_parse(const char *text, struct date today, struct date *ret,
	       struct err *e) MUST_CHECK;

/* "YYYY-MM-DD" in buf; returns buf. */
const char *date_text(struct date date, char buf[DATE_BYTES]);

/* "today", "yesterday", "5 days ago", "in 3 days": for people and ears. */
void date_words(struct date date, struct date today, char *buf,
		size_t buf_bytes);

#endif
