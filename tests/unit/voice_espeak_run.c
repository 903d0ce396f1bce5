/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* What espeak-ng says of a word's place, as bytes of what was asked for. */
#include "speakd/voice/espeak_run.h"

#include <string.h>

#include "tests/unit/test.h"

/* A '*' is a command. */
static void make(struct espeak_run *run, const char *text)
{
	espeak_run_clear(run);
	for (; *text != '\0'; text++) {
		if (*text == '*')
			espeak_run_embed(run, 99, 'P');
		else
			buf_add_char(&run->text, *text);
	}
}

/* chars count the four of a command: 0x01, "99" and the letter. */
static void test_places(void **state)
{
	static const struct {
		const char *text;
		size_t chars, place;
	} cases[] = {
		{ "one two", 0, 0 },
		{ "one two", 4, 4 },
		{ "\u00e9\u00e9 two", 3, 5 },
		{ "one *two", 8, 4 },
		{ "*one two", 8, 4 },
		{ "*one *two", 12, 4 },
		/* Reported at the letter in front of the command. */
		{ "one*two", 2, 3 },
		{ "one* two", 2, 4 },
		{ "one**two", 2, 3 },
		/* A word of one letter is where it is. */
		{ "a a*b", 2, 2 },
		{ "one", 99, 3 },
	};
	struct espeak_run run = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		make(&run, cases[i].text);
		assert_int_equal(espeak_run_place(&run, cases[i].chars),
				 cases[i].place);
	}
	espeak_run_fini(&run);
}

/* Words come in order; one that does not is found all the same. */
static void test_out_of_order(void **state)
{
	struct espeak_run run = { 0 };

	(void)state;
	make(&run, "\u00e9 \u00e9 *x");
	assert_int_equal(espeak_run_place(&run, 8), 6);
	assert_int_equal(espeak_run_place(&run, 2), 3);
	assert_int_equal(espeak_run_place(&run, 0), 0);
	espeak_run_fini(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
