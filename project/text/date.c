/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/date.h"

#include <string.h>
#include <strings.h>

struct date date_of_time(time_t when)
{
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL)
		return (struct date){ 0 };
	return (struct date){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

struct date date_today(void)
{
	return date_of_time(time(NULL));
}

bool date_is_set(struct date date)
{
	return date.year != 0;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_is_valid(struct date date)
{
	return date.year >= 1 && date.year <= DATE_YEAR_MAX &&
	       date.month >= 1 && date.month <= 12 && date.day >= 1 &&
	       date.day <= date_month_days(date.year, date.month);
}

/* Counting years from March puts the leap day at the end of the year. */
long date_days(struct date date)
{
	long year = date.month > 2 ? date.year : date.year - 1;
	long month = (date.month + 9) % 12;
	long day_of_year = (153 * month + 2) / 5 + date.day - 1;

	return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year -
	       719468;
}

struct date date_from_days(long days)
{
	long n = days + 719468;
	long era = n / 146097;
	long day_of_era = n % 146097;
	long year_of_era = (day_of_era - day_of_era / 1460 +
			    day_of_era / 36524 - day_of_era / 146096) /
			   365;
	long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 -
					 year_of_era / 100);
	long month = (5 * day_of_year + 2) / 153;
	struct date date;

	date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	date.month = (int)(month < 10 ? month + 3 : month - 9);
	date.year = (int)(era * 400 + year_of_era + (date.month <= 2 ? 1 : 0));
	return date;
}

int date_weekday(struct date date)
{
	/* 1970-01-01 was a Thursday. */
	long n = (date_days(date) + 3) % 7;

	return (int)(n < 0 ? n + 7 : n) + 1;
}

struct date date_clamped(int year, int month, int day)
{
	int last = date_month_days(year, month);

	return (struct date){ year, month, day < last ? day : last };
}

/* count digits at text; -1 when there are fewer. */
static int digits(const char *text, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

size_t date_read(const char *text, struct date *ret)
{
	struct date date;

	date.year = digits(text, 4);
	if (date.year < 0 || text[4] != '-')
		return 0;
	date.month = digits(text + 5, 2);
	if (date.month < 0 || text[7] != '-')
		return 0;
	date.day = digits(text + 8, 2);
	if (date.day < 0 || !date_is_valid(date))
		return 0;
	*ret = date;
	return 10;
}

struct date_name {
	const char *name;
	int number;
};

static int name_read(const struct date_name *names, size_t count,
		     const char *word, size_t len_bytes)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i].name) == len_bytes &&
		    strncasecmp(names[i].name, word, len_bytes) == 0)
			return names[i].number;
	return 0;
}

int date_weekday_read(const char *word, size_t len_bytes)
{
	/* The letters are gtdtools': R is Thursday. */
	static const struct date_name names[] = {
		{ "m", 1 },	    { "mon", 1 },    { "monday", 1 },
		{ "t", 2 },	    { "tue", 2 },    { "tues", 2 },
		{ "tuesday", 2 },   { "w", 3 },	     { "wed", 3 },
		{ "wednesday", 3 }, { "r", 4 },	     { "tr", 4 },
		{ "thu", 4 },	    { "thur", 4 },   { "thurs", 4 },
		{ "thursday", 4 },  { "f", 5 },	     { "fri", 5 },
		{ "friday", 5 },    { "sat", 6 },    { "saturday", 6 },
		{ "sun", 7 },	    { "sunday", 7 },
	};

	return name_read(names, COUNT_OF(names), word, len_bytes);
}

int date_month_read(const char *word, size_t len_bytes)
{
	static const struct date_name names[] = {
		{ "january", 1 },   { "jan", 1 },	{ "february", 2 },
		{ "feb", 2 },	    { "march", 3 },	{ "mar", 3 },
		{ "april", 4 },	    { "apr", 4 },	{ "may", 5 },
		{ "june", 6 },	    { "jun", 6 },	{ "july", 7 },
		{ "jul", 7 },	    { "august", 8 },	{ "aug", 8 },
		{ "september", 9 }, { "sep", 9 },	{ "october", 10 },
		{ "oct", 10 },	    { "november", 11 }, { "nov", 11 },
		{ "december", 12 }, { "dec", 12 },
	};

	return name_read(names, COUNT_OF(names), word, len_bytes);
}

