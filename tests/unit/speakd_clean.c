/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Each rule on words: in, out with it, out without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "speakd/words/clean.h"
#include "speakd/words/wording.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define X20   "xxxxxxxxxxxxxxxxxxxx"
#define X40   X20 X20

/* clang-format off */
static const struct {
	unsigned rule;
	const char *in, *on, *off; /* off NULL: as in */
} cases[] = {
	{ WORDING_URLS, "see https://github.com/a/b?c=d#e now", "see link to github.com now", NULL },
	{ WORDING_URLS, "(http://www.a.org/x_(y)).", "(link to a.org).", NULL },
	{ WORDING_URLS, "http://me:pw@host.net:8080/x,", "link to host.net,", NULL },
	{ WORDING_URLS, "http://a.b@c.d/", "link to c.d", NULL },
	{ WORDING_URLS, "<ftp://x.y/z>", "<link to x.y>", NULL },
	{ WORDING_URLS, "HTTP://A.B/c", "link to A.B", NULL },
	{ WORDING_URLS, "git://g.h/i ssh://j.k irc://l.m/n ircs://o.p", "link to g.h link to j.k link to l.m link to o.p", NULL },
	{ WORDING_URLS, "www.example.com/x!", "link to example.com!", NULL },
	{ WORDING_URLS, "http://a.b,http://c.d", "link to a.b,link to c.d", NULL },
	{ WORDING_URLS, "http://web.archive.org/x/http://c.d", "link to web.archive.org", NULL },
	{ WORDING_URLS, "http://m\u00fcller.de/x", "link to m\u00fcller.de", NULL },
	{ WORDING_URLS, "http://[::1]:80/", "link to ::1", NULL },
	{ WORDING_URLS, "http:// 10.0.0.1 me@a.b mailto:me@a.b awww.x", "http:// 10.0.0.1 me@a.b mailto:me@a.b awww.x", NULL },
	{ WORDING_HASHES, "fix in 3f9a1b2c4d5e", "fix in hash 3 f 9 a", NULL },
	{ WORDING_HASHES, "3f9a1b2c4d5", "3f9a1b2c4d5", NULL },
	{ WORDING_HASHES, "sha256:" HEX32 ".", "sha256: hash 0 1 2 3.", NULL },
	{ WORDING_HASHES, "123e4567-e89b-12d3-a456-426614174000", "hash 1 2 3 e", NULL },
	{ WORDING_HASHES, "0x7fff12345678", "hash 7 f f f", NULL },
	{ WORDING_HASHES, "123456789012 defacedfaced", "123456789012 defacedfaced", NULL },
	{ WORDING_HASHES, "12345678901234567890123456789012", "hash 1 2 3 4", NULL },
	{ WORDING_SYMBOLS, "======", "6 equals", NULL },
	{ WORDING_SYMBOLS, "===", "===", NULL },
	{ WORDING_SYMBOLS, "a----b", "a 4 dashes b", NULL },
	{ WORDING_SYMBOLS, "no!!! really???", "no! really?", NULL },
	{ WORDING_SYMBOLS, ".... hmm.....", "dots hmm...", NULL },
	{ WORDING_SYMBOLS, "-=-=-=", "6 symbols", NULL },
	{ WORDING_SYMBOLS, "-=-=-", "-=-=-", NULL },
	{ WORDING_WORDS, X40, X40, NULL },
	{ WORDING_WORDS, X40 "y", X20 "\u2026 long word", NULL },
	{ WORDING_WORDS, "\u65e5\u672c\u8a9e" X40, "\u65e5\u672c\u8a9e" X40, NULL },
	{ WORDING_EMOJI, "hi \U0001f600", "hi grinning face", NULL },
	{ WORDING_EMOJI, "\U0001f389\U0001f389 \U0001f389!", "party popper, 3 times!", NULL },
	{ WORDING_EMOJI, "a\U0001f44d\U0001f3fdb", "a thumbs up b", NULL },
	{ WORDING_EMOJI, "\U0001f1e9\U0001f1ea", "flag D E", NULL },
	{ WORDING_EMOJI, "\U0001f469\u200d\U0001f4bb", "woman with laptop", "\U0001f469\U0001f4bb" },
	{ WORDING_EMOJI, "\U0001f468\u200d\U0001f469\u200d\U0001f467", "family", "\U0001f468\U0001f469\U0001f467" },
	{ WORDING_EMOJI, "\U0001f937\u200d\u2642\ufe0f", "shrug", "\U0001f937\u2642" },
	{ WORDING_EMOJI, "1\ufe0f\u20e3", "key 1", "1\u20e3" },
	{ WORDING_EMOJI, "\U0001fac8", "emoji", NULL },
	{ WORDING_EMOJI, "ok :) :( ;) :D :P a:)", "ok smile sad wink grin tongue a:)", NULL },
	{ 0, "\x02" "bold\x02 \x03" "04,01red\x0f\ttab\x01", "bold red tab ", "bold red tab " },
	{ 0, "in\u200bvisible", "invisible", "invisible" },
};
/* clang-format on */

static void assert_text(const char *in, unsigned rules, const char *want)
{
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf scratch = { 0 };

	clean_text(&out, &scratch, rules, in, strlen(in));
	assert_string_equal(buf_text(&out), want);
}

static void test_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_text(cases[i].in, cases[i].rule, cases[i].on);
}

static void test_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_text(cases[i].in, 0,
			    cases[i].off != NULL ? cases[i].off : cases[i].in);
}

/* A rule does not spoil another's word. */
static void test_together(void **state)
{
	(void)state;
	assert_text("(http://a.b/" X40 X40 ")!!! :)", WORDING_ALL,
		    "(link to a.b)! smile");
	assert_text("======" X40 "y", WORDING_ALL, "6 equals " X40 "y");
}

static void test_silent(void **state)
{
	/* clang-format off */
	static const struct {
		const char *in, *name; /* NULL: it can be heard */
	} silent[] = {
		{ "?", "question mark" }, { "...", "dots" }, { "!", "exclamation mark" },
		{ "?!", "question mark exclamation mark" }, { "\u2026", "symbol" },
		{ "()()()", "6 symbols" }, { "\u2014", "dash" },
		{ "a?", NULL }, { "?a", NULL }, { "\u00e9", NULL }, { "", NULL },
		{ "\u65e5", NULL }, { " ", NULL },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(silent); i++) {
		SCOPED_BUF struct buf out = { 0 };
		bool is = clean_name_silent(&out, silent[i].in,
					    strlen(silent[i].in));

		assert_int_equal(is, silent[i].name != NULL);
		if (is)
			assert_string_equal(buf_text(&out), silent[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_on),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
