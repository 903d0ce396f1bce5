/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/stamp.h"

#include "core/message/level.h"
#include "core/message/stamp_day.h"

enum {
	EPOCH_DIGITS_MIN = 9, /* since March 1973 */
	EPOCH_DIGITS_MAX = 11,
	DAY_S = 86400,
};

/* ---- the clock ---------------------------------------------------------- */

/* ".123456": milliseconds of it. */
static void fraction(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	unsigned n, scale = 100;

	if ((!cursor_char(&try, '.') && !cursor_char(&try, ',')) ||
	    (n = digits_at(&try)) == 0 || n > 9)
		return;
	p->shape |= STAMP_FRACTION;
	for (unsigned i = 0; i < n && scale > 0; i++, scale /= 10)
		p->ms += (unsigned)(try.at[i] - '0') * scale;
	try.at += n;
	*c = try;
}

static void half_day(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	bool pm;

	(void)(cursor_char(&try, ' ') || cursor_literal(&try, "\u202f") ||
	       cursor_literal(&try, "\u00a0"));
	/* Most clocks end here. */
	if (try.at == try.end || memchr("PpAa", *try.at, 4) == NULL)
		return;
	pm = cursor_literal(&try, "PM") || cursor_literal(&try, "pm") ||
	     cursor_literal(&try, "p.m.");
	if (!pm && !cursor_literal(&try, "AM") && !cursor_literal(&try, "am") &&
	    !cursor_literal(&try, "a.m."))
		return;
	if (try.at < try.end && scan_is_alnum(*try.at))
		return;
	p->shape |= STAMP_HALF;
	p->hour = p->hour % 12 + (pm ? 12 : 0);
	*c = try;
}

/* "+0100", "+01:00", "Z" */
static bool offset(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	unsigned hours, minutes = 0;
	bool east = cursor_char(&try, '+');

	if (!east && !cursor_char(&try, '-')) {
		if (!cursor_char(&try, 'Z') ||
		    (try.at < try.end && scan_is_alnum(*try.at)))
			return false;
	} else {
		/* With its minutes: "12:30 +10 from me" has no zone. */
		if (!in_range(&try, 2, 0, 14, &hours))
			return false;
		(void)cursor_char(&try, ':');
		if (!in_range(&try, 2, 0, 59, &minutes) && c->at[-1] == ' ')
			return false;
		p->zone_minutes = (int)(hours * 60 + minutes) * (east ? 1 : -1);
	}
	p->shape |= STAMP_ZONE;
	*c = try;
	return true;
}

/* "Europe/Berlin]", as PHP writes it */
static bool place_zone(struct cursor *c)
{
	struct cursor try = *c;
	bool slash = false;

	while (try.at < try.end &&
	       (scan_is_alnum(*try.at) || memchr("/_+-", *try.at, 4) != NULL))
		slash |= *try.at++ == '/';
	if (!slash || try.at == try.end || *try.at != ']')
		return false;
	c->at = try.at;
	return true;
}

/* A zone by name says little (CST is three of them), but it is no word. */
static void zone(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	struct span name;
	unsigned n = 0;

	if (offset(c, p) || !cursor_char(&try, ' '))
		return;
	if (offset(&try, p)) {
		*c = try;
		return;
	}
	if ((p->shape & STAMP_SQUARE) != 0 && place_zone(&try)) {
		*c = try;
		return;
	}
	while (try.at + n < try.end && try.at[n] >= 'A' && try.at[n] <= 'Z')
		n++;
	name = span_of(try.at, n);
	if (n < 2 || n > 5 || level_is(name) ||
	    (!span_is(name, "UTC") && !span_is(name, "GMT") &&
	     (p->shape & (STAMP_SQUARE | STAMP_ROUND)) == 0 && !p->full) ||
	    (try.at + n < try.end && scan_is_alnum(try.at[n])))
		return;
	try.at += n;
	*c = try;
}

static bool take_clock(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	struct cursor more;

	if (!in_range(&try, 1, 0, 24, &p->hour) || !cursor_char(&try, ':') ||
	    !in_range(&try, 2, 0, 59, &p->minute))
		return false;
	p->shape |= STAMP_CLOCK;
	more = try;
	/* A leap second is 60. */
	if (cursor_char(&more, ':') && in_range(&more, 2, 0, 60, &p->second)) {
		p->shape |= STAMP_SECONDS;
		fraction(&more, p);
		try = more;
	}
	half_day(&try, p);
	zone(&try, p);
	*c = try;
	return true;
}

/* ---- together ----------------------------------------------------------- */