static struct date add_months(struct date date, int months)
{
	int n = date.year * 12 + date.month - 1 + months;

	return date_clamped(n / 12, n % 12 + 1, date.day);
}

/* "+3d" and the like; the number is bounded, so nothing can overflow. */
static bool read_offset(const char *text, struct date today, struct date *ret)
{
	char *end;
	long n;

	if (text[0] != '+' || text[1] < '0' || text[1] > '9')
		return false;
	n = strtol(text + 1, &end, 10);
	if (n > 36500 || end[0] == '\0' || end[1] != '\0')
		return false;
	switch (end[0]) {
	case 'd':
		*ret = date_from_days(date_days(today) + n);
		return true;
	case 'w':
		*ret = date_from_days(date_days(today) + n * 7);
		return true;
	case 'm':
		*ret = add_months(today, (int)n);
		return true;
	case 'y':
		*ret = add_months(today, (int)n * 12);
		return true;
	default:
		return false;
	}
}

static bool read_month_day(const char *text, struct date today,
			   struct date *ret)
{
	int month = digits(text, 2);
	int day = month > 0 && text[2] == '-' ? digits(text + 3, 2) : -1;
	struct date date;

	if (month < 1 || month > 12 || day < 1 || day > 31 || text[5] != '\0')
		return false;
	/* 02-29 is eight years away at most. */
	for (int year = today.year; year <= today.year + 8; year++) {
		date = date_clamped(year, month, day);
		if (date.day == day && date_days(date) >= date_days(today)) {
			*ret = date;
			return true;
		}
	}
	return false;
}

static bool read_day(const char *text, struct date today, struct date *ret)
{
	size_t len = strlen(text);
	int weekday = len > 2 ? date_weekday_read(text, len) : 0;

	if (date_read(text, ret) == len && len > 0)
		return true;
	if (strcmp(text, "today") == 0) {
		*ret = today;
		return true;
	}
	if (strcmp(text, "tomorrow") == 0) {
		*ret = date_from_days(date_days(today) + 1);
		return true;
	}
	if (weekday > 0) {
		int ahead = (weekday - date_weekday(today) + 7) % 7;

		*ret = date_from_days(date_days(today) + ahead);
		return true;
	}
	return read_offset(text, today, ret) ||
	       read_month_day(text, today, ret);
}

int date_parse(const char *text, struct date today, struct date *ret,
	       struct err *e)
{
	struct date date = { 0 };

	if (!read_day(text, today, &date) || !date_is_valid(date))
		return err_usage(e,
				 "'%s' is no day: write YYYY-MM-DD, MM-DD, "
				 "tomorrow, a weekday, +3d, +2w, +1m or +1y",
				 text);
	*ret = date;
	return 0;
}

const char *date_text(struct date date, char buf[DATE_BYTES])
{
	const unsigned parts[] = { (unsigned)date.year % 10000 / 100,
				   (unsigned)date.year % 100,
				   (unsigned)date.month % 100,
				   (unsigned)date.day % 100 };
	char *at = buf;

	/* By hand: ten thousand rows have one each. */
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (i > 1)
			*at++ = '-';
		*at++ = (char)('0' + parts[i] / 10);
		*at++ = (char)('0' + parts[i] % 10);
	}
	*at = '\0';
	return buf;
}

void date_words(struct date date, struct date today, char *buf,
		size_t buf_bytes)
{
	long days = date_days(date) - date_days(today);

	if (days == 0)
		snprintf(buf, buf_bytes, "today");
	else if (days == -1)
		snprintf(buf, buf_bytes, "yesterday");
	else if (days == 1)
		snprintf(buf, buf_bytes, "tomorrow");
	else if (days < 0)
		snprintf(buf, buf_bytes, "%ld days ago", -days);
	else
		snprintf(buf, buf_bytes, "in %ld days", days);
}
