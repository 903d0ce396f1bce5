/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* voice_cue.c - the cue is short, heard, soft at its edges, never clipped. */
#include "speakd/voice/cue.h"

#include "tests/unit/test.h"

static int peak_of(unsigned rate_hz, int volume_percent)
{
	static int16_t samples[192000 * CUE_MS / 1000];
	size_t count = cue_samples(rate_hz);
	int peak = 0;

	assert_true(count <= COUNT_OF(samples));
	cue_make(samples, rate_hz, volume_percent);
	assert_true(abs(samples[0]) < 300 && abs(samples[count - 1]) < 300);
	for (size_t i = 0; i < count; i++)
		if (abs(samples[i]) > peak)
			peak = abs(samples[i]);
	return peak;
}

static void test_volume(void **state)
{
	static const unsigned rates_hz[] = { 4000, 8000, 16000, 22050, 192000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rates_hz); i++) {
		int normal = peak_of(rates_hz[i], 100);

		assert_in_range(normal, 5000, 12000);
		assert_in_range(peak_of(rates_hz[i], 200), 2 * normal - 2,
				2 * normal + 2);
		assert_int_equal(peak_of(rates_hz[i], 0), 0);
		assert_int_equal(peak_of(rates_hz[i], -1), 0);
		assert_int_equal(peak_of(rates_hz[i], 999),
				 peak_of(rates_hz[i], 200));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_volume) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
