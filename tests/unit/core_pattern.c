/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Patterns of the user's against text of a stranger's. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/pattern.h"

static struct pattern *make(const char *expression)
{
	struct err e = { 0 };
	struct pattern *pattern = pattern_new(expression, &e);

	if (pattern == NULL)
		fail_msg("%s", e.text);
	return pattern;
}

static void test_match(void **state)
{
	struct pattern *pattern = make("(?i)join|\xc3\xa9t.$");

	(void)state;
	assert_int_equal(pattern_match(pattern, "a JOIN b", 8), PATTERN_YES);
	assert_int_equal(pattern_match(pattern, "\xc3\xa9t\xc3\xa9", 5),
			 PATTERN_YES);
	assert_int_equal(pattern_match(pattern, "nothing", 7), PATTERN_NO);
	assert_int_equal(pattern_match(pattern, "", 0), PATTERN_NO);
	pattern_free(pattern);
	pattern_free(NULL);
}

static void test_bad_expression(void **state)
{
	static const char *const bad[] = { "(",	 "[a",	 "a{2,1}", "\\",
					   "*a", "\xff", "\\C" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = { 0 };

		assert_null(pattern_new(bad[i], &e));
		assert_true(e.usage);
		assert_int_not_equal(e.text[0], '\0');
	}
}

/* What would take for ever is given up, and is not a match. */
static void test_limit(void **state)
{
	struct pattern *pattern = make("^(a+)+$");
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 64; i++)
		buf_add_char(&text, 'a');
	buf_add_char(&text, 'b');
	assert_int_equal(pattern_match(pattern, text.data, text.len_bytes),
			 PATTERN_LIMIT);
	assert_int_equal(
		pattern_replace(pattern, text.data, text.len_bytes, "x", &out),
		PATTERN_LIMIT);
	assert_string_equal(out.data, text.data);
	/* And the next text is matched as if nothing had been. */
	assert_int_equal(pattern_match(pattern, "aaa", 3), PATTERN_YES);
	pattern_free(pattern);
}

static void test_replace(void **state)
{
	static const struct {
		const char *expression, *replacement, *text, *want;
		enum pattern_result result;
	} cases[] = {
		{ "https?://\\S+", "link", "see http://a/b and https://c",
		  "see link and link", PATTERN_YES },
		{ "(\\w+)@(?<host>\\w+)", "$1 at ${host}", "me@x", "me at x",
		  PATTERN_YES },
		{ "(a)|(b)", "[$1$2]", "ab", "[a][b]", PATTERN_YES },
		{ "x", "y", "none", "none", PATTERN_NO },
		{ "", "-", "ab", "-a-b-", PATTERN_YES },
		{ "a", "$9", "a", "a", PATTERN_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pattern *pattern = make(cases[i].expression);
		SCOPED_BUF struct buf out = { 0 };

		buf_add_text(&out, "before:");
		assert_int_equal(pattern_replace(pattern, cases[i].text,
						 strlen(cases[i].text),
						 cases[i].replacement, &out),
				 cases[i].result);
		assert_string_equal(out.data + 7, cases[i].want);
		pattern_free(pattern);
	}
}

/* Much longer than the text was. */
static void test_replace_grows(void **state)
{
	struct pattern *pattern = make("a");
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_add_char(&text, 'a');
	assert_int_equal(pattern_replace(pattern, text.data, text.len_bytes,
					 "0123456789", &out),
			 PATTERN_YES);
	assert_int_equal(out.len_bytes, 5000);
	assert_int_equal(strlen(out.data), 5000);
	pattern_free(pattern);
}

static void test_check_replacement(void **state)
{
	static const struct {
		const char *expression, *replacement;
		bool good;
	} cases[] = {
		{ "(a)", "$1", true },	     { "(a)", "$2", false },
		{ "(?<n>a)", "${n}", true }, { "a", "${n}", false },
		{ "a", "$", false },	     { "a", "${1", false },
		{ "a", "plain", true },	     { "a", "\xff", false },
		{ "(", "x", false },	     { "(?x)a # b", "$0", true },
		{ "\\Qa.b", "$0", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		int rc = pattern_check_replacement(cases[i].expression,
						   cases[i].replacement, &e);

		if ((rc == 0) != cases[i].good)
			fail_msg("%s -> %s: %s", cases[i].expression,
				 cases[i].replacement, e.text);
		assert_int_equal(e.usage, !cases[i].good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_bad_expression),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_grows),
		cmocka_unit_test(test_check_replacement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
