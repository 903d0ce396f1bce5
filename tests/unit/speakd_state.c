/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_state.c - a state names its channels as people do, quotes untouched.
 */
#include "speakd/words/state.h"

#include <string.h>

#include "tests/unit/test.h"

static void test_states(void **state)
{
	static const struct {
		const char *sentence, *said;
	} cases[] = {
		{ "libera lost: timed out", "libera lost: timed out" },
		{ "in #c: 2 here, topic: fix #3",
		  "in c: 2 here, topic: fix #3" },
		{ "#c is moderated: not sent: see #12",
		  "c is moderated: not sent: see #12" },
		{ "##c++ is now @#d", "c++ is now d" },
		{ "a # b", "a # b" },
		{ "#", "#" },
		{ "+v and &x", "+v and &x" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };

		state_words(
			span_of(cases[i].sentence, strlen(cases[i].sentence)),
			NULL, &out);
		assert_string_equal(buf_text(&out), cases[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