/* Days since 1970-01-01 in the Gregorian calendar, which has no end. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
			  day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static void set_time(const struct parts *p, struct message_time *ret)
{
	int64_t s = ((int64_t)p->hour * 60 + p->minute - p->zone_minutes) * 60 +
		    p->second;

	ret->dated = p->month != 0 && p->year != 0;
	ret->zoned = (p->shape & STAMP_ZONE) != 0;
	ret->step_ms = (p->shape & STAMP_SECONDS) == 0	  ? 60000
		       : (p->shape & STAMP_FRACTION) == 0 ? 1000
							  : 1;
	if (ret->dated)
		s += days_of(p->year, p->month, p->day) * DAY_S;
	ret->ms = s * 1000 + p->ms;
}

/* Seconds since 1970, with or without a fraction, or in ms or µs. */
static bool take_epoch(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;
	unsigned digits = digits_at(&try);
	struct parts p = { 0 };
	int64_t value = 0;

	if (digits != 13 && digits != 16 &&
	    (digits < EPOCH_DIGITS_MIN || digits > EPOCH_DIGITS_MAX))
		return false;
	for (unsigned i = 0; i < digits; i++)
		value = value * 10 + (*try.at++ - '0');
	fraction(&try, &p);
	ret->shape = STAMP_EPOCH | STAMP_SECONDS | p.shape;
	ret->when = (struct message_time){
		.ms = digits == 16   ? value / 1000
		      : digits == 13 ? value
				     : value * 1000 + p.ms,
		.step_ms = digits > EPOCH_DIGITS_MAX || p.shape != 0 ? 1 : 1000,
		.dated = true,
		.zoned = true,
	};
	*c = try;
	return true;
}

/* "  123.456789" */
static bool take_uptime(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;
	struct parts p = { 0 };
	unsigned seconds;

	cursor_blanks(&try);
	if (!number(&try, 1, 8, &seconds) || try.at == try.end ||
	    *try.at != '.')
		return false;
	fraction(&try, &p);
	if (p.shape == 0 || try.at == try.end || *try.at != ']')
		return false;
	ret->shape = STAMP_UPTIME | STAMP_SECONDS | STAMP_FRACTION;
	ret->when = (struct message_time){
		.ms = (int64_t)seconds * 1000 + p.ms,
		.step_ms = 1,
	};
	*c = try;
	return true;
}

/* Between a date and its clock. */
static bool between(struct cursor *c, struct parts *p)
{
	if (cursor_char(c, 'T') || cursor_char(c, ':') || cursor_char(c, '_'))
		return true;
	if (cursor_char(c, ','))
		p->shape |= STAMP_COMMA;
	if (!cursor_char(c, ' '))
		return false;
	cursor_blanks(c);
	return true;
}

/* "12:", which no date begins with: what most stamps are. */
static bool at_clock(const struct cursor *c)
{
	unsigned digits = digits_at(c);

	return digits > 0 && digits < 3 && c->at + digits < c->end &&
	       c->at[digits] == ':';
}

/* ctime(3)'s "Sat Nov 28 12:30:01 2026", date(1)'s "12:30:01 CET 2026" */
static void year_after_clock(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;

	stamp_year(c, p);
	if (p->year != 0 || !p->weekday || !cursor_char(&try, ' '))
		return;
	while (try.at < try.end && ((*try.at >= 'A' && *try.at <= 'Z') ||
				    memchr("+-0123456789", *try.at, 12)))
		try.at++;
	stamp_year(&try, p);
	if (p->year != 0)
		*c = try;
}

/* A date and a clock, or a clock alone, or a clock and a date. */
static bool take_moment(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	struct cursor after;

	if (!at_clock(c) && stamp_day(&try, p)) {
		if (!between(&try, p) || !take_clock(&try, p))
			return false;
		if (p->year == 0)
			year_after_clock(&try, p);
	} else if (take_clock(&try, p)) {
		after = try;
		if ((p->shape & (STAMP_SQUARE | STAMP_ROUND)) != 0 &&
		    cursor_char(&after, ' ') && stamp_day(&after, p))
			try = after;
	} else {
		return false;
	}
	*c = try;
	return true;
}

static bool at_word_end(const struct cursor *c)
{
	return c->at == c->end || *c->at == ' ' || *c->at == '\t';
}

static bool take_bare(struct cursor *c, struct stamp *ret, unsigned brackets)
{
	struct cursor try = *c;
	struct parts p = { .shape = brackets };

	if (take_epoch(&try, ret) ||
	    (brackets == STAMP_SQUARE && take_uptime(&try, ret))) {
		ret->shape |= brackets;
	} else if (take_moment(&try, &p)) {
		set_time(&p, &ret->when);
		ret->shape = p.shape;
	} else {
		return false;
	}
	ret->text = span_between(c->at, try.at);
	*c = try;
	return true;
}

