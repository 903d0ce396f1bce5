/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/stamp_day.h"

static unsigned full_year(unsigned year, unsigned digits)
{
	return digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/* "2026-11-28", "2026/11/28", "2026.11.28", "20261128" */
static bool year_first(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	const unsigned digits = digits_at(&try);
	char separator = '\0';

	if ((digits != 4 && digits != 8) || !number(&try, 4, 4, &p->year) ||
	    try.at == try.end)
		return false;
	if (digits == 4)
		separator = *try.at++;
	if ((digits == 4 && memchr("-/.", separator, 3) == NULL) ||
	    !in_range(&try, 2, 1, 12, &p->month) ||
	    (digits == 4 && !cursor_char(&try, separator)) ||
	    !in_range(&try, 2, 1, 31, &p->day))
		return false;
	p->shape |= STAMP_YEAR_FIRST;
	*c = try;
	return true;
}

/*
 * "28.11.2026", "28/11/26", "11/28/26", "28-11-2026", and without a year
 * "11-28". Which of two small numbers is the month nobody can tell: with "/"
 * the first, else the last.
 */
static bool year_last(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	struct cursor more;
	unsigned a, b, digits;
	char separator;

	if (!in_range(&try, 1, 1, 31, &a) || try.at == try.end)
		return false;
	separator = *try.at++;
	if (memchr("-/.", separator, 3) == NULL ||
	    !in_range(&try, 1, 1, 31, &b))
		return false;
	more = try;
	p->year = 0;
	if (cursor_char(&more, separator)) {
		digits = digits_at(&more);
		if ((digits != 2 && digits != 4) ||
		    !number(&more, 2, 4, &p->year))
			return false;
		p->year = full_year(p->year, digits);
		try = more;
	}
	/* Android writes month and day without a year: "11-28". */
	p->month = b > 12 || (a <= 12 && (separator == '/' || p->year == 0))
			   ? a
			   : b;
	p->day = p->month == a ? b : a;
	if (p->month > 12)
		return false;
	p->shape |= STAMP_NUMERIC;
	*c = try;
	return true;
}

/* A name in one language; its first least_bytes are enough. */
struct name {
	const char *text;
	unsigned least_bytes, number;
};

/* What programs write in English, German and French. */
/* clang-format off */
static const struct name months[] = {
	{ "January", 3, 1 },    { "Januar", 3, 1 },    { "J\u00e4nner", 4, 1 },
	{ "janvier", 4, 1 },    { "February", 3, 2 },  { "Februar", 3, 2 },
	{ "f\u00e9vrier", 4, 2 }, { "March", 3, 3 },  { "M\u00e4rz", 4, 3 },
	{ "mars", 4, 3 },       { "April", 3, 4 },     { "avril", 3, 4 },
	{ "May", 3, 5 },        { "Mai", 3, 5 },       { "mai", 3, 5 },
	{ "June", 3, 6 },       { "Juni", 3, 6 },      { "juin", 4, 6 },
	{ "July", 3, 7 },       { "Juli", 3, 7 },      { "juillet", 4, 7 },
	{ "August", 3, 8 },     { "ao\u00fbt", 5, 8 }, { "September", 3, 9 },
	{ "septembre", 4, 9 },  { "October", 3, 10 },  { "Oktober", 3, 10 },
	{ "octobre", 3, 10 },   { "November", 3, 11 }, { "novembre", 3, 11 },
	{ "December", 3, 12 },  { "Dezember", 3, 12 }, { "d\u00e9cembre", 4, 12 },
};

static const struct name weekdays[] = {
	{ "Monday", 3, 1 },    { "Montag", 2, 1 },     { "lundi", 3, 1 },
	{ "Tuesday", 3, 2 },   { "Dienstag", 2, 2 },   { "mardi", 3, 2 },
	{ "Wednesday", 3, 3 }, { "Mittwoch", 2, 3 },   { "mercredi", 3, 3 },
	{ "Thursday", 3, 4 },  { "Donnerstag", 2, 4 }, { "jeudi", 3, 4 },
	{ "Friday", 3, 5 },    { "Freitag", 2, 5 },    { "vendredi", 3, 5 },
	{ "Saturday", 3, 6 },  { "Samstag", 2, 6 },    { "Sonnabend", 4, 6 },
	{ "samedi", 3, 6 },    { "Sunday", 3, 7 },     { "Sonntag", 2, 7 },
	{ "dimanche", 3, 7 },
};
/* clang-format on */

static bool is_letter(char c)
{
	return (unsigned char)c >= 0x80 ||
	       (scan_is_alnum(c) && !scan_is_digit(c));
}

static size_t letters_at(const struct cursor *c)
{
	size_t n = 0;

	while (c->at + n < c->end && is_letter(c->at[n]))
		n++;
	return n;
}

/* "Nov", "November", "nov." */
static bool name_of(struct cursor *c, const struct name *names, size_t count,
		    unsigned *ret)
{
	size_t n = letters_at(c);

	if (n < 2)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (names[i].text[0] != *c->at || n < names[i].least_bytes ||
		    strncmp(names[i].text, c->at, n) != 0)
			continue;
		*ret = names[i].number;
		c->at += n;
		(void)cursor_char(c, '.');
		return true;
	}
	return false;
}

