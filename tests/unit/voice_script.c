/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Words of a script go to a language that is written in it, runs together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/buf.h"
#include "speakd/voice/script.h"

/* "LANGUAGE[text]", "-" for the voice's own. */
static void assert_runs(const char *voice, const char *text, const char *want)
{
	SCOPED_BUF struct buf out = { 0 };
	size_t len_bytes = strlen(text), at = 0;

	while (at < len_bytes) {
		const char *language;
		size_t n = script_run(text + at, len_bytes - at, voice,
				      &language);

		assert_in_range(n, 1, len_bytes - at);
		buf_addf(&out, "%s[%.*s]", language != NULL ? language : "-",
			 (int)n, text + at);
		at += n;
	}
	assert_string_equal(buf_text(&out), want);
}

static void test_runs(void **state)
{
	/* clang-format off */
	static const struct {
		const char *voice, *text, *want;
	} cases[] = {
		{ "en-us", "hello 12 you", "-[hello 12 you]" },
		{ "en-us+m3", "al: привет, мир! ok", "-[al: ]ru[привет, мир! ]-[ok]" },
		{ "ru", "al: привет", "-[al: привет]" },
		{ "bg", "здравей", "-[здравей]" },
		{ "en-us", "Слава Україні", "uk[Слава Україні]" },
		{ "en-us", "日本語 です 12", "ja[日本語 です 12]" },
		{ "en-us", "你好 世界", "cmn[你好 世界]" },
		{ "ja", "日本語です", "-[日本語です]" },
		{ "en-us", "한국어 ok 日", "ko[한국어 ]-[ok ]cmn[日]" },
		{ "en-us", "שלום مرحبا नमस्ते", "he[שלום ]ar[مرحبا ]hi[नमस्ते]" },
		{ "en-us", "سلام چطوری", "fa[سلام چطوری]" },
		{ "de", "10 μ und π, μs", "-[10 μ und π, μs]" },
		{ "en-us", "Ελλάδα 5", "el[Ελλάδα 5]" },
		{ "en-us", "12 + 5", "-[12 + 5]" },
		/* Letters of two scripts in a word: somebody plays tricks. */
		{ "en-us", "pаypаl аbвc", "-[pаypаl аbвc]" },
		{ "zh-yue", "你好", "-[你好]" },
		{ "averyverylongvoicename", "мир", "ru[мир]" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_runs(cases[i].voice, cases[i].text, cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_runs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
