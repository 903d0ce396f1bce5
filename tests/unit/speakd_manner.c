/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_manner.c - how a phrase is said, as numbers and back, within limits.
 */
#include "tests/unit/test.h"

#include "speakd/queue/manner.h"

static void test_there_and_back(void **state)
{
	const int numbers[MANNER_NUMBERS] = {
		[MANNER_RATE] = 220,  [MANNER_PITCH] = 50,
		[MANNER_VOLUME] = 90, [MANNER_LEVEL] = 120,
		[MANNER_PLACE] = -30, [MANNER_CAPITALS] = CAPITALS_ICON,
		[MANNER_SCRIPTS] = 1,
	};
	struct manner manner = manner_of_numbers(numbers);
	int again[MANNER_NUMBERS] = { 0 };

	(void)state;
	assert_int_equal(manner.rate_wpm, 220);
	assert_int_equal(manner.place, -30);
	assert_int_equal(manner.capitals, CAPITALS_ICON);
	assert_true(manner.by_script);
	manner_to_numbers(&manner, again);
	assert_memory_equal(again, numbers, sizeof(numbers));
}

static void test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANNER_NUMBERS; i++) {
		const struct manner_limits *limits = &manner_limits[i];

		assert_non_null(limits->key);
		assert_true(manner_accepts(i, limits->least));
		assert_true(manner_accepts(i, limits->most));
		assert_true(manner_accepts(i, limits->absent));
		assert_false(manner_accepts(i, (int64_t)limits->least - 1));
		assert_false(manner_accepts(i, (int64_t)limits->most + 1));
		assert_false(manner_accepts(i, INT64_MAX));
	}
	/* Where nothing was written, it is as the settings have it. */
	assert_int_equal(manner_limits[MANNER_RATE].absent, PHRASE_DEFAULT);
	assert_int_equal(manner_limits[MANNER_PITCH].absent, PHRASE_DEFAULT);
	assert_int_equal(manner_limits[MANNER_VOLUME].absent, PHRASE_DEFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
