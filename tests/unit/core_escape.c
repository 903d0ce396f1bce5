/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* What a terminal would show of a line, however a program drew it. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/escape.h"
#include "core/lines.h"

/* clang-format off */
static const struct {
	const char *line, *shown;
} cases[] = {
	{ "\033[1m\033[32mOK\033[0m build", "OK build" },
	{ "\033[38;2;1;2;3mrgb\033[m", "rgb" },
	{ "\033[38:5:4mcolon", "colon" },
	{ "\033]0;title\007text", "text" },
	{ "\033]8;;http://a.b\033\\link\033]8;;\033\\ on", "link on" },
	{ "\033Pq#0;2;0\033\\sixel", "sixel" },
	{ "\033_Ga=T\033\\kitty", "kitty" },
	{ "\033(Bascii\033)0", "ascii" },
	{ "\0337saved\0338", "saved" },
	{ "10%\033[1G20%\033[G30%", "30%" },
	{ "working\033[2Kdone", "done" },
	{ "work\033[Kdone", "workdone" },
	{ "1%\r50%\r100%\r", "100%" },
	{ "text\r\r", "text" },
	{ "H\bHe\bel\bl", "Hel" },
	{ "_\bunder", "under" },
	{ "\xc3\xa4\b\xc3\xa4h", "\xc3\xa4h" },
	{ "\b\bx", "x" },
	{ "cut\033", "cut" },
	{ "cut\033[", "cut" },
	{ "cut\033[31", "cut" },
	{ "cut\033]0;ti", "cut" },
	{ "not [31m one", "not [31m one" },
};
/* clang-format on */

static void test_strip(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };

		buf_add_text(&out, "=");
		escape_strip(&out, cases[i].line, strlen(cases[i].line));
		assert_string_equal(buf_text(&out) + 1, cases[i].shown);
	}
}

static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t n = 0; n <= strlen(cases[i].line); n++) {
			SCOPED_BUF struct buf out = { 0 };
			char *exact = malloc(n > 0 ? n : 1);

			assert_non_null(exact);
			memcpy(exact, cases[i].line, n);
			escape_strip(&out, exact, n);
			assert_null(
				memchr(buf_text(&out), '\033', out.len_bytes));
			free(exact);
		}
	}
}

/* ---- lines that are written over ---------------------------------------- */

static int collect(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct buf *out = data;

	buf_add(out, line, len_bytes);
	buf_add_text(out, cut ? "!|" : "|");
	return 0;
}

/* Wherever the bytes are cut between two reads. */
static void test_overwrite(void **state)
{
	static const char bytes[] = "1%\r50%\r100%\nplain\r\nx\r\r\nlong\r\rs\n"
				    "\r\n\rend";

	(void)state;
	for (size_t n = 0; n < sizeof(bytes); n++) {
		struct lines lines = { .overwrites = true };
		SCOPED_BUF struct buf out = { 0 };
		char first[sizeof(bytes)] = "", second[sizeof(bytes)] = "";

		memcpy(first, bytes, n);
		memcpy(second, bytes + n, sizeof(bytes) - 1 - n);
		assert_int_equal(lines_feed(&lines, first, n, collect, &out),
				 0);
		assert_int_equal(lines_feed(&lines, second,
					    sizeof(bytes) - 1 - n, collect,
					    &out),
				 0);
		assert_int_equal(lines_end(&lines, collect, &out), 0);
		/* One return too many is what escape_strip() takes away. */
		assert_string_equal(out.data, "100%|plain|x\r|s||end|");
		lines_fini(&lines);
	}
}

/* A progress bar longer than any line is not a line that was cut. */
static void test_overwrite_long(void **state)
{
	struct lines lines = { .overwrites = true };
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char report[] = "downloading, some percent of it\r";

		assert_int_equal(lines_feed(&lines, report, strlen(report),
					    collect, &out),
				 0);
	}
	assert_int_equal(
		lines_feed(&lines, (char[]){ "done\n" }, 5, collect, &out), 0);
	assert_string_equal(out.data, "done|");
	assert_int_equal(lines.cut, 0);
	lines_fini(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strip),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_overwrite),
		cmocka_unit_test(test_overwrite_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
