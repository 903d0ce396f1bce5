/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_backlog.c - order, catching up, skipping, what is never skipped. */
#include "speakd/queue/backlog.h"

#include <string.h>

#include "core/mem.h"
#include "tests/unit/test.h"

static const struct backlog_config normal = {
	.rate_wpm = 200,
	.max_rate_wpm = 400,
	.catch_up_after_ms = 8000,
	.skip_after_ms = 60000,
};

struct skipped {
	unsigned count;
	char last[64];
};

static void on_skip(const struct phrase *phrase, void *data)
{
	struct skipped *skipped = data;

	skipped->count++;
	snprintf(skipped->last, sizeof(skipped->last), "%s", phrase->text);
}

static void push(struct backlog *backlog, const char *text,
		 enum priority priority)
{
	struct phrase *phrase = phrase_new(mem_copy(text));

	phrase->priority = priority;
	backlog_push(backlog, phrase, true);
}

/* Texts of one length, so that every one has the same estimate. */
static void push_many(struct backlog *backlog, unsigned from, unsigned count,
		      enum priority priority)
{
	for (unsigned i = 0; i < count; i++) {
		char text[64];

		snprintf(text, sizeof(text),
			 "line %06u of some words that are spoken", from + i);
		push(backlog, text, priority);
	}
}

static void expect(struct backlog *backlog, const char *text)
{
	struct phrase *phrase = backlog_pop(backlog);

	assert_non_null(phrase);
	assert_string_equal(phrase->text, text);
	phrase_free(phrase);
}

static unsigned pop_rate(struct backlog *backlog)
{
	struct phrase *phrase = backlog_pop(backlog);
	unsigned rate;

	assert_non_null(phrase);
	rate = (unsigned)phrase->manner.rate_wpm;
	phrase_free(phrase);
	return rate;
}

static void test_order(void **state)
{
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	assert_true(backlog_is_empty(&backlog));
	assert_null(backlog_pop(&backlog));
	push(&backlog, "one", PRIORITY_LOW);
	push(&backlog, "two", PRIORITY_HIGH);
	push(&backlog, "three", PRIORITY_NORMAL);
	expect(&backlog, "one");
	expect(&backlog, "two");
	expect(&backlog, "three");
	assert_true(backlog_is_empty(&backlog));
	assert_int_equal(backlog.waiting_ms, 0);
	backlog_fini(&backlog);
}

static void test_rate_rises_smoothly(void **state)
{
	struct backlog backlog;
	unsigned last = normal.rate_wpm, highest = 0;

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	push(&backlog, "short", PRIORITY_NORMAL);
	assert_int_equal(pop_rate(&backlog), normal.rate_wpm);
	backlog.config.skip_after_ms = 0;
	push_many(&backlog, 0, 60, PRIORITY_NORMAL);
	assert_true(backlog.waiting_ms > 2 * normal.catch_up_after_ms);
	while (!backlog_is_empty(&backlog)) {
		unsigned rate = pop_rate(&backlog);

		assert_in_range(rate, normal.rate_wpm, normal.max_rate_wpm);
		assert_true(rate <= last + last / 5);
		assert_true(rate + last / 5 >= last);
		highest = rate > highest ? rate : highest;
		last = rate;
	}
	assert_int_equal(highest, normal.max_rate_wpm);
	/* The last ones are under the limit again: back at the normal rate. */
	assert_int_equal(last, normal.rate_wpm);
	backlog_fini(&backlog);
}

static void test_wanted_rate_at_the_limits(void **state)
{
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	backlog.behind_ms = 7999;
	assert_int_equal(backlog_wanted_rate(&backlog), 200);
	backlog.behind_ms = 8000;
	assert_int_equal(backlog_wanted_rate(&backlog), 200);
	backlog.behind_ms = 34000;
	assert_int_equal(backlog_wanted_rate(&backlog), 300);
	backlog.behind_ms = 60000;
	assert_int_equal(backlog_wanted_rate(&backlog), 400);
	backlog.behind_ms = 600000;
	assert_int_equal(backlog_wanted_rate(&backlog), 400);
	backlog.config.catch_up_after_ms = 0;
	assert_int_equal(backlog_wanted_rate(&backlog), 200);
	backlog.behind_ms = 0;
	backlog_fini(&backlog);
}

/* A phrase with a rate of its own is sped up in the same proportion. */
static void test_own_rate(void **state)
{
	struct backlog backlog;
	struct phrase *phrase = phrase_new(mem_copy("slow"));

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	phrase->manner.rate_wpm = 100;
	backlog_push(&backlog, phrase, true);
	assert_int_equal(pop_rate(&backlog), 100);
	backlog_fini(&backlog);
}

