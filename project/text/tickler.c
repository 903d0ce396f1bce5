/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/tickler.h"

#include <string.h>

/* What is left of a line. */
struct rest {
	const char *at;
	size_t left;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct rest *r)
{
	while (r->left > 0 && is_blank(*r->at)) {
		r->at++;
		r->left--;
	}
}

static size_t take_word(struct rest *r, const char **ret)
{
	size_t n = 0;

	skip_blanks(r);
	while (n < r->left && !is_blank(r->at[n]))
		n++;
	*ret = r->at;
	r->at += n;
	r->left -= n;
	return n;
}

static bool word_is(const char *word, size_t len, const char *want)
{
	return strlen(want) == len && memcmp(word, want, len) == 0;
}

/* A number of one or two digits in 1..max. */
static bool read_number(const char *word, size_t len, int max, int *ret)
{
	int n = 0;

	if (len < 1 || len > 2)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		n = n * 10 + (word[i] - '0');
	}
	*ret = n;
	return n >= 1 && n <= max;
}

/* ---- one kind each ------------------------------------------------------ */

static bool read_once(struct rest *r, struct rule *rule)
{
	(void)r;
	(void)rule;
	return true;
}

static bool read_weekdays(const char *word, size_t len, unsigned *ret)
{
	size_t at = 0;

	while (at < len) {
		const char *comma = memchr(word + at, ',', len - at);
		size_t n = comma != NULL ? (size_t)(comma - word) - at
					 : len - at;
		int day = date_weekday_read(word + at, n);

		if (day == 0)
			return false;
		*ret |= 1u << day;
		at += n + 1;
	}
	return *ret != 0;
}

/* "15:00-16:00", "9-10", "3pm-4pm": digits first, a "-" within. */
static bool looks_like_times(const char *word, size_t len)
{
	if (len < 3 || word[0] < '0' || word[0] > '9' ||
	    memchr(word, '-', len) == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (strchr("0123456789:-.apmh", word[i]) == NULL)
			return false;
	return true;
}

static bool read_weekly(struct rest *r, struct rule *rule)
{
	const char *word;
	size_t len = take_word(r, &word);
	struct rest before;

	if (!read_weekdays(word, len, &rule->weekdays))
		return false;
	before = *r;
	len = take_word(r, &word);
	if (looks_like_times(word, len)) {
		rule->times = word;
		rule->times_bytes = len;
	} else
		*r = before;
	return true;
}

static bool read_monthly(struct rest *r, struct rule *rule)
{
	const char *word;
	size_t len = take_word(r, &word);

	return read_number(word, len, 31, &rule->number);
}

/* A day that some year has. */
static bool is_month_day(int month, int day)
{
	return day >= 1 && day <= date_month_days(2024, month);
}

static bool read_yearly(struct rest *r, struct rule *rule)
{
	const char *word;
	size_t len = take_word(r, &word);

	return len == 5 && word[2] == '-' &&
	       read_number(word, 2, 12, &rule->date.month) &&
	       read_number(word + 3, 2, 31, &rule->date.day) &&
	       is_month_day(rule->date.month, rule->date.day);
}

static bool read_annual(struct rest *r, struct rule *rule)
{
	const char *word;
	size_t len = take_word(r, &word);

	rule->date.month = date_month_read(word, len);
	if (rule->date.month == 0)
		return false;
	len = take_word(r, &word);
	return read_number(word, len, 31, &rule->date.day) &&
	       is_month_day(rule->date.month, rule->date.day);
}

/* gtdtools' "W Tuesday 3pm 4pm text": both times are words of their own. */
static bool read_two_times(struct rest *r, struct rule *rule)
{
	const char *from, *to;
	size_t from_bytes = take_word(r, &from);
	size_t to_bytes = take_word(r, &to);

	rule->times = from;
	rule->times_bytes = (size_t)(to + to_bytes - from);
	return from_bytes > 0 && to_bytes > 0;
}

static bool read_gtd_weekly(struct rest *r, struct rule *rule)
{
	const char *word;
	size_t len = take_word(r, &word);
	int day = date_weekday_read(word, len);

	rule->weekdays = 1u << day;
	return day > 0 && read_two_times(r, rule);
}

static bool read_gtd_nth(struct rest *r, struct rule *rule)
{
	const char *word;
	size_t len = take_word(r, &word);
	int day = date_weekday_read(word, len);

	rule->weekdays = 1u << day;
	len = take_word(r, &word);
	return day > 0 && read_number(word, len, 5, &rule->number) &&
	       read_two_times(r, rule);
}

/* clang-format off */
static const struct {
	const char *word;
	enum tickler_kind kind;
	bool (*read)(struct rest *r, struct rule *rule);
} kinds[] = {
	{ "daily",   TICKLER_DAILY,   read_once },
	{ "weekly",  TICKLER_WEEKLY,  read_weekly },
	{ "monthly", TICKLER_MONTHLY, read_monthly },
	{ "yearly",  TICKLER_YEARLY,  read_yearly },
	{ "D",       TICKLER_MONTHLY, read_monthly },
	{ "A",       TICKLER_YEARLY,  read_annual },
	{ "Y",       TICKLER_YEARLY,  read_annual },
	{ "W",       TICKLER_WEEKLY,  read_gtd_weekly },
	{ "M",       TICKLER_NTH,     read_gtd_nth },
};
/* clang-format on */

bool rule_is_kind(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(word, kinds[i].word) == 0)
			return true;
	return false;
}

