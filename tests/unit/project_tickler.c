/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Tickler rules: which lines are rules, and on which days they are due. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/text/tickler.h"

static void test_read(void **state)
{
	/* text NULL: no rule; "!": a bad one */
	static const struct {
		const char *line, *text, *times;
	} cases[] = {
		{ "", NULL, "" },
		{ "   \t", NULL, "" },
		{ "# daily x", NULL, "" },
		{ "2026-12-01 renew passport", "renew passport", "" },
		{ "monthly 10 pay loan", "pay loan", "" },
		{ "weekly tue 15:00-16:00 meeting", "meeting", "15:00-16:00" },
		{ "weekly tue,thu swim", "swim", "" },
		{ "weekly tue 2-sided print", "2-sided print", "" },
		{ "yearly 03-15 birthday", "birthday", "" },
		{ "yearly 02-29 leap", "leap", "" },
		{ "daily stretch \r", "stretch", "" },
		{ "D 10 pay loan", "pay loan", "" },
		{ "A March 15 Mom's birthday", "Mom's birthday", "" },
		{ "Y Mar 15 x", "x", "" },
		{ "W Tuesday 3pm 4pm text", "text", "3pm 4pm" },
		{ "M Tue 2 3pm 4pm text", "text", "3pm 4pm" },
		{ "2026-02-29 x", "!", "" },
		{ "2026-12-01", "!", "" },
		{ "monthly 32 x", "!", "" },
		{ "monthly 0 x", "!", "" },
		{ "monthly 10", "!", "" },
		{ "weekly someday x", "!", "" },
		{ "weekly tue,, x", "!", "" },
		{ "yearly 02-30 x", "!", "" },
		{ "yearly 3-15 x", "!", "" },
		{ "A Marchember 3 x", "!", "" },
		{ "M Tue 6 3pm 4pm x", "!", "" },
		{ "W Tuesday 3pm", "!", "" },
		{ "buy milk", "!", "" },
		{ "dailyx y", "!", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rule rule = { 0 };
		enum rule_result got = rule_read(cases[i].line,
						 strlen(cases[i].line), &rule);

		if (cases[i].text == NULL || cases[i].text[0] == '!') {
			assert_int_equal(got, cases[i].text == NULL ? RULE_NONE
								    : RULE_BAD);
			continue;
		}
		assert_int_equal(got, RULE_YES);
		assert_int_equal(rule.len_bytes, strlen(cases[i].text));
		assert_memory_equal(rule.text, cases[i].text, rule.len_bytes);
		assert_int_equal(rule.times_bytes, strlen(cases[i].times));
		if (rule.times_bytes > 0)
			assert_memory_equal(rule.times, cases[i].times,
					    rule.times_bytes);
	}
}

static void test_due(void **state)
{
	/* from .. to: how often, and last on which day */
	static const struct {
		const char *line;
		struct date from, to;
		long times;
		struct date last;
	} cases[] = {
		/* month ends: there is no 31st of November */
		{ "D 31 x",
		  { 2026, 11, 1 },
		  { 2026, 11, 30 },
		  1,
		  { 2026, 11, 30 } },
		{ "D 31 x", { 2026, 11, 1 }, { 2026, 11, 29 }, 0, { 0 } },
		{ "monthly 30 x",
		  { 2026, 2, 1 },
		  { 2026, 2, 28 },
		  1,
		  { 2026, 2, 28 } },
		{ "monthly 30 x",
		  { 2024, 2, 1 },
		  { 2024, 2, 29 },
		  1,
		  { 2024, 2, 29 } },
		/* a skipped month is not lost */
		{ "monthly 10 x",
		  { 2026, 9, 11 },
		  { 2026, 11, 9 },
		  1,
		  { 2026, 10, 10 } },
		{ "monthly 10 x",
		  { 2026, 9, 10 },
		  { 2026, 11, 10 },
		  3,
		  { 2026, 11, 10 } },
		/* over the new year */
		{ "monthly 31 x",
		  { 2026, 12, 31 },
		  { 2027, 1, 31 },
		  2,
		  { 2027, 1, 31 } },
		/* leap years */
		{ "yearly 02-29 x",
		  { 2024, 1, 1 },
		  { 2024, 12, 31 },
		  1,
		  { 2024, 2, 29 } },
		{ "yearly 02-29 x",
		  { 2026, 1, 1 },
		  { 2026, 12, 31 },
		  1,
		  { 2026, 2, 28 } },
		{ "A March 15 x",
		  { 2020, 1, 1 },
		  { 2026, 3, 14 },
		  6,
		  { 2025, 3, 15 } },
		/* weeks: 22 November 2026 is a Sunday */
		{ "weekly tue,thu x",
		  { 2026, 11, 1 },
		  { 2026, 11, 22 },
		  6,
		  { 2026, 11, 19 } },
		{ "weekly sun x",
		  { 2026, 11, 22 },
		  { 2026, 11, 22 },
		  1,
		  { 2026, 11, 22 } },
		{ "weekly mon x",
		  { 2026, 11, 17 },
		  { 2026, 11, 22 },
		  0,
		  { 0 } },
		{ "W R 9am 10am x",
		  { 2026, 11, 1 },
		  { 2026, 11, 30 },
		  4,
		  { 2026, 11, 26 } },
		/* nth weekdays; there is no fifth Tuesday in November 2026 */
		{ "M Tue 2 3pm 4pm x",
		  { 2026, 11, 1 },
		  { 2026, 11, 30 },
		  1,
		  { 2026, 11, 10 } },
		{ "M Tue 5 3pm 4pm x",
		  { 2026, 11, 1 },
		  { 2026, 11, 30 },
		  0,
		  { 0 } },
		{ "M Sun 1 3pm 4pm x",
		  { 2026, 11, 1 },
		  { 2026, 11, 1 },
		  1,
		  { 2026, 11, 1 } },
		{ "2026-11-20 x",
		  { 2026, 11, 21 },
		  { 2026, 11, 22 },
		  0,
		  { 0 } },
		{ "2026-11-20 x",
		  { 1, 1, 1 },
		  { 2026, 11, 22 },
		  1,
		  { 2026, 11, 20 } },
		{ "daily x",
		  { 2026, 11, 20 },
		  { 2026, 11, 22 },
		  3,
		  { 2026, 11, 22 } },
		/* handled today already: the range is empty */
		{ "daily x", { 2026, 11, 23 }, { 2026, 11, 22 }, 0, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct date last = { 0 };
		struct rule rule;

		assert_int_equal(
			rule_read(cases[i].line, strlen(cases[i].line), &rule),
			RULE_YES);
		assert_int_equal(
			rule_due(&rule, cases[i].from, cases[i].to, &last),
			cases[i].times);
		assert_memory_equal(&last, &cases[i].last, sizeof(last));
	}
}

/* Counting weeks must agree with looking at each day. */
static void test_weeks_counted(void **state)
{
	struct rule rule;
	static const char line[] = "weekly mon,wed,sat x";

	(void)state;
	assert_int_equal(rule_read(line, strlen(line), &rule), RULE_YES);
	for (long first = 20000; first < 20014; first++)
		for (long last = first; last < first + 40; last++) {
			struct date from = date_from_days(first);
			struct date to = date_from_days(last);
			struct date got = { 0 };
			long want = 0, want_last = 0;

			for (long day = first; day <= last; day++) {
				int w = date_weekday(date_from_days(day));

				if (w != 1 && w != 3 && w != 6)
					continue;
				want++;
				want_last = day;
			}
			assert_int_equal(rule_due(&rule, from, to, &got), want);
			if (want > 0)
				assert_int_equal(date_days(got), want_last);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_weeks_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
