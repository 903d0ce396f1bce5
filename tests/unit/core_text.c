/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Text from strangers, by tables. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/text.h"

typedef void text_fn(struct buf *out, const char *text, size_t len_bytes);

struct pair {
	const char *in, *out;
};

static void all(text_fn *fn, const struct pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		SCOPED_BUF struct buf out = { 0 };

		fn(&out, pairs[i].in, strlen(pairs[i].in));
		assert_string_equal(buf_text(&out), pairs[i].out);
	}
}

static void test_repair(void **state)
{
	static const struct pair pairs[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "d\xc3\xa9j\xc3\xa0", "d\xc3\xa9j\xc3\xa0" },
		{ "caf\xe9 na\xefve", "caf\xc3\xa9 na\xc3\xafve" },
		{ "\x80 \x93q\x94", "\xe2\x82\xac \xe2\x80\x9cq\xe2\x80\x9d" },
		{ "\x81", "\xef\xbf\xbd" },
		{ "\xc3", "\xc3\x83" }, /* cut sequence */
		{ "\xc0\xaf", "\xc3\x80\xc2\xaf" }, /* overlong */
		{ "\xed\xa0\x80",
		  "\xc3\xad\xc2\xa0\xe2\x82\xac" }, /* surrogate */
		{ "\xf4\x90\x80\x80", "\xc3\xb4\xef\xbf\xbd\xe2\x82\xac"
				      "\xe2\x82\xac" }, /* U+110000 */
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	all(text_repair, pairs, COUNT_OF(pairs));
	text_repair(&out, "a\0b", 3);
	assert_string_equal(out.data, "a\xef\xbf\xbd"
				      "b");
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		assert_true(text_is_utf8(pairs[i].out, strlen(pairs[i].out)));
}

/* UTF-8 read as Windows-1252, encoded again; what only looks like it. */
static void test_undo_twice(void **state)
{
	static const struct {
		const char *in, *out; /* out NULL: there is none */
	} cases[] = {
		{ "caf\u00c3\u00a9", "caf\u00e9" },
		{ "it\u00e2\u20ac\u2122s \u00c3\u00a0", "it\u2019s \u00e0" },
		{ "\u00f0\u0178\u02dc\u20ac", "\U0001f600" },
		{ "\u00c2\u00b0", "\u00b0" },
		{ "caf\u00e9 S\u00c3O \u00e2 \u00c2", NULL },
		{ "\u00e2\u20ac", NULL },
		{ "\u00e9\u00a9\u00a9 a\xc3", NULL },
		{ "plain", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };
		bool found;

		buf_add_text(&out, "+");
		found = text_undo_twice(&out, cases[i].in, strlen(cases[i].in));
		assert_int_equal(found, cases[i].out != NULL);
		assert_string_equal(buf_text(&out) + 1,
				    found ? cases[i].out : "");
	}
}

static void test_cut(void **state)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10 };

	(void)state;
	for (size_t max = 0; max <= 10; max++)
		assert_int_equal(text_cut(text, 10, max), want[max]);
	assert_int_equal(text_cut(text, 10, 99), 10);
	assert_int_equal(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
	assert_int_equal(text_cut("", 0, 0), 0);
}

static void test_escape(void **state)
{
	static const struct pair pairs[] = {
		{ "a\tb\nc", "a\\tb\\nc" },
		{ "\x1b[31m\x7f", "\\x1b[31m\\x7f" },
		{ "\xc2\x9b", "\\x9b" },
		{ "\xe2\x80\xa8", "\\u2028" },
		{ "\xff\\", "\\xff\\" },
		{ "\xc3\xa9", "\xc3\xa9" },
		/* The writing direction turned, and a filler that is no space.
		 */
		{ "a\u202eb", "a\\u202eb" },
		{ "a\u2066b\u200f", "a\\u2066b\\u200f" },
		{ "a\u3164b", "a\\u3164b" },
		/* Nothing to be seen, in Latin; spelling, in Persian. */
		{ "a\u200bb\u200dc\ufeff", "a\\u200bb\\u200dc\\ufeff" },
		{ "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e" },
		/* A tag, a family, a heart, a keycap. */
		{ "a\U000e0041", "a\\U000e0041" },
		{ "\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469" },
		{ "\u2764\ufe0f1\ufe0f\u20e3", "\u2764\ufe0f1\ufe0f\u20e3" },
		{ "a\ufe0f", "a\\ufe0f" },
		/* TEXT_MARKS_MAX and one more. */
		{ "e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301" },
		{ "e\u0301\u0301\u0301\u0301\u0301",
		  "e\u0301\u0301\u0301\u0301\\u0301" },
	};

	(void)state;
	all(text_escape, pairs, COUNT_OF(pairs));
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		if (text_is_utf8(pairs[i].in, strlen(pairs[i].in)))
			assert_int_equal(text_has_hidden(pairs[i].in,
							 strlen(pairs[i].in)),
					 strcmp(pairs[i].in, pairs[i].out) !=
						 0);
}