/* "[Saturday, November 28, 2026] [12:30:01 PM CET]" */
static bool take_two(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;
	struct parts p = { .shape = STAMP_SQUARE };
	const char *from;

	if (!cursor_char(&try, '['))
		return false;
	from = try.at;
	if (!stamp_day(&try, &p) || !cursor_literal(&try, "] [") ||
	    !take_clock(&try, &p))
		return false;
	ret->text = span_between(from, try.at);
	if (!cursor_char(&try, ']') || !at_word_end(&try))
		return false;
	set_time(&p, &ret->when);
	ret->shape = p.shape;
	*c = try;
	return true;
}

/* Hexadecimal digits, in small letters. */
static bool hex(struct cursor *c, unsigned digits, uint64_t *ret)
{
	static const char all[] = "0123456789abcdef";

	*ret = 0;
	for (; digits > 0; digits--) {
		const char *at = c->at < c->end ? memchr(all, *c->at, 16)
						: NULL;

		if (at == NULL)
			return false;
		*ret = *ret * 16 + (uint64_t)(at - all);
		c->at++;
	}
	return true;
}

/*
 * TAI64N, "@400000006a1b2c3d01234567" of multilog and s6-log: seconds since
 * 2^62 s before 1970 in TAI, taken as ten more than UTC, and nanoseconds.
 */
static bool take_tai(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;
	uint64_t seconds, nanoseconds;

	if (!cursor_literal(&try, "@40000000") || !hex(&try, 8, &seconds) ||
	    !hex(&try, 8, &nanoseconds) || !at_word_end(&try))
		return false;
	/* Sure by itself, as a date is. */
	ret->shape = STAMP_YEAR_FIRST | STAMP_CLOCK | STAMP_SECONDS |
		     STAMP_FRACTION | STAMP_ZONE;
	ret->when = (struct message_time){
		.ms = ((int64_t)seconds - 10) * 1000 +
		      (int64_t)(nanoseconds / 1000000),
		.step_ms = 1,
		.dated = true,
		.zoned = true,
	};
	ret->text = span_between(c->at, try.at);
	*c = try;
	return true;
}

/*
 * A mark after a stamp: mosquitto's "1795865401: text", as sure as in brackets;
 * Windows' "2026-11-28 12:30:01, Info"; a script's "$(date): text".
 */
static void skip_mark(struct cursor *c, struct stamp *stamp)
{
	const unsigned moment = STAMP_YEAR_FIRST | STAMP_SECONDS;
	struct cursor try = *c;

	if (stamp->shape == (STAMP_EPOCH | STAMP_SECONDS) &&
	    stamp->text.len_bytes == 10 && cursor_literal(&try, ": "))
		stamp->shape |= STAMP_SQUARE;
	else if (((stamp->shape & moment) != moment ||
		  !cursor_literal(&try, ", ")) &&
		 ((stamp->shape & STAMP_DATE) == 0 ||
		  (stamp->shape & STAMP_SECONDS) == 0 ||
		  !cursor_literal(&try, ": ")))
		return;
	c->at = try.at - 1;
}

/* Every line comes through here: most begin with none of these. */
static bool may_be_stamp(const struct cursor *c)
{
	/* A weekday or a month in any of the languages, or TAI64N. */
	static const char letters[] = "@ADFJMNOSTWadfjlmnosv";

	return c->at < c->end &&
	       (scan_is_digit(*c->at) || *c->at == '[' || *c->at == '(' ||
		memchr(letters, *c->at, sizeof(letters) - 1) != NULL);
}

bool stamp_take(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;
	bool square, round;

	if (!may_be_stamp(c))
		return false;
	if (*c->at == '@')
		return take_tai(c, ret);
	square = cursor_char(&try, '[');
	round = !square && cursor_char(&try, '(');
	if (!take_bare(&try, ret,
		       square  ? STAMP_SQUARE
		       : round ? STAMP_ROUND
			       : 0) ||
	    (square && !cursor_char(&try, ']')) ||
	    (round && !cursor_char(&try, ')')))
		return square && take_two(c, ret);
	skip_mark(&try, ret);
	if (!at_word_end(&try))
		return square && take_two(c, ret);
	*c = try;
	return true;
}

bool stamp_date(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;
	struct parts p = { 0 };

	if (!stamp_day(&try, &p) || !at_word_end(&try))
		return false;
	ret->text = span_between(c->at, try.at);
	ret->shape = p.shape;
	set_time(&p, &ret->when);
	*c = try;
	return true;
}

void stamp_skip_moment(struct cursor *c)
{
	const unsigned moment = STAMP_DATE | STAMP_UPTIME | STAMP_EPOCH;
	struct cursor try = *c;
	struct stamp own;

	cursor_blanks(&try);
	if (stamp_take(&try, &own) && (own.shape & moment) != 0 &&
	    (own.shape & STAMP_SECONDS) != 0 && cursor_space(&try))
		*c = try;
}
