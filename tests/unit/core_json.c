/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* JSON is shown on terminals: what acts on one, or hides, is escaped. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/json.h"

static void test_printed(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "plain", "\"plain\"" },
		{ "a\"\\\n", "\"a\\\"\\\\\\n\"" },
		{ "\u00e9", "\"\u00e9\"" },
		{ "\x1b[31m", "\"\\u001B[31m\"" },
		{ "\x7f\xc2\x9b", "\"\\u007f\\u009b\"" },
		{ "\u202ex", "\"\\u202ex\"" },
		{ "\U000e0041", "\"\\udb40\\udc41\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };
		struct json *json = json_array_make();
		struct json *back;

		json_add_text(json, NULL, cases[i].text);
		json_print(json, &out);
		json_free(json);
		assert_int_equal(out.data[0], '[');
		assert_int_equal(strncmp(out.data + 1, cases[i].printed,
					 out.len_bytes - 2),
				 0);
		/* An escape is another way to write the same text. */
		back = json_parse(buf_text(&out), out.len_bytes);
		assert_non_null(back);
		json_print(back, &out);
		assert_int_equal(memcmp(out.data, out.data + out.len_bytes / 2,
					out.len_bytes / 2),
				 0);
		json_free(back);
	}
}

/* What Python writes of bytes that are no UTF-8, and others of a NUL. */
static void test_loosely(void **state)
{
	static const struct {
		const char *text, *read; /* read NULL: it is no JSON */
	} cases[] = {
		{ "{\"t\":\"a\\u0000b\"}", "a\ufffdb" },
		{ "{\"t\":\"caf\\udce9\"}", "caf\ufffd" },
		{ "{\"t\":\"\\ud83d\\ude00 \\uD83D.\"}", "\U0001f600 \ufffd." },
		{ "{\"t\":\"\\\\u0000 \\udc00\\ud800\"}",
		  "\\u0000 \ufffd\ufffd" },
		{ "{\"t\":\"one\",\"t\":\"two\"}", "two" },
		{ "{\"n\":1e400,\"t\":\"1e400\"}", "1e400" },
		{ "{\"n\":[-1e400,18446744073709551616],\"t\":\"a\"}", "a" },
		{ "{\"n\":NaN,\"i\":-Infinity,\"t\":\"NaN\"}", "NaN" },
		{ "{\"n\":1e400,\"t\":\"\\\"1e400\\\\\"}", "\"1e400\\" },
		{ "{\"t\":\"a\",\"n\":1-1}", NULL },
		{ "{\"t\":\"a\",\"n\":NaNs}", NULL },
		{ "{\"t\":\"a\",\"n\":1e400", NULL },
		{ "{\"t\":\"\\ud800", NULL },
		{ "{\"t\":\"\\ud80", NULL },
		{ "{\"t\":\"\\u0000\\", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct json *json = json_parse_loosely(cases[i].text,
						       strlen(cases[i].text));

		if (cases[i].read == NULL)
			assert_null(json);
		else
			assert_string_equal(json_get_text(json, "t"),
					    cases[i].read);
		json_free(json);
	}
}

/* The numbers beside one that nothing holds keep their values. */
static void test_numbers(void **state)
{
	static const char text[] = "{\"big\":1e400,\"level\":40,\"far\":1e300,"
				   "\"max\":9223372036854775807,\"half\":2.5}";
	struct json *json = json_parse_loosely(text, strlen(text));
	int64_t number;

	(void)state;
	assert_non_null(json_get(json, "big"));
	assert_false(json_int(json_get(json, "big"), &number));
	assert_false(json_int(json_get(json, "far"), &number));
	assert_int_equal(json_get_int(json, "level", 0), 40);
	assert_true(json_int(json_get(json, "max"), &number));
	assert_true(number == INT64_MAX);
	assert_true(json_int(json_get(json, "half"), &number));
	assert_int_equal(number, 2);
	json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_loosely),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
