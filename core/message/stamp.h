/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * stamp.h - time stamps as programs write them in front of a line.
 *
 * One lexer for all formats: "12:30", "12:30:01.123", "12:30:01 PM", each with
 * a date before it ("2026-11-28", "28.11.26,", "Nov 28", "Saturday, November
 * 28, 2026") or after it, a zone ("Z", "+01:00", "CET"), or seconds since 1970;
 * bare, in [] or in (). Private to core/message.
 */
#ifndef CORE_MESSAGE_STAMP_H
#define CORE_MESSAGE_STAMP_H

#include "core/message/scan.h"

/* What a stamp is made of: which program wrote it shows in that. */
enum stamp_shape {
	STAMP_SQUARE = 1 << 0, /* [ ] around it */
	STAMP_ROUND = 1 << 1, /* ( ) */
	STAMP_YEAR_FIRST = 1 << 2, /* 2026-11-28 */
	STAMP_NUMERIC = 1 << 3, /* 28.11.2026, 11/28/26, 11-28 */
	STAMP_MONTH = 1 << 4, /* Nov 28 */
	STAMP_SECONDS = 1 << 5,
	STAMP_FRACTION = 1 << 6,
	STAMP_ZONE = 1 << 7,
	STAMP_HALF = 1 << 8, /* AM, PM */
	STAMP_EPOCH = 1 << 9, /* seconds since 1970 */
	STAMP_UPTIME = 1 << 10, /* seconds since the machine was started */
	STAMP_COMMA = 1 << 11, /* "28.11.26, 12:30" */
	STAMP_CLOCK = 1 << 12, /* 12:30 */
	STAMP_DATE = STAMP_YEAR_FIRST | STAMP_NUMERIC | STAMP_MONTH,
};

struct stamp {
	struct span text; /* without its brackets */
	unsigned shape; /* enum stamp_shape */
	struct message_time when;
};

/*
 * A stamp at the cursor, up to but not including the blank after it. False,
 * with the cursor where it was, when there is none or when it ends inside a
 * word.
 */
bool stamp_take(struct cursor *c, struct stamp *ret);

/*
 * Go past a stamp that tells a moment to the second, and the blank after it:
 * whoever keeps lines puts a time before that of the program that wrote them.
 */
void stamp_skip_moment(struct cursor *c);

/* A date alone: "Sat Nov 28 2026", "2026-11-28". */
bool stamp_date(struct cursor *c, struct stamp *ret);

#endif
