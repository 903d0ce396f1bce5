/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Rules: order, defaults, conditions, effects, limits, mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "speakd/words/rules.h"

static struct span span(const char *text)
{
	return span_of(text, strlen(text));
}

static struct message message_of(const char *nick, const char *text)
{
	return (struct message){
		.kind = KIND_MESSAGE,
		.time = span("12:00"),
		.channel = span("#sync"),
		.nick = span(nick),
		.target = span(""),
		.text = span(text),
	};
}

static bool says(struct rules *first, struct rules *second, const char *nick,
		 const char *text)
{
	struct message message = message_of(nick, text);
	struct verdict verdict;

	rules_judge(first, second, &message, span("12:00 the whole line"),
		    &verdict);
	buf_fini(&verdict.text);
	return verdict.say;
}

/* clang-format off */
static const struct {
	const char *first[3], *second[2]; /* "-RE" drops, "+RE" keeps */
	const char *text;
	bool said;
} orders[] = {
	{ { 0 },              { 0 },            "a",  true },
	{ { "-a" },           { 0 },            "a",  false },
	{ { "-a" },           { 0 },            "b",  true },
	{ { "-whole line$" }, { 0 },            "b",  false },
	{ { "+a" },           { 0 },            "a",  true },
	{ { "+a" },           { 0 },            "b",  false },
	{ { "+a", "-b" },     { 0 },            "ab", true },
	{ { "+a", "-b" },     { 0 },            "b",  false },
	{ { "+a", "-b" },     { 0 },            "c",  true },
	{ { "-b", "+a" },     { 0 },            "ab", false },
	{ { "-b", "+a" },     { 0 },            "c",  false },
	{ { "+a" },           { "-b" },         "c",  false },
	{ { "+a" },           { "-a" },         "a",  true },
	{ { 0 },              { "+a" },         "b",  false },
	{ { "-x" },           { "+a" },         "b",  true },
};
/* clang-format on */

static void fill(struct rules *rules, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count && list[i] != NULL; i++) {
		struct err e;
		int rc = list[i][0] == '-'
				 ? rules_add_drop(rules, list[i] + 1, &e)
				 : rules_add_keep(rules, list[i] + 1, &e);

		assert_int_equal(rc, 0);
	}
}

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		struct rules *first = rules_new();
		struct rules *second = rules_new();

		fill(first, orders[i].first, COUNT_OF(orders[i].first));
		fill(second, orders[i].second, COUNT_OF(orders[i].second));
		if (says(first, second, "bob", orders[i].text) !=
		    orders[i].said)
			fail_msg("case %zu", i);
		rules_free(first);
		rules_free(second);
	}
}

