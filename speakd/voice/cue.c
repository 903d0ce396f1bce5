/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/cue.h"

enum { CUE_LOW_HZ = 880, CUE_HIGH_HZ = 1320, CUE_PEAK = 9000, CUE_EDGE_MS = 8 };

size_t cue_samples(unsigned rate_hz)
{
	return (size_t)rate_hz * CUE_MS / 1000;
}

/* How loud sample i of count is, 0..1: up and down over CUE_EDGE_MS. */
static double edge(size_t i, size_t count, unsigned rate_hz)
{
	size_t wide = (size_t)rate_hz * CUE_EDGE_MS / 1000 + 1;
	size_t near = min_size(i, count - 1 - i);

	return near >= wide ? 1.0 : (double)near / (double)wide;
}

/*
 * A parabola through a sine's zeros and peaks: no libm, and its overtones
 * (below 4 %) make the cue easier to hear, not harder.
 */
static double wave(double turns)
{
	double t = turns - (double)(long)turns;

	return t < 0.5 ? 16 * t * (0.5 - t) : -16 * (t - 0.5) * (1 - t);
}

void cue_make(int16_t *samples, unsigned rate_hz, int volume_percent)
{
	size_t count = cue_samples(rate_hz);
	double peak = CUE_PEAK * (volume_percent < 0 ? 0
				  : volume_percent > 200
					  ? 2.0
					  : volume_percent / 100.0);
	double turns = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned hz = i < count / 2 ? CUE_LOW_HZ : CUE_HIGH_HZ;

		samples[i] =
			(int16_t)(peak * edge(i, count, rate_hz) * wave(turns));
		turns += (double)hz / rate_hz;
	}
}
