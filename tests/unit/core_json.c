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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_loosely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
