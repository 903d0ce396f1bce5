/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Two threads on one list: each of it worked on once, reported in order. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/lists/share.h"

enum { MOST = 3 * SHARE_THREAD_MIN };

struct worker {
	unsigned char *worked; /* borrowed: how often each was worked on */
	int begun, ended;
};

static void begin(void *data)
{
	((struct worker *)data)->begun++;
}

static void end(void *data)
{
	((struct worker *)data)->ended++;
}

static void work(void *data, size_t first, size_t count)
{
	const struct worker *w = data;

	for (size_t i = first; i < first + count; i++)
		w->worked[i]++;
}

struct report {
	const unsigned char *worked;
	size_t next, stop_at;
};

static int done(void *data, size_t first, size_t count, struct err *e)
{
	struct report *r = data;

	assert_int_equal(first, r->next);
	for (size_t i = first; i < first + count; i++)
		assert_int_equal(r->worked[i], 1);
	r->next += count;
	return r->next >= r->stop_at ? err_set(e, EPIPE, "stop") : 0;
}

static void share_of(size_t count, size_t stop_at)
{
	unsigned char worked[MOST] = { 0 };
	struct worker mine = { .worked = worked }, aside = mine;
	struct report report = { .worked = worked, .stop_at = stop_at };
	const struct share share = { .count = count,
				     .mine = &mine,
				     .aside = &aside,
				     .begin = begin,
				     .end = end,
				     .work = work,
				     .done = done,
				     .data = &report };
	struct err e = { 0 };
	bool stops = count >= stop_at;

	assert_int_equal(share_work(&share, &e), stops ? -EPIPE : 0);
	assert_int_equal(mine.begun, 1);
	assert_int_equal(mine.ended, 1);
	assert_int_equal(aside.begun, aside.ended);
	if (count < SHARE_THREAD_MIN)
		assert_int_equal(aside.begun, 0);
	if (!stops)
		assert_int_equal(report.next, count);
	for (size_t i = 0; i < count; i++)
		assert_true(worked[i] == 1 || (stops && worked[i] == 0));
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = {
		0,
		1,
		SHARE_CHUNK - 1,
		SHARE_CHUNK,
		SHARE_CHUNK + 1,
		SHARE_THREAD_MIN - 1,
		SHARE_THREAD_MIN,
		SHARE_THREAD_MIN + 1,
		MOST - 1,
		MOST,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (int again = 0; again < 20; again++)
			share_of(sizes[i], SIZE_MAX);
}

static void test_stop(void **state)
{
	(void)state;
	for (int again = 0; again < 20; again++) {
		share_of(SHARE_CHUNK, 1);
		share_of(MOST, 1);
		share_of(MOST, MOST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
