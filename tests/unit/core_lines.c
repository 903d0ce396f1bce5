/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Lines out of bytes: every cut, the limits, what ends a line. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/buf.h"
#include "core/lines.h"

static int note(const char *line, size_t len_bytes, bool cut, void *data)
{
	assert_int_equal(line[len_bytes], '\0');
	buf_add(data, line, len_bytes);
	buf_add_text(data, cut ? "+" : "|");
	return 0;
}

static void feed(struct lines *lines, const char *bytes, size_t len_bytes,
		 struct buf *seen)
{
	char *copy = malloc(len_bytes > 0 ? len_bytes : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len_bytes);
	assert_int_equal(lines_feed(lines, copy, len_bytes, note, seen), 0);
	free(copy);
}

static void test_every_cut(void **state)
{
	static const char input[] =
		"PING :a\r\n\nspeak\rthis\n\r\na\0b\nrest\r";
	static const char want[] = "PING :a||speak\rthis||a\0b|rest|";
	size_t n = sizeof(input) - 1;

	(void)state;
	for (size_t a = 0; a <= n; a++) {
		for (size_t b = a; b <= n; b++) {
			SCOPED_BUF struct buf seen = { 0 };
			struct lines lines = { 0 };

			feed(&lines, input, a, &seen);
			feed(&lines, input + a, b - a, &seen);
			feed(&lines, input + b, n - b, &seen);
			assert_int_equal(lines_end(&lines, note, &seen), 0);
			assert_int_equal(seen.len_bytes, sizeof(want) - 1);
			assert_memory_equal(seen.data, want, sizeof(want) - 1);
			lines_fini(&lines);
		}
	}
}

/* A line of line_bytes, cut after cut_bytes, and a short one behind it. */
static void limit(size_t line_bytes, size_t cut_bytes, const char *end)
{
	SCOPED_BUF struct buf input = { 0 };
	SCOPED_BUF struct buf seen = { 0 };
	struct lines lines = { 0 };
	bool over = line_bytes > LINES_MAX_BYTES;
	size_t kept = min_size(line_bytes, LINES_MAX_BYTES);

	memset(buf_reserve(&input, line_bytes), 'x', line_bytes);
	input.len_bytes = line_bytes;
	buf_add_text(&input, end);
	buf_add_text(&input, "next\n");
	feed(&lines, input.data, cut_bytes, &seen);
	feed(&lines, input.data + cut_bytes, input.len_bytes - cut_bytes,
	     &seen);
	assert_int_equal(lines.cut, over);
	assert_int_equal(seen.len_bytes, kept + 1 + 5);
	assert_int_equal(seen.data[kept], over ? '+' : '|');
	assert_string_equal(seen.data + kept + 1, "next|");
	assert_int_equal(lines_end(&lines, note, &seen), 0);
	lines_fini(&lines);
}

static void test_limits(void **state)
{
	static const size_t sizes[] = { LINES_MAX_BYTES - 1, LINES_MAX_BYTES,
					LINES_MAX_BYTES + 1,
					3 * LINES_MAX_BYTES };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		limit(sizes[i], 0, "\n");
		limit(sizes[i], 1, "\n");
		limit(sizes[i], LINES_MAX_BYTES - 1, "\n");
		limit(sizes[i], sizes[i], "\n");
		limit(sizes[i], sizes[i] + 1, "\n");
	}
	/* The CR counts while its LF has not been seen. */
	limit(LINES_MAX_BYTES - 1, LINES_MAX_BYTES, "\r\n");
	limit(LINES_MAX_BYTES - 1, 0, "\r\n");
}

static void test_end(void **state)
{
	SCOPED_BUF struct buf seen = { 0 };
	struct lines lines = { 0 };

	(void)state;
	assert_int_equal(lines_end(&lines, note, &seen), 0);
	assert_int_equal(seen.len_bytes, 0);
	feed(&lines, "half", 4, &seen);
	assert_int_equal(seen.len_bytes, 0);
	assert_int_equal(lines_end(&lines, note, &seen), 0);
	assert_string_equal(seen.data, "half|");
	/* Forgotten, not delivered. */
	feed(&lines, "other", 5, &seen);
	lines_fini(&lines);
	feed(&lines, "new\n", 4, &seen);
	assert_string_equal(seen.data, "half|new|");
	lines_fini(&lines);
}

static int stop_at_two(const char *line, size_t len_bytes, bool cut, void *data)
{
	(void)len_bytes;
	(void)cut;
	++*(int *)data;
	return line[0] == '2' ? -EIO : 0;
}

static void test_stop(void **state)
{
	char input[] = "1\n2\n3\n";
	struct lines lines = { 0 };
	int count = 0;

	(void)state;
	assert_int_equal(lines_feed(&lines, input, 6, stop_at_two, &count),
			 -EIO);
	assert_int_equal(count, 2);
	lines_fini(&lines);
}

/* The limit cuts no character in two; bytes that are none are left alone. */
static void test_cut_at_characters(void **state)
{
	static const struct {
		const char *character;
		size_t before_bytes, kept_bytes;
	} cases[] = {
		{ "\u65e5", LINES_MAX_BYTES - 1, LINES_MAX_BYTES - 1 },
		{ "\u65e5", LINES_MAX_BYTES - 2, LINES_MAX_BYTES - 2 },
		{ "\u65e5", LINES_MAX_BYTES - 3, LINES_MAX_BYTES },
		{ "\U0001f600", LINES_MAX_BYTES - 3, LINES_MAX_BYTES - 3 },
		{ "\u00e9", LINES_MAX_BYTES - 1, LINES_MAX_BYTES - 1 },
		{ "\x80\x80", LINES_MAX_BYTES - 1, LINES_MAX_BYTES },
		{ "xyz", LINES_MAX_BYTES - 1, LINES_MAX_BYTES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf seen = { 0 };
		SCOPED_BUF struct buf line = { 0 };
		struct lines lines = { 0 };

		while (line.len_bytes < cases[i].before_bytes)
			buf_add_char(&line, 'a');
		buf_add_text(&line, cases[i].character);
		buf_add_text(&line, "more than fits\n");
		feed(&lines, line.data, line.len_bytes, &seen);
		assert_int_equal(seen.len_bytes, cases[i].kept_bytes + 1);
		lines_fini(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_at_characters),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
