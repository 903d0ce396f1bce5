/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * stamp_day.h - the date in a stamp, and what reading its parts needs.
 *
 * For stamp.c, which reads the rest; nothing else includes it.
 */
#ifndef CORE_MESSAGE_STAMP_DAY_H
#define CORE_MESSAGE_STAMP_DAY_H

#include "core/message/stamp.h"

/* What has been read of a stamp so far. */
struct parts {
	unsigned shape;
	unsigned year, month, day; /* month 0: no date; year 0: not said */
	unsigned hour, minute, second, ms;
	int zone_minutes;
	bool weekday; /* named before the month */
	bool full; /* systemd's "Sat 2026-11-28 12:30:01 CET" */
};

/* min to max digits. */
static inline bool number(struct cursor *c, unsigned min, unsigned max,
			  unsigned *ret)
{
	struct cursor try = *c;
	unsigned n = 0, value = 0;

	while (n < max && try.at < try.end && scan_is_digit(*try.at)) {
		value = value * 10 + (unsigned)(*try.at++ - '0');
		n++;
	}
	if (n < min)
		return false;
	*ret = value;
	*c = try;
	return true;
}

static inline bool in_range(struct cursor *c, unsigned digits_min, unsigned low,
			    unsigned high, unsigned *ret)
{
	struct cursor try = *c;

	if (!number(&try, digits_min, 2, ret) || *ret < low || *ret > high)
		return false;
	*c = try;
	return true;
}

static inline unsigned digits_at(const struct cursor *c)
{
	unsigned n = 0;

	while (c->at + n < c->end && scan_is_digit(c->at[n]))
		n++;
	return n;
}

/* A date in any of the forms that logs have; false: c and p stay. */
bool stamp_day(struct cursor *c, struct parts *p);

/* A year after a date that has none: ", 2026", " 26"; else nothing. */
void stamp_year(struct cursor *c, struct parts *p);

#endif
