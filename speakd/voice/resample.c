/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/resample.h"

#include <math.h>
#include <string.h>

static double sinc(double x)
{
	return fabs(x) < 1e-9 ? 1 : sin(M_PI * x) / (M_PI * x);
}

/* Hann: 1 in the middle, 0 at half the taps to either side. */
static double window(double x)
{
	return fabs(x) < RESAMPLE_TAPS / 2.0
		       ? 0.5 + 0.5 * cos(2 * M_PI * x / RESAMPLE_TAPS)
		       : 0;
}

/* One row of taps for each place between two samples; each sums to one. */
static void make_taps(struct resample *resample, double band)
{
	for (int phase = 0; phase <= RESAMPLE_PHASES; phase++) {
		double sum = 0;

		for (int i = 0; i < RESAMPLE_TAPS; i++) {
			double x = i - (RESAMPLE_TAPS / 2.0 - 1) -
				   (double)phase / RESAMPLE_PHASES;
			double tap = band * sinc(band * x) * window(x);

			resample->taps[phase][i] = (float)tap;
			sum += tap;
		}
		for (int i = 0; i < RESAMPLE_TAPS; i++)
			resample->taps[phase][i] /= (float)sum;
	}
}

void resample_init(struct resample *resample, unsigned from_hz, unsigned to_hz,
		   resample_fn *fn, void *data)
{
	*resample = (struct resample){
		.fn = fn,
		.data = data,
		.step = (double)from_hz / to_hz,
		.at = RESAMPLE_TAPS / 2.0,
	};
	make_taps(resample, fmin(1, (double)to_hz / from_hz));
}

static int flush(struct resample *resample)
{
	size_t count = resample->count;

	resample->count = 0;
	return count > 0 ? resample->fn(resample->data, resample->out, count)
			 : 0;
}

static int make_one(struct resample *resample, double fraction)
{
	const float *taps =
		resample->taps[(int)lround(fraction * RESAMPLE_PHASES)];
	float sum = 0;

	for (int i = 0; i < RESAMPLE_TAPS; i++)
		sum += taps[i] * resample->history[i];
	sum = fminf(fmaxf(roundf(sum), INT16_MIN), INT16_MAX);
	resample->out[resample->count++] = (int16_t)sum;
	return resample->count == RESAMPLE_OUT ? flush(resample) : 0;
}

static int push(struct resample *resample, float sample)
{
	int rc = 0;

	memmove(resample->history, resample->history + 1,
		(RESAMPLE_TAPS - 1) * sizeof(resample->history[0]));
	resample->history[RESAMPLE_TAPS - 1] = sample;
	resample->at -= 1;
	for (; rc == 0 && resample->at < 1; resample->at += resample->step)
		rc = make_one(resample, fmax(resample->at, 0));
	return rc;
}

int resample_feed(struct resample *resample, const int16_t *samples,
		  size_t count)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = push(resample, samples[i]);
	return rc;
}

int resample_end(struct resample *resample)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < RESAMPLE_TAPS / 2; i++)
		rc = push(resample, 0);
	return rc == 0 ? flush(resample) : rc;
}
