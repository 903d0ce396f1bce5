/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* What the first bytes of a stream say, and UTF-16 cut anywhere. */
#include <string.h>

#include "tests/unit/test.h"

#include "speakd/input/decode.h"

#define BYTES(text) text, sizeof(text) - 1

/* clang-format off */
static const struct {
	const char *bytes;
	size_t len_bytes;
	bool whole;
	enum decode_kind kind;
} cases[] = {
	{ BYTES("hello\n"), true, DECODE_TEXT },
	{ BYTES(""), true, DECODE_TEXT },
	{ BYTES("\xef\xbb\xbfhello\n"), true, DECODE_TEXT },
	{ BYTES("\xff\xfeh\0i\0"), true, DECODE_UTF16_LE },
	{ BYTES("\xfe\xff\0h\0i"), true, DECODE_UTF16_BE },
	{ BYTES("h\0e\0l\0l\0o\0\n\0"), true, DECODE_UTF16_LE },
	{ BYTES("\0h\0e\0l\0l\0o\0\n"), true, DECODE_UTF16_BE },
	{ BYTES("\x1f\x8b\x08\0\0"), true, DECODE_PACKED },
	{ BYTES("BZh91AY&SY"), true, DECODE_PACKED },
	{ BYTES("BZhello there\n"), true, DECODE_TEXT },
	{ BYTES("\xfd" "7zXZ\0\0"), true, DECODE_PACKED },
	{ BYTES("\x28\xb5\x2f\xfd\0"), true, DECODE_PACKED },
	{ BYTES("\x7f" "ELF\2\1\1\0"), true, DECODE_BINARY },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x8\6\0\0\0\0\0\0"), true, DECODE_BINARY },
	{ BYTES("{\n \"name\": \"x\",\n \"messages\": [\n"), true, DECODE_EXPORT },
	{ BYTES("{\n \"name\": \"x\",\n \"messages\": [\n"), false, DECODE_TEXT },
	{ BYTES("{\"messages\": [{\"a\": 1}]}\n{\"b\": 2}\n"), true, DECODE_TEXT },
	{ BYTES("one\rtwo\rthree\rfour\r"), true, DECODE_MAC },
	{ BYTES("one\rtwo\rthree\rfour\r"), false, DECODE_TEXT },
	{ BYTES("1%\r2%\r3%\r4%\r5%\n"), true, DECODE_TEXT },
	{ BYTES("a stray \0 in a line of text is not binary yet\n"), true, DECODE_TEXT },
	{ BYTES("\x02" "bold\x02 \x03" "04red\x0f \x1ditalic\x1d \x1funder\x1f \x16rev\x16\n"), true, DECODE_TEXT },
	{ BYTES("caf\xe9 and more text, of an old code page, is text\n"), true, DECODE_TEXT },
};
/* clang-format on */

static void test_sniff(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (decode_sniff(cases[i].bytes, cases[i].len_bytes,
				 cases[i].whole) != cases[i].kind)
			fail_msg("%zu: '%s' is %d", i, cases[i].bytes,
				 (int)decode_sniff(cases[i].bytes,
						   cases[i].len_bytes,
						   cases[i].whole));
}

static void test_utf16(void **state)
{
	/* A mark, "aé€", U+1F44B, a lone surrogate, "z". */
	static const char le[] = "\xff\xfe"
				 "a\0\xe9\0\xac\x20\x3d\xd8\x4b\xdc"
				 "\x3d\xd8z\0";
	static const char want[] = "a\u00e9\u20ac\U0001f44b\ufffdz";

	(void)state;
	for (size_t n = 0; n < sizeof(le); n++) {
		struct decode decode = { .kind = DECODE_UTF16_LE };
		SCOPED_BUF struct buf out = { 0 };

		decode_add(&decode, le, n, &out);
		decode_add(&decode, le + n, sizeof(le) - 1 - n, &out);
		assert_string_equal(buf_text(&out), want);
	}
}

/* Two arrays of messages, with anything around, cut anywhere. */
static void test_export(void **state)
{
	static const char bytes[] =
		"{\n\"x\": \"\\\"messages\\\": [\", \"messages\" : [\n"
		"{ \"t\":\n \"a]}\" }, {\"u\":[{}]}], \"y\": [1], \"z\":\n"
		"{\"messages\":[{\"v\":2}]}}\n";
	static const char want[] =
		"{ \"t\": \"a]}\" }\n{\"u\":[{}]}\n{\"v\":2}\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof(bytes); cut++) {
		struct decode decode = { .kind = DECODE_EXPORT };
		SCOPED_BUF struct buf out = { 0 };

		decode_add(&decode, bytes, cut, &out);
		decode_add(&decode, bytes + cut, sizeof(bytes) - 1 - cut, &out);
		assert_string_equal(buf_text(&out), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sniff),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_export),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
