/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Growing texts, errors as values, memory. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/buf.h"
#include "core/err.h"
#include "core/mem.h"

static void test_buf(void **state)
{
	struct buf buf = { 0 };
	char *text;

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_add(&buf, "", 0);
	assert_null(buf.data);
	for (int i = 0; i < 1000; i++)
		buf_addf(&buf, "%d,", i);
	assert_int_equal(buf.len_bytes, strlen(buf.data));
	assert_int_equal(buf.len_bytes, 10 * 2 + 90 * 3 + 900 * 4);
	buf_cut(&buf, 4);
	assert_string_equal(buf_text(&buf), "0,1,");
	buf_cut(&buf, 99);
	assert_int_equal(buf.len_bytes, 4);
	buf_add(&buf, "\0x", 2);
	assert_int_equal(buf.len_bytes, 6);
	text = buf_give(&buf);
	assert_memory_equal(text, "0,1,\0x", 7);
	free(text);
	assert_null(buf.data);
	text = buf_give(&buf);
	assert_string_equal(text, "");
	free(text);
	buf_fini(&buf);
}

static void test_code(void **state)
{
	static const struct {
		uint32_t code;
		const char *utf8;
	} codes[] = {
		{ 0x24, "$" },
		{ 0x7f, "\x7f" },
		{ 0x80, "\xc2\x80" },
		{ 0x7ff, "\xdf\xbf" },
		{ 0x800, "\xe0\xa0\x80" },
		{ 0xffff, "\xef\xbf\xbf" },
		{ 0x10000, "\xf0\x90\x80\x80" },
		{ 0x10ffff, "\xf4\x8f\xbf\xbf" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		SCOPED_BUF struct buf buf = { 0 };

		buf_add_code(&buf, codes[i].code);
		assert_string_equal(buf.data, codes[i].utf8);
	}
}

static void test_err(void **state)
{
	struct err e = { 0 };
	char text[ERR_TEXT_BYTES + 64];

	(void)state;
	errno = EINTR;
	assert_int_equal(err_set(&e, ENOENT, "open %s", "x"), -ENOENT);
	assert_int_equal(errno, EINTR);
	assert_string_equal(err_text(&e, text, sizeof(text)),
			    "open x: No such file or directory");
	assert_int_equal(err_wrap(&e, "load %d", 7), -ENOENT);
	assert_string_equal(err_text(&e, text, sizeof(text)),
			    "load 7: open x: No such file or directory");
	assert_int_equal(err_say(&e, EBUSY, "it is busy"), -EBUSY);
	assert_string_equal(err_text(&e, text, sizeof(text)), "it is busy");
	assert_false(e.usage);
	assert_int_equal(err_usage(&e, "rate: no"), -EINVAL);
	assert_true(e.usage);
	assert_string_equal(err_text(&e, text, sizeof(text)), "rate: no");
	assert_int_equal(err_set(&e, EIO, "read"), -EIO);
	assert_false(e.usage);
	assert_int_equal(err_set(NULL, EIO, "read"), -EIO);
	/* Whatever is too long is cut, never overrun. */
	assert_int_equal(err_set(&e, EIO, "%0600d", 1), -EIO);
	assert_int_equal(strlen(e.text), ERR_TEXT_BYTES - 1);
	assert_int_equal(err_wrap(&e, "%0600d", 2), -EIO);
	assert_int_equal(strlen(e.text), ERR_TEXT_BYTES - 1);
	assert_int_equal(strlen(err_text(&e, text, 10)), 9);
}

static void test_mem(void **state)
{
	unsigned char *zero = mem_new(100);
	char *text = mem_text("abc\0d", 5);
	char *formatted = mem_printf("%s-%d", "x", 7);
	char *grown;

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(zero[i], 0);
	assert_memory_equal(text, "abc\0d", 6);
	assert_string_equal(formatted, "x-7");
	assert_null(mem_copy(NULL));
	grown = mem_resize(text, 1000, 10);
	assert_memory_equal(grown, "abc\0d", 6);
	free(grown);
	free(formatted);
	free(zero);
	free(mem_new(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_err),
		cmocka_unit_test(test_mem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
