/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ics.h - lines of iCalendar: folded and escaped, and back. Pure.
 *
 * source: RFC 5545, 3.1 (folding, parameters) and 3.3.11 (escapes). A line end
 * without its carriage return, a name in small letters and a value without
 * escapes, as some programs write them, are read, too.
 */
#ifndef PROJECT_ICS_H
#define PROJECT_ICS_H

#include "core/buf.h"
#include "project/text/date.h"

/* "NAME;PARAMETERS:VALUE" */
struct ics_line {
	struct buf text; /* owned: the line without its folds */
	const char *name; /* in capitals */
	const char *params; /* "" or "TZID=...;..." */
	const char *value;
};

/* The next line of text from *at on, which moves; false at the end. */
bool ics_next(const char *text, size_t len_bytes, size_t *at,
	      struct ics_line *line);
void ics_line_fini(struct ics_line *line);

/* Add a value without its escapes; a new line becomes a blank. */
void ics_unescape(struct buf *out, const char *value);

/*
 * The day of "20261201" or "20261201T090000Z", local when it says UTC, and
 * "09:00" when it has a time, else "". An unset date: it is none.
 */
struct date ics_day(const char *value, char ret_time[6]);

/* Add a line of text: its signs escaped, folded at 75 bytes and at whole
 * characters. */
void ics_add_text(struct buf *out, const char *name, const char *text);

/* A line of a whole day. */
void ics_add_day(struct buf *out, const char *name, struct date date);

/* What a calendar begins and ends with. stamp: now, as DTSTAMP has it. */
enum { ICS_STAMP_BYTES = 32 };
void ics_begin(struct buf *out, char stamp[ICS_STAMP_BYTES]);
void ics_end(struct buf *out);

#endif