static void test_show(void **state)
{
	static const struct pair pairs[] = {
		{ "a\tb\nc\r", "a\tb\nc\\x0d" },
		{ "\x1b]0;x\a\n", "\\x1b]0;x\\x07\n" },
		{ "\u202e\n", "\\u202e\n" },
	};

	(void)state;
	all(text_show, pairs, COUNT_OF(pairs));
}

static void test_forms(void **state)
{
	static const struct pair nfkc[] = {
		{ "abc", "abc" },
		{ "\xf0\x9d\x90\x80", "A" }, /* mathematical bold */
		{ "\xef\xbc\xa1", "A" }, /* full width */
		{ "e\xcc\x81", "\xc3\xa9" },
		{ "\xef\xac\x81", "fi" },
	};
	static const struct pair nfc[] = {
		{ "e\xcc\x81", "\xc3\xa9" },
		{ "\xef\xac\x81", "\xef\xac\x81" },
	};
	static const struct pair fold[] = {
		{ "ALICE", "alice" },
		{ "\xc3\x89", "\xc3\xa9" },
		{ "Stra\xc3\x9f"
		  "e",
		  "strasse" },
	};

	(void)state;
	all(text_nfkc, nfkc, COUNT_OF(nfkc));
	all(text_nfc, nfc, COUNT_OF(nfc));
	all(text_fold, fold, COUNT_OF(fold));
}

static void test_strip_mirc(void **state)
{
	static const struct pair pairs[] = {
		{ "\x02"
		  "bold\x02 and \x03"
		  "04,01red\x03 and \x1funder\x1f \x1ditalic\x0f end",
		  "bold and red and under italic end" },
		{ "\x03"
		  "4,text",
		  ",text" },
		{ "\x03"
		  "123",
		  "3" },
		{ "\x03"
		  "1,234",
		  "4" },
		{ "\x03", "" },
		{ "\x04"
		  "ff0000,00ff00x",
		  "x" },
		{ "\x04"
		  "ff00x",
		  "ff00x" },
		{ "\x11\x16\x1e"
		  "a",
		  "a" },
		{ "\x01", "\x01" },
	};

	(void)state;
	all(text_strip_mirc, pairs, COUNT_OF(pairs));
}

static void test_small(void **state)
{
	size_t pos = 0;

	(void)state;
	assert_true(text_is_plain("a b~", 4));
	assert_false(text_is_plain("a\x7f", 2));
	assert_false(text_is_plain("\xc3\xa9", 2));
	assert_int_equal(text_next("\xc3\xa9", 2, &pos), 0xe9);
	assert_int_equal(pos, 2);
	assert_int_equal(text_next("\xc3\xa9", 2, &pos), -1);
	assert_int_equal(pos, 2);
	pos = 0;
	assert_int_equal(text_next("\xff", 1, &pos), -1);
	assert_int_equal(pos, 1);
	assert_int_equal(text_width("a\xe6\x97\xa5\xcc\x81", 6), 3);
	assert_true(text_is_common("\u00e9 \u2019 \u20ac \u0159", 11));
	assert_false(text_is_common("\u00a0", 2));
	assert_false(text_is_common("\xc3", 1));
	assert_false(text_is_common("\xe2\x80", 2));
	assert_true(text_is_invisible(0x200b));
	assert_true(text_is_invisible(0xe01ef));
	assert_false(text_is_invisible('a'));
	assert_false(text_is_invisible(0x2010));
}

/* Whatever is common is what all of these leave alone, beside anything. */
static void test_common(void **state)
{
	size_t found = 0;

	(void)state;
	for (uint32_t code = 0; code < 0x20000; code++) {
		SCOPED_BUF struct buf in = { 0 };
		SCOPED_BUF struct buf all = { 0 };

		if (code >= 0xd800 && code < 0xe000)
			continue;
		buf_add_text(&in, "e");
		buf_add_code(&in, code);
		buf_add_text(&in, "n");
		if (!text_is_common(buf_text(&in), in.len_bytes))
			continue;
		found += code >= 0x80;
		text_repair(&all, in.data, in.len_bytes);
		text_nfkc(&all, in.data, in.len_bytes);
		text_escape(&all, in.data, in.len_bytes);
		for (size_t i = 0; i < 3; i++)
			if (all.len_bytes != 3 * in.len_bytes ||
			    memcmp(all.data + i * in.len_bytes, in.data,
				   in.len_bytes) != 0)
				fail_msg("U+%04X changes", code);
	}
	assert_true(found > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_undo_twice),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_strip_mirc),
		cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
