/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Actions: what is open, what is next, and ticking one off. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/text/actions.h"

static const struct date today = { 2026, 11, 22 };

static void test_next(void **state)
{
	/* clang-format off */
	static const struct {
		const char *file, *next;
	} cases[] = {
		{ "", NULL },
		{ "[ ] call the hotel\n", "call the hotel" },
		{ "- call\n- book\n", "call" },
		{ "call\nbook", "call" },
		{ "[x] call\n[X] pay\n[-] drop\n[ ] book\n", "book" },
		{ "- [x] call\n* [ ] book\n", "book" },
		{ "[_] outliner\n", "outliner" },
		{ "x done in todo.txt style\nopen\n", "open" },
		{ "xylophone lesson\n", "xylophone lesson" },
		{ "# comment\n: body\n; body\n| table\n> quote\nopen\n", "open" },
		{ "Actions:\n\tcall\n", "call" },
		{ "[ ] a box makes a heading an action:\n",
		  "a box makes a heading an action:" },
		/* the first open leaf */
		{ "[ ] trip\n\t[X] passport\n\t[ ] hotel\n", "hotel" },
		{ "[ ] trip\n\t[X] passport\n", "trip" },
		{ "[ ] a\n  [ ] b\n    [ ] c\n[ ] d\n", "c" },
		/* not now */
		{ "[ ] Bob's answer @waiting\n[ ] mine\n", "mine" },
		{ "waiting for Bob\nmine\n", "mine" },
		{ "learn piano @someday\nmine\n", "mine" },
		{ "later t:2026-11-23\nnow t:2026-11-22\n",
		  "now t:2026-11-22" },
		{ "[x] all\n[x] done\n", NULL },
		{ "crlf\r\n", "crlf" },
		{ "   \n\t\n[ ]\n[ ]   \nlast", "last" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct actions actions = { 0 };
		const struct action *next;

		actions_read(&actions, cases[i].file, strlen(cases[i].file),
			     READ_ACTIONS);
		next = actions_next(&actions, today);
		if (cases[i].next == NULL) {
			assert_null(next);
		} else {
			assert_non_null(next);
			assert_int_equal(next->len_bytes,
					 strlen(cases[i].next));
			assert_memory_equal(next->text, cases[i].next,
					    next->len_bytes);
		}
		actions_fini(&actions);
	}
}

static void test_words(void **state)
{
	static const char file[] =
		"call @phone due:2026-12-01 ~15m\nmail a@b.example\n@Home\n";
	struct actions actions = { 0 };
	const char *context = NULL;
	size_t pos = 0;

	(void)state;
	actions_read(&actions, file, strlen(file), READ_ACTIONS);
	assert_int_equal(actions.count, 3);
	assert_int_equal(action_context(&actions.list[0], &pos, &context), 6);
	assert_memory_equal(context, "@phone", 6);
	assert_int_equal(actions.list[0].due.month, 12);
	assert_true(action_has_word(&actions.list[0], "@PHONE"));
	assert_false(action_has_word(&actions.list[0], "@pho"));
	pos = 0;
	assert_int_equal(action_context(&actions.list[1], &pos, &context), 0);
	assert_true(action_has_word(&actions.list[2], "@home"));
	actions_fini(&actions);
}

static void test_mark_done(void **state)
{
	static const struct {
		const char *before, *after;
		bool outliner;
	} cases[] = {
		{ "[ ] call\n[ ] book\n", "[x] call\n[ ] book\n", false },
		{ "- [ ] call\n", "- [x] call\n", false },
		{ "- call\n", "- [x] call\n", false },
		{ "call", "[x] call", false },
		{ "[X] a\n\t[_] b\n", "[X] a\n\t[X] b\n", true },
		{ "\xc3\xa9t\xc3\xa9\r\nrest\r\n",
		  "[x] \xc3\xa9t\xc3\xa9\r\nrest\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t len = strlen(cases[i].before);
		struct actions actions = { 0 };
		SCOPED_BUF struct buf out = { 0 };

		actions_read(&actions, cases[i].before, len, READ_ACTIONS);
		action_mark_done(actions_next(&actions, today), cases[i].before,
				 len, cases[i].outliner, &out);
		assert_string_equal(buf_text(&out), cases[i].after);
		actions_fini(&actions);
	}
}

/* Deeper than the limit: still read, only the deepest parents are not. */
static void test_depth(void **state)
{
	SCOPED_BUF struct buf file = { 0 };
	struct actions actions = { 0 };
	const struct action *next;

	(void)state;
	for (int depth = 0; depth <= ACTIONS_DEPTH_MAX + 1; depth++)
		buf_addf(&file, "%*s[ ] level %d\n", depth, "", depth);
	actions_read(&actions, file.data, file.len_bytes, READ_ACTIONS);
	assert_int_equal(actions.count, ACTIONS_DEPTH_MAX + 2);
	next = actions_next(&actions, today);
	assert_non_null(next);
	assert_memory_equal(next->text, "level 32", 8);
	actions_fini(&actions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_mark_done),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
