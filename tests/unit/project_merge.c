/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Two machines' lists become one: nothing lost, nothing doubled. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/text/merge_lines.h"

/* Each side against the base, and what must come out. */
static void test_merge(void **state)
{
	static const struct {
		const char *base, *ours, *theirs, *want;
	} cases[] = {
		{ "", "a\n", "b\n", "b\na\n" },
		{ "s\n", "s\nL\n", "s\nP\n", "s\nP\nL\n" },
		/* both added the same */
		{ "s\n", "s\nx\n", "s\nx\n", "s\nx\n" },
		/* one took out, the other added */
		{ "a\nb\n", "b\n", "a\nb\nc\n", "b\nc\n" },
		{ "a\nb\n", "a\nb\nc\n", "b\n", "b\nc\n" },
		/* one ticked off, the other added below */
		{ "[ ] one\n", "[x] one\n[ ] L\n", "[ ] one\n[ ] P\n",
		  "[ ] P\n[x] one\n[ ] L\n" },
		/* both changed one line: both stay */
		{ "a\n", "a1\n", "a2\n", "a2\na1\n" },
		{ "a\nb\n", "", "a\nb\n", "" },
		/* equal lines count */
		{ "x\n", "x\nx\n", "x\n", "x\nx\n" },
		{ "x\nx\n", "x\n", "x\nx\n", "x\n" },
		/* no newline at the end */
		{ "a", "a\nb", "a\nc", "a\nc\nb\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf base = { 0 };
		SCOPED_BUF struct buf ours = { 0 };
		SCOPED_BUF struct buf theirs = { 0 };
		SCOPED_BUF struct buf out = { 0 };

		buf_add_text(&base, cases[i].base);
		buf_add_text(&ours, cases[i].ours);
		buf_add_text(&theirs, cases[i].theirs);
		merge_lines(&base, &ours, &theirs, &out);
		assert_string_equal(buf_text(&out), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