static bool month_name(struct cursor *c, unsigned *ret)
{
	return name_of(c, months, COUNT_OF(months), ret);
}

static void weekday(struct cursor *c)
{
	struct cursor try = *c;
	unsigned day;

	if (!name_of(&try, weekdays, COUNT_OF(weekdays), &day))
		return;
	(void)cursor_char(&try, ',');
	if (!cursor_char(&try, ' '))
		return;
	cursor_blanks(&try);
	*c = try;
}

static bool separator(struct cursor *c)
{
	return cursor_char(c, ' ') || cursor_char(c, '-') ||
	       cursor_char(c, '/');
}

/* " 2026", but not the hour of a clock. */
void stamp_year(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	unsigned digits;

	(void)cursor_char(&try, ',');
	if (!separator(&try))
		return;
	digits = digits_at(&try);
	if ((digits != 4 && (digits != 2 || try.at[-1] == ' ')) ||
	    !number(&try, 2, 4, &p->year))
		return;
	p->year = full_year(p->year, digits);
	*c = try;
}

static bool clock_follows(const struct cursor *c)
{
	return c->end - c->at >= 2 && c->at[0] == ' ' &&
	       scan_is_digit(c->at[1]);
}

/*
 * "Nov 28", "November 28, 2026", "28 Nov 2026", "28. November 2026",
 * "28/Nov/2026", "28-Nov-26"; with a clock "Nov28", too: dmesg --human
 */
static bool named_month(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;

	if (month_name(&try, &p->month)) {
		bool joined = !separator(&try);

		cursor_blanks(&try);
		if (!in_range(&try, 1, 1, 31, &p->day) ||
		    (joined && !clock_follows(&try)))
			return false;
	} else if (!in_range(&try, 1, 1, 31, &p->day) ||
		   (cursor_char(&try, '.'), !separator(&try)) ||
		   !month_name(&try, &p->month)) {
		return false;
	}
	if (try.at < try.end && scan_is_alnum(*try.at))
		return false;
	stamp_year(&try, p);
	p->shape |= STAMP_MONTH;
	*c = try;
	return true;
}

static bool weekday_and_year(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;

	weekday(&try);
	if (try.at == c->at || !year_first(&try, p))
		return false;
	p->full = true;
	*c = try;
	return true;
}

/* "mar." is a day in French; "Mar" alone is a month. */
static bool weekday_and_month(struct cursor *c, struct parts *p)
{
	struct cursor try = *c;
	const struct parts kept = *p;

	weekday(&try);
	p->weekday = try.at > c->at;
	if (named_month(&try, p)) {
		*c = try;
		return true;
	}
	*p = kept;
	return named_month(c, p);
}

bool stamp_day(struct cursor *c, struct parts *p)
{
	struct parts kept = *p;

	if (year_first(c, p))
		return true;
	*p = kept;
	if (year_last(c, p))
		return true;
	*p = kept;
	if (weekday_and_month(c, p))
		return true;
	*p = kept;
	if (weekday_and_year(c, p))
		return true;
	*p = kept;
	return false;
}
