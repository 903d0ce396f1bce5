/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* voice_resample.c - a tone stays a tone, of its length and loudness. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "speakd/voice/resample.h"

enum { ROOM = 100000 };

static int16_t out[ROOM];
static size_t out_count;

static int keep(void *data, const int16_t *samples, size_t count)
{
	(void)data;
	assert_true(out_count + count <= ROOM);
	memcpy(out + out_count, samples, count * sizeof(*samples));
	out_count += count;
	return 0;
}

/* How often it crosses zero upwards. */
static unsigned crossings(void)
{
	unsigned n = 0;

	for (size_t i = 1; i < out_count; i++)
		n += out[i - 1] < 0 && out[i] >= 0;
	return n;
}

static int peak(size_t from, size_t to)
{
	int most = 0;

	for (size_t i = from; i < to; i++)
		most = abs(out[i]) > most ? abs(out[i]) : most;
	return most;
}

static void tone(unsigned from_hz, unsigned to_hz, unsigned hz, size_t piece)
{
	static struct resample resample;
	static int16_t in[ROOM];

	for (unsigned i = 0; i < from_hz; i++)
		in[i] = (int16_t)lround(16000 *
					sin(2 * 3.14159265 * hz * i / from_hz));
	out_count = 0;
	resample_init(&resample, from_hz, to_hz, keep, NULL);
	for (size_t at = 0; at < from_hz; at += piece)
		assert_int_equal(resample_feed(&resample, in + at,
					       min_size(piece, from_hz - at)),
				 0);
	assert_int_equal(resample_end(&resample), 0);
}

static void test_tones(void **state)
{
	static const struct {
		unsigned from_hz, to_hz;
	} rates[] = { { 16000, 22050 },
		      { 44100, 22050 },
		      { 8000, 48000 },
		      { 24000, 22050 },
		      { 48000, 8000 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rates); i++) {
		unsigned to_hz = rates[i].to_hz;
		unsigned reach = 16 + RESAMPLE_TAPS * to_hz / rates[i].from_hz;

		tone(rates[i].from_hz, to_hz, 1000, 7);
		/* A second of it, but for what the taps reach over. */
		assert_true(out_count + reach > to_hz);
		assert_true(out_count < to_hz + reach);
		assert_in_range(crossings(), 998, 1001);
		assert_in_range(peak(to_hz / 4, to_hz / 2), 15000, 16500);
	}
}

/* What the new rate cannot hold is left out, not heard as something else. */
static void test_above_the_band(void **state)
{
	(void)state;
	tone(44100, 8000, 15000, 1000);
	assert_true(peak(1000, 7000) < 1000);
}

static int cancel(void *data, const int16_t *samples, size_t count)
{
	(void)data;
	(void)samples;
	(void)count;
	return -ECANCELED;
}

static void test_stop(void **state)
{
	static struct resample resample;
	static const int16_t in[5000];

	(void)state;
	resample_init(&resample, 16000, 22050, cancel, NULL);
	assert_int_equal(resample_feed(&resample, in, 5000), -ECANCELED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tones),
		cmocka_unit_test(test_above_the_band),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