static bool read_kind(const char *word, size_t len, struct rest *r,
		      struct rule *rule)
{
	char day[DATE_BYTES] = "";

	if (len == 10) {
		memcpy(day, word, 10);
		if (date_read(day, &rule->date) == 10) {
			rule->kind = TICKLER_ONCE;
			return true;
		}
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (word_is(word, len, kinds[i].word)) {
			rule->kind = kinds[i].kind;
			return kinds[i].read(r, rule);
		}
	return false;
}

enum rule_result rule_read(const char *line, size_t len_bytes, struct rule *ret)
{
	struct rest r = { line, len_bytes };
	struct rule rule = { 0 };
	const char *word;
	size_t len;

	while (r.left > 0 && strchr(" \t\r", r.at[r.left - 1]) != NULL &&
	       r.at[r.left - 1] != '\0')
		r.left--;
	skip_blanks(&r);
	if (r.left == 0 || *r.at == '#')
		return RULE_NONE;
	len = take_word(&r, &word);
	if (!read_kind(word, len, &r, &rule))
		return RULE_BAD;
	skip_blanks(&r);
	if (r.left == 0)
		return RULE_BAD;
	rule.text = r.at;
	rule.len_bytes = r.left;
	*ret = rule;
	return RULE_YES;
}

/* ---- when --------------------------------------------------------------- */

/* The day of month y-m on which the rule is due; 0: on none. */
static int day_in_month(const struct rule *rule, int year, int month)
{
	struct date first = { year, month, 1 };
	int weekday = 1, day;

	switch (rule->kind) {
	case TICKLER_MONTHLY:
		return date_clamped(year, month, rule->number).day;
	case TICKLER_YEARLY:
		return month == rule->date.month
			       ? date_clamped(year, month, rule->date.day).day
			       : 0;
	case TICKLER_NTH:
		while (weekday < 7 && !(rule->weekdays & (1u << weekday)))
			weekday++;
		day = 1 + (weekday - date_weekday(first) + 7) % 7 +
		      (rule->number - 1) * 7;
		return day <= date_month_days(year, month) ? day : 0;
	case TICKLER_ONCE:
	case TICKLER_DAILY:
	case TICKLER_WEEKLY:
		break;
	}
	return 0;
}

static long due_by_month(const struct rule *rule, struct date from,
			 struct date to, struct date *ret_last)
{
	long count = 0;

	for (int n = from.year * 12 + from.month - 1;
	     n <= to.year * 12 + to.month - 1; n++) {
		struct date date = { n / 12, n % 12 + 1, 0 };

		date.day = day_in_month(rule, date.year, date.month);
		if (date.day == 0 || date_days(date) < date_days(from) ||
		    date_days(date) > date_days(to))
			continue;
		*ret_last = date;
		count++;
	}
	return count;
}

/* Weeks are counted, not walked: a directory may have slept for years. */
static long due_by_week(const struct rule *rule, struct date from,
			struct date to, struct date *ret_last)
{
	long first = date_days(from), last = date_days(to);
	long latest = -1, count = 0;
	bool found = false;

	for (int weekday = 1; weekday <= 7; weekday++) {
		long back = (date_weekday(to) - weekday + 7) % 7;
		long day = last - back;

		if (!(rule->weekdays & (1u << weekday)) || day < first)
			continue;
		count += (day - first) / 7 + 1;
		if (!found || day > latest)
			latest = day;
		found = true;
	}
	if (found)
		*ret_last = date_from_days(latest);
	return count;
}

long rule_due(const struct rule *rule, struct date from, struct date to,
	      struct date *ret_last)
{
	long first = date_days(from), last = date_days(to);

	if (first > last)
		return 0;
	switch (rule->kind) {
	case TICKLER_ONCE:
		if (date_days(rule->date) < first ||
		    date_days(rule->date) > last)
			return 0;
		*ret_last = rule->date;
		return 1;
	case TICKLER_DAILY:
		*ret_last = to;
		return last - first + 1;
	case TICKLER_WEEKLY:
		return due_by_week(rule, from, to, ret_last);
	case TICKLER_MONTHLY:
	case TICKLER_NTH:
	case TICKLER_YEARLY:
		break;
	}
	return due_by_month(rule, from, to, ret_last);
}
