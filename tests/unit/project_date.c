/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Dates: the calendar, month ends, leap years, and what a user may type. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/text/date.h"

static void assert_date(struct date date, const char *want)
{
	char text[DATE_BYTES];

	assert_string_equal(date_text(date, text), want);
}

/* Every day of four centuries, one after the other. */
static void test_calendar(void **state)
{
	struct date date = { 1900, 1, 1 };
	int weekday = 1; /* a Monday */

	(void)state;
	for (long n = date_days(date); date.year < 2300; n++) {
		struct date back = date_from_days(n);

		assert_int_equal(date_days(date), n);
		assert_memory_equal(&back, &date, sizeof(date));
		assert_true(date_is_valid(date));
		assert_int_equal(date_weekday(date), weekday);
		weekday = weekday % 7 + 1;
		if (++date.day > date_month_days(date.year, date.month)) {
			date.day = 1;
			if (++date.month > 12) {
				date.month = 1;
				date.year++;
			}
		}
	}
	assert_int_equal(date_days((struct date){ 1970, 1, 1 }), 0);
}

static void test_leap_years(void **state)
{
	(void)state;
	assert_int_equal(date_month_days(2024, 2), 29);
	assert_int_equal(date_month_days(2026, 2), 28);
	assert_int_equal(date_month_days(2000, 2), 29);
	assert_int_equal(date_month_days(1900, 2), 28);
	assert_date(date_clamped(2026, 2, 31), "2026-02-28");
	assert_date(date_clamped(2024, 2, 31), "2024-02-29");
	assert_date(date_clamped(2026, 4, 31), "2026-04-30");
}

static void test_read(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		size_t bytes;
	} cases[] = {
		{ "2026-12-01", 10 }, { "2026-12-01 text", 10 },
		{ "2024-02-29", 10 }, { "2026-02-29", 0 },
		{ "2026-13-01", 0 },  { "2026-00-01", 0 },
		{ "2026-1-01", 0 },   { "0000-01-01", 0 },
		{ "", 0 },	      { "2026", 0 },
		{ "2026-12-", 0 },    { "2026-12-3x", 0 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct date date = { 7, 7, 7 };

		assert_int_equal(date_read(cases[i].text, &date),
				 cases[i].bytes);
		if (cases[i].bytes == 0)
			assert_int_equal(date.year, 7);
	}
}

static void test_typed(void **state)
{
	/* Sunday, 22 November 2026. want NULL: refused. */
	static const struct date today = { 2026, 11, 22 };
	static const struct {
		const char *typed, *want;
	} cases[] = {
		{ "2026-12-01", "2026-12-01" },
		{ "today", "2026-11-22" },
		{ "tomorrow", "2026-11-23" },
		{ "monday", "2026-11-23" },
		{ "Sun", "2026-11-22" },
		{ "sat", "2026-11-28" },
		{ "+3d", "2026-11-25" },
		{ "+2w", "2026-12-06" },
		{ "+1m", "2026-12-22" },
		{ "+3m", "2027-02-22" },
		{ "+1y", "2027-11-22" },
		{ "12-24", "2026-12-24" },
		{ "11-22", "2026-11-22" },
		{ "01-02", "2027-01-02" },
		{ "02-29", "2028-02-29" },
		{ "+d", NULL },
		{ "+3", NULL },
		{ "+99999d", NULL },
		{ "", NULL },
		{ "m", NULL },
		{ "never", NULL },
		{ "2026-12-01x", NULL },
		{ "13-01", NULL },
		{ "+3dd", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct date date = { 0 };
		struct err e = { 0 };
		int rc = date_parse(cases[i].typed, today, &date, &e);

		if (cases[i].want == NULL) {
			assert_int_equal(rc, -EINVAL);
			assert_true(e.usage);
			assert_false(date_is_set(date));
			continue;
		}
		assert_int_equal(rc, 0);
		assert_date(date, cases[i].want);
	}
	/* A month that is shorter. */
	struct date date;

	assert_int_equal(
		date_parse("+1m", (struct date){ 2026, 1, 31 }, &date, NULL),
		0);
	assert_date(date, "2026-02-28");
}

static void test_words(void **state)
{
	static const struct date today = { 2026, 11, 22 };
	char words[48];

	(void)state;
	date_words(today, today, words, sizeof(words));
	assert_string_equal(words, "today");
	date_words((struct date){ 2026, 11, 21 }, today, words, sizeof(words));
	assert_string_equal(words, "yesterday");
	date_words((struct date){ 2026, 10, 31 }, today, words, sizeof(words));
	assert_string_equal(words, "22 days ago");
	date_words((struct date){ 2026, 12, 2 }, today, words, sizeof(words));
	assert_string_equal(words, "in 10 days");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_leap_years),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
