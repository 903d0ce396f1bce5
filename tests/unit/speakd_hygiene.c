/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* The hygiene by tables: what goes, what is broken, what stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/text.h"
#include "speakd/words/hygiene.h"

/* clang-format off */
static const struct {
	const char *in, *out;
} cases[] = {
	{ "", "" },
	{ " ", "" },
	{ "hello", "hello" },
	{ "  hello   world  ", "hello world" },
	{ "a\tb\r\nc", "a b c" },
	{ "\x01" "80S fast", "80S fast" },
	{ "\x1b[31mred\x7f", "[31mred" },
	{ "a\xc2\x85" "b\u2028c\u2029d", "a b c d" },
	{ "a\u00a0b\u3000c\u2003d", "a b c d" },
	{ "in\u200bvis\u00adible\ufeff", "invisible" },
	{ "e\u200b\u0301", "\u00e9" },
	{ "\xf0\x9d\x90\x87\xf0\x9d\x90\xa2", "Hi" },
	{ "\uff28\uff45\uff4c\uff4c\uff4f", "Hello" },
	{ "caf\xe9", "caf\ufffd" },
	{ "I did. Then I went. a word", "I did. Then I went. a word" },
	{ "1. 2. 3. 4. 5. 6. 7. 8. 9. 10. 11.", "1. 2. 3. 4. 5. 6. 7. 8. 9 10. 11." },
	{ "ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd end.",
	  "ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd ab.cd ab cd end." },
	/* Those of numbers are none. */
	{ "5.10.0-28.3.4.5 and 1.2.3.4 and 5.6.7.8 e.g. e.g. e.g. e.g. e.g.",
	  "5.10.0-28.3.4.5 and 1.2.3.4 and 5.6.7.8 e.g. e.g. e.g. e.g. e g" },
	{ "U.S.A.U.S.A.U.S.A.", "U.S.A.U.S.A.U.S.A" },
	{ "e.g. e.g. e.g. e.g. e.g. e.g.", "e.g. e.g. e.g. e.g. e g e g" },
	{ "Wait... what? Well... no... so... and... more... dots... here... end...",
	  "Wait... what? Well... no... so... and... more... dots... here... end..." },
	/* Marks that are left over; vowels that are marks stay. */
	{ "a\u0336b\u0336 e\u0301 x\u030c z\u0335\u0327\u0328\u0321", "ab \u00e9 x\u030c z\u0327" },
	{ "\u0915\u093f\u0902 \u0e2a\u0e27\u0e31\u0e2a", "\u0915\u093f\u0902 \u0e2a\u0e27\u0e31\u0e2a" },
	/* Words of one script, whatever blocks of it their letters are in. */
	{ "\u0641\u0627\u0631\u0633\u06cc \u0570\u0561\u0575\u0565\u0580\u0565\u0576", "\u0641\u0627\u0631\u0633\u06cc \u0570\u0561\u0575\u0565\u0580\u0565\u0576" },
	{ "\u12a0\u121b\u122d\u129b \ufb01le \ufb02ow", "\u12a0\u121b\u122d\u129b file flow" },
	/* Letters drawn in another way. */
	{ "s\u1d0d\u1d00\u029f\u029f \U0001f137\U0001f138 \U0001f157\U0001f158 \U0001f17e\U0001f17a", "small HI HI OK" },
	{ "\u03d8\u0456", "\u03d8 \u0456" },
	{ "\u03b1\u0444b", "\u03b1 \u0444b" },
	{ "a\u0381b\u03f6", "a b" },
	{ "\u09e6 \u0661\u0669", "0 19" },
	{ "\u0544n", "\u0544 n" },
	{ "\u03fa\u03d7", "\u03fa \u03d7" },
	{ "10\u03bcs IT-\u0448\u043d\u0438\u043a", "10\u03bcs IT-\u0448\u043d\u0438\u043a" },
};
/* clang-format on */

static void assert_clean(const char *in, size_t len_bytes, const char *want)
{
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf again = { 0 };

	hygiene_clean(&out, in, len_bytes);
	if (want != NULL)
		assert_string_equal(buf_text(&out), want);
	hygiene_clean(&again, buf_text(&out), out.len_bytes);
	assert_string_equal(buf_text(&again), buf_text(&out));
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_clean(cases[i].in, strlen(cases[i].in), cases[i].out);
	assert_clean("a\0b", 3, "a b");
}

/* HYGIENE_RUN_BYTES and one less stay whole, one more is broken. */
static void test_run_limit(void **state)
{
	(void)state;
	for (size_t n = HYGIENE_RUN_BYTES - 1; n <= HYGIENE_RUN_BYTES + 1;
	     n++) {
		SCOPED_BUF struct buf in = { 0 };
		SCOPED_BUF struct buf out = { 0 };

		for (size_t i = 0; i < n; i++)
			buf_add_char(&in, 'x');
		hygiene_clean(&out, in.data, in.len_bytes);
		assert_int_equal(out.len_bytes,
				 n + (n > HYGIENE_RUN_BYTES ? 1 : 0));
		assert_int_equal(memchr(out.data, ' ', out.len_bytes) != NULL,
				 n > HYGIENE_RUN_BYTES);
	}
}

static void assert_runs(const struct buf *out)
{
	size_t run = 0;

	assert_true(text_is_utf8(buf_text(out), out->len_bytes));
	for (size_t i = 0; i < out->len_bytes; i++) {
		run = out->data[i] == ' ' ? 0 : run + 1;
		assert_true(run <= HYGIENE_RUN_BYTES);
	}
}

/* Cut at code points, and again what NFKC made longer. */
static void test_wide_runs(void **state)
{
	static const char *const pieces[] = { "\u65e5", "\ufdfa", "e\u0301",
					      "\u0e01", "\xf0\x9f\x98\x80" };

	(void)state;
	for (size_t p = 0; p < COUNT_OF(pieces); p++) {
		SCOPED_BUF struct buf in = { 0 };
		SCOPED_BUF struct buf out = { 0 };

		for (int i = 0; i < 5000; i++)
			buf_add_text(&in, pieces[p]);
		hygiene_clean(&out, in.data, in.len_bytes);
		assert_runs(&out);
		assert_true(out.len_bytes < 13 * in.len_bytes);
		assert_clean(in.data, in.len_bytes, NULL);
	}
}

/* Dots at limit - 1, limit and limit + 1. */
static void test_dot_limit(void **state)
{
	(void)state;
	for (size_t n = HYGIENE_DOTS - 1; n <= HYGIENE_DOTS + 1; n++) {
		SCOPED_BUF struct buf in = { 0 };
		SCOPED_BUF struct buf out = { 0 };
		size_t dots = 0;

		for (size_t i = 0; i < n; i++)
			buf_add_text(&in, "a.b ");
		hygiene_clean(&out, in.data, in.len_bytes);
		for (size_t i = 0; i < out.len_bytes; i++)
			dots += out.data[i] == '.';
		assert_int_equal(dots, n < HYGIENE_DOTS ? n : HYGIENE_DOTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_run_limit),
		cmocka_unit_test(test_wide_runs),
		cmocka_unit_test(test_dot_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
