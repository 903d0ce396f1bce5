/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Who is spoken of: every way to write a nick, and what is none. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/mention.h"

/* clang-format off */
static const struct {
	const char *text, *nick;
	bool found;
} cases[] = {
	{ "listener: hi", "listener", true },
	{ "hi LISTENER", "listener", true },
	{ "listener", "Listener", true },
	{ "listener：hi", "listener", true },
	{ "ｌｉｓｔｅｎｅｒ: hi", "listener", true },
	{ "“listener” said", "listener", true },
	{ "«listener»", "listener", true },
	{ "listener… hm", "listener", true },
	{ "listener—hi", "listener", true },
	{ "listener -- hi", "listener", true },
	{ "listener-- hi", "listener", true },
	{ "thanks --listener", "listener", true },
	{ "listener\u00a0: hi", "listener", true },
	{ "listener's box", "listener", true },
	{ "listener’s box", "listener", true },
	{ "@listener hi", "listener", true },
	{ "(listener)", "listener", true },
	{ "[listener] hi", "listener", true },
	{ "{listener} hi", "listener", true },
	{ "see `listener`", "listener", true },
	{ "_listener_!", "listener", true },
	{ "listener👋", "listener", true },
	{ "list\u200bener: hi", "listener", true },
	{ "\u2068listener\u2069: hi", "listener", true },
	{ "\x02listener\x02: hi", "listener", true },
	{ "\x03" "04listener\x03: hi", "listener", true },
	{ "\x03" "4,12lis\x0ftener hi", "listener", true },
	{ "\x04" "ff0000listener", "listener", true },
	{ "listenerさん、こんにちは", "listener", true },
	{ "listener님 안녕", "listener", true },
	{ "你好小明在吗", "小明", true },
	{ "ÄRGER: x", "ärger", true },
	{ "A\u0308rger: x", "ärger", true },
	{ "[a]x: hi", "{A}x", true },
	{ "a listener, listeners, listener", "listener", true },
	{ "listeners", "listener", false },
	{ "blistener", "listener", false },
	{ "listener_: hi", "listener", false },
	{ "listener| hi", "listener", false },
	{ "listener|afk: hi", "listener", false },
	{ "listener`: hi", "listener", false },
	{ "listener^ hi", "listener", false },
	{ "[listener hi", "listener", false },
	{ "listener-x", "listener", false },
	{ "x-listener", "listener", false },
	{ "listenerß", "listener", false },
	{ "élistener", "listener", false },
	{ "слушательы", "слушатель", false },
	{ "lis tener", "listener", false },
	{ "", "listener", false },
	{ "hi", "", false },
	{ "hi \u200b", "\u200b", false },
	{ "a[listener]b", "listener", false },
};
/* clang-format on */

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (mention_found(cases[i].text, strlen(cases[i].text),
				  cases[i].nick,
				  strlen(cases[i].nick)) != cases[i].found)
			fail_msg("'%s' and '%s'", cases[i].text, cases[i].nick);
}

/* Wherever the text is cut, nothing outside is read: ASan sees it. */
static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t n = 0; n <= strlen(cases[i].text); n++) {
			char *exact = malloc(n > 0 ? n : 1);

			assert_non_null(exact);
			memcpy(exact, cases[i].text, n);
			(void)mention_found(exact, n, cases[i].nick,
					    strlen(cases[i].nick));
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