static void test_ignore(void **state)
{
	/* clang-format off */
	static const struct {
		const char *glob, *nick;
		bool said;
	} cases[] = {
		{ "bob", "BOB", false }, { "bob", "bobby", true }, { "b*y", "bobby", false },
		{ "*", "x", false }, { "*", "", true }, { "b?b", "b\u00e9b", false },
		{ "\u00c9*", "\u00e9ve", false }, { "[a]", "a", true }, { "[a]", "[A]", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rules *rules = rules_new();
		struct err e;

		assert_int_equal(rules_add_ignore(rules, cases[i].glob, &e), 0);
		if (says(rules, NULL, cases[i].nick, "x") != cases[i].said)
			fail_msg("case %zu", i);
		rules_free(rules);
	}
}

static void test_replace(void **state)
{
	/* clang-format off */
	static const struct {
		const char *slashed, *in, *out;
	} cases[] = {
		{ "/a/b/", "banana", "bbnbnb" },
		{ "/A/b/i", "banana", "bbnbnb" },
		{ "|(\\w+)@x|$1 at|", "me@x", "me at" },
		{ "/a\\/b/c/", "a/b", "c" },
		{ "/a//", "banana", "bnn" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rules *rules = rules_new();
		struct message message = message_of("bob", cases[i].in);
		struct verdict verdict;
		struct err e;

		assert_int_equal(rules_add_replace(rules, cases[i].slashed, &e),
				 0);
		rules_judge(NULL, rules, &message, span(""), &verdict);
		assert_true(verdict.replaced);
		assert_string_equal(buf_text(&verdict.text), cases[i].out);
		buf_fini(&verdict.text);
		rules_free(rules);
	}
}

static void set(struct rules *rules, const char *name, const char *key,
		const char *value)
{
	struct err e;

	assert_int_equal(rules_set(rules, name, key, value, &e), 0);
}

static void test_section(void **state)
{
	struct rules *rules = rules_new();
	struct message message = message_of("Ubottu", "help me");
	struct verdict v;
	struct err e;

	(void)state;
	set(rules, "bots", "nick", "ubottu|ChanServ");
	set(rules, "bots", "drop", "yes");
	set(rules, "loud", "text", "help");
	set(rules, "loud", "channel", "sync");
	set(rules, "loud", "kind", "message,action");
	set(rules, "loud", "priority", "high");
	set(rules, "loud", "cue", "yes");
	set(rules, "loud", "sound", "bell");
	set(rules, "loud", "pitch", "70");
	set(rules, "loud", "run", "true");
	set(rules, "later", "line", "^12:00");
	set(rules, "later", "pitch", "20");
	set(rules, "later", "voice", "de");
	assert_int_equal(rules_check(rules, &e), 0);
	rules_judge(NULL, rules, &message, span("12:00 x"), &v);
	assert_false(v.say);
	message.nick = span("notubottu");
	rules_judge(NULL, rules, &message, span("12:00 x"), &v);
	assert_true(v.say);
	assert_int_equal(v.priority, PRIORITY_HIGH);
	assert_int_equal(v.cue, CUE_HIGHLIGHT);
	assert_string_equal(v.sound, "bell");
	assert_int_equal(v.pitch, 70);
	assert_int_equal(v.rate_wpm, PHRASE_DEFAULT);
	assert_string_equal(v.voice, "de");
	assert_string_equal(v.run, "true");
	message.kind = KIND_NOTICE;
	rules_judge(NULL, rules, &message, span("x"), &v);
	assert_int_equal(v.priority, -1);
	assert_null(v.voice);
	rules_free(rules);
}

static void test_mistakes(void **state)
{
	/* clang-format off */
	static const struct {
		const char *key, *value;
	} wrong[] = {
		{ "text", "(" }, { "nick", "[" }, { "kind", "joins" }, { "drop", "perhaps" },
		{ "pitch", "100" }, { "rate", "79" }, { "volume", "201" },
		{ "priority", "urgent" }, { "say-as", "" }, { "nope", "x" },
	};
	static const char *const slashed[] = { "", "/a", "/a/b", "/a/b/x", "aab", "/(/x/", "/a/$2/" };
	static const struct {
		const char *key, *value;
	} incomplete[] = { { "text", "a" }, { "replace", "x" } };
	/* clang-format on */
	struct rules *rules = rules_new();
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		e = (struct err){ 0 };
		if (rules_set(rules, "r", wrong[i].key, wrong[i].value, &e) ==
			    0 ||
		    !e.usage || e.text[0] == '\0')
			fail_msg("%s = %s", wrong[i].key, wrong[i].value);
	}
	for (size_t i = 0; i < COUNT_OF(slashed); i++)
		if (rules_add_replace(rules, slashed[i], &e) == 0)
			fail_msg("%s", slashed[i]);
	assert_true(rules_add_drop(rules, "(", &e) < 0);
	rules_free(rules);
	for (size_t i = 0; i < COUNT_OF(incomplete); i++) {
		rules = rules_new();
		set(rules, "r", incomplete[i].key, incomplete[i].value);
		assert_true(rules_check(rules, &e) < 0);
		rules_free(rules);
	}
}

static void test_limits(void **state)
{
	struct rules *rules = rules_new();
	struct err e;

	(void)state;
	for (int i = 0; i < RULES_MAX; i++)
		assert_int_equal(rules_add_ignore(rules, "x", &e), 0);
	assert_true(rules_add_ignore(rules, "x", &e) < 0);
	rules_free(rules);

	rules = rules_new();
	assert_int_equal(rules_add_drop(rules, "^(\\w+\\s?)*$", &e), 0);
	assert_true(says(rules, NULL, "b",
			 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
	assert_true(rules_limit_hits(rules) >= 1);
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	 cmocka_unit_test(test_ignore),
		cmocka_unit_test(test_replace),	 cmocka_unit_test(test_section),
		cmocka_unit_test(test_mistakes), cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
