/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* voice_trim.c - silence off both ends, whatever the chunks. */
#include "speakd/voice/trim.h"

#include <string.h>

#include "tests/unit/test.h"

enum { RATE_HZ = 1000 }; /* one sample a millisecond */

struct heard {
	int16_t samples[4096];
	size_t count;
};

static int on_samples(void *data, const int16_t *samples, size_t count)
{
	struct heard *heard = data;

	assert_true(heard->count + count <= COUNT_OF(heard->samples));
	memcpy(heard->samples + heard->count, samples,
	       count * sizeof(*samples));
	heard->count += count;
	return 0;
}

/* lead, loud, pause, loud, tail in ms; what is left of it. */
static const struct {
	size_t lead, first, pause, second, tail, want;
} cases[] = {
	{ 0, 100, 0, 0, 0, 100 },
	{ 111, 100, 0, 0, 0, 100 },
	{ TRIM_LEAD_MS - 1, 10, 0, 0, 0, 10 },
	{ TRIM_LEAD_MS, 10, 0, 0, 0, 10 },
	{ TRIM_LEAD_MS + 1, 10, 0, 0, 0, 11 },
	{ 0, 10, 200, 10, 0, 220 }, /* a pause inside stays */
	{ 0, 10, 900, 10, 0, 920 }, /* however long */
	{ 0, 10, 0, 0, TRIM_GAP_MS - 1, 10 + TRIM_GAP_MS - 1 },
	{ 0, 10, 0, 0, TRIM_GAP_MS, 10 + TRIM_GAP_MS },
	{ 0, 10, 0, 0, TRIM_GAP_MS + 1, 10 + TRIM_GAP_MS },
	{ 0, 10, 0, 0, TRIM_TAIL_MS, 10 + TRIM_GAP_MS },
	{ 80, 0, 0, 0, 0, 0 }, /* "?": nothing but silence */
};

static size_t fill(int16_t *samples, size_t at, size_t count, int16_t value)
{
	for (size_t i = 0; i < count; i++)
		samples[at + i] = value;
	return at + count;
}

static void feed_in_chunks(const int16_t *samples, size_t count, size_t chunk,
			   struct heard *heard)
{
	struct trim trim;

	heard->count = 0;
	trim_init(&trim, RATE_HZ, 100, on_samples, heard);
	for (size_t at = 0; at < count; at += chunk)
		assert_int_equal(trim_feed(&trim, samples + at,
					   min_size(chunk, count - at)),
				 0);
	assert_int_equal(trim_end(&trim), 0);
	trim_fini(&trim);
}

static void test_every_chunk(void **state)
{
	static struct heard heard;
	int16_t samples[2048];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t n = fill(samples, 0, cases[i].lead, 3);

		n = fill(samples, n, cases[i].first, 9000);
		n = fill(samples, n, cases[i].pause, -3);
		n = fill(samples, n, cases[i].second, -9000);
		n = fill(samples, n, cases[i].tail, 0);
		for (size_t chunk = 1; chunk <= n; chunk++) {
			feed_in_chunks(samples, n, chunk, &heard);
			assert_int_equal(heard.count, cases[i].want);
		}
	}
}

static int refuse(void *data, const int16_t *samples, size_t count)
{
	(void)data;
	(void)samples;
	(void)count;
	return -ECANCELED;
}

static void test_stop_is_passed_on(void **state)
{
	const int16_t loud[] = { 9000, 9000 };
	struct trim trim;

	(void)state;
	trim_init(&trim, RATE_HZ, 100, refuse, NULL);
	assert_int_equal(trim_feed(&trim, loud, 2), -ECANCELED);
	trim_fini(&trim);
}

/* What is quiet at the normal volume is the beginning of a word at 5 %. */
static void test_soft_speech(void **state)
{
	static const int16_t soft[4] = { 0, 0, 20, 20 };
	struct trim trim;
	struct heard heard = { 0 };

	(void)state;
	for (int volume = 5; volume <= 100; volume += 95) {
		heard = (struct heard){ 0 };
		trim_init(&trim, RATE_HZ, volume, on_samples, &heard);
		assert_int_equal(trim_feed(&trim, soft, 4), 0);
		assert_int_equal(heard.count, volume == 5 ? 2 : 0);
		trim_fini(&trim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_chunk),
		cmocka_unit_test(test_stop_is_passed_on),
		cmocka_unit_test(test_soft_speech),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