static void test_skips_oldest_and_says_so(void **state)
{
	struct skipped skipped = { 0 };
	struct backlog backlog;
	struct phrase *phrase;
	char want[64];

	(void)state;
	backlog_init(&backlog, &normal, on_skip, &skipped);
	for (unsigned n = 1; skipped.count == 0; n++)
		push_many(&backlog, n, 1, PRIORITY_NORMAL);
	assert_true(backlog.waiting_ms <= normal.skip_after_ms / 2);
	snprintf(want, sizeof(want), "%u lines skipped", skipped.count);
	assert_int_equal(backlog.skipped, skipped.count);
	expect(&backlog, want);
	/* What follows is the line right behind the last skipped one. */
	phrase = backlog_pop(&backlog);
	assert_int_equal(strtoul(phrase->text + 5, NULL, 10),
			 strtoul(skipped.last + 5, NULL, 10) + 1);
	phrase_free(phrase);
	backlog_fini(&backlog);
}

static void test_one_line_skipped_is_singular(void **state)
{
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	backlog.unannounced = 1;
	expect(&backlog, "1 line skipped");
	backlog_fini(&backlog);
}

/* Low before normal, whatever came first. */
static void test_low_goes_first(void **state)
{
	struct skipped skipped = { 0 };
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, on_skip, &skipped);
	push_many(&backlog, 0, 5, PRIORITY_NORMAL);
	for (unsigned n = 5; skipped.count == 0; n++)
		push_many(&backlog, n, 1, PRIORITY_LOW);
	phrase_free(backlog_pop(&backlog)); /* the announcement */
	for (unsigned i = 0; i < 5; i++) {
		char want[64];

		snprintf(want, sizeof(want),
			 "line %06u of some words that are spoken", i);
		expect(&backlog, want);
	}
	backlog_fini(&backlog);
}

static void test_high_is_never_skipped(void **state)
{
	struct skipped skipped = { 0 };
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, on_skip, &skipped);
	push_many(&backlog, 0, 500, PRIORITY_HIGH);
	assert_int_equal(skipped.count, 0);
	push_many(&backlog, 500, 1, PRIORITY_NORMAL);
	assert_int_equal(skipped.count, 1);
	assert_int_equal(backlog.count, 500);
	backlog_fini(&backlog);
}

static void test_nothing_skipped_when_off(void **state)
{
	struct skipped skipped = { 0 };
	struct backlog_config config = normal;
	struct backlog backlog;

	(void)state;
	config.skip_after_ms = 0;
	backlog_init(&backlog, &config, on_skip, &skipped);
	push_many(&backlog, 0, BACKLOG_MAX_PHRASES - 1, PRIORITY_NORMAL);
	assert_false(backlog_is_full(&backlog));
	push_many(&backlog, 0, 1, PRIORITY_NORMAL);
	assert_true(backlog_is_full(&backlog));
	push_many(&backlog, 0, 1, PRIORITY_NORMAL);
	assert_int_equal(backlog.count, BACKLOG_MAX_PHRASES + 1);
	assert_int_equal(skipped.count, 0);
	backlog_fini(&backlog);
}

/* A file is not a live stream: nothing of it is skipped, or hurried. */
static void test_what_nobody_waits_for(void **state)
{
	struct skipped skipped = { 0 };
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, on_skip, &skipped);
	for (int i = 0; i < 500; i++)
		backlog_push(&backlog, phrase_new(mem_copy("a line of a file")),
			     false);
	assert_int_equal(skipped.count, 0);
	for (int i = 0; i < 500; i++)
		assert_int_equal(pop_rate(&backlog), normal.rate_wpm);
	backlog_fini(&backlog);
}

/* Also the first phrase is at most a fifth faster than the normal rate. */
static void test_first_step(void **state)
{
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	backlog.config.skip_after_ms = 0;
	push_many(&backlog, 0, 60, PRIORITY_NORMAL);
	assert_int_equal(backlog_wanted_rate(&backlog), normal.max_rate_wpm);
	assert_int_equal(pop_rate(&backlog), normal.rate_wpm * 6 / 5);
	backlog_fini(&backlog);
}

/* The sum of estimates must follow the rate, or it would wrap around. */
static void test_reconfigure(void **state)
{
	struct backlog_config config = normal;
	struct backlog backlog;

	(void)state;
	backlog_init(&backlog, &normal, NULL, NULL);
	push_many(&backlog, 0, 20, PRIORITY_NORMAL);
	config.rate_wpm = 400;
	config.max_rate_wpm = 300;
	backlog_configure(&backlog, &config);
	assert_int_equal(backlog.config.max_rate_wpm, 400);
	while (!backlog_is_empty(&backlog))
		phrase_free(backlog_pop(&backlog));
	assert_int_equal(backlog.waiting_ms, 0);
	backlog_fini(&backlog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_rate_rises_smoothly),
		cmocka_unit_test(test_wanted_rate_at_the_limits),
		cmocka_unit_test(test_own_rate),
		cmocka_unit_test(test_skips_oldest_and_says_so),
		cmocka_unit_test(test_one_line_skipped_is_singular),
		cmocka_unit_test(test_low_goes_first),
		cmocka_unit_test(test_high_is_never_skipped),
		cmocka_unit_test(test_nothing_skipped_when_off),
		cmocka_unit_test(test_what_nobody_waits_for),
		cmocka_unit_test(test_first_step),
		cmocka_unit_test(test_reconfigure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
