/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * resample.h - sound of one rate into a stream of another.
 *
 * Engines and sound files have the rates that they have; the stream goes on at
 * the one that it was begun with. A windowed sinc: no echo of the sound above
 * the band, and no loss below it that speech would miss.
 *
 * Not libsamplerate: its quickest sinc holds back 21 samples of 16 kHz (its
 * best 145) where this holds back 8, which a first word waits for; it takes
 * floats, so that the same conversions stay here; and it would be one more
 * library, 1.5 MB, for a hundred lines, loaded by every voice that has two
 * engines.
 */
#ifndef SPEAKD_VOICE_RESAMPLE_H
#define SPEAKD_VOICE_RESAMPLE_H

#include "core/base.h"

enum {
	RESAMPLE_TAPS = 16,
	RESAMPLE_PHASES = 64,
	RESAMPLE_OUT = 1024,
};

/* Returns non-zero to stop; resample_feed() then returns it. */
typedef int resample_fn(void *data, const int16_t *samples, size_t count);

struct resample {
	resample_fn *fn; /* NULL: not begun */
	void *data;
	double step, at; /* of the next sample, in those of history */
	float taps[RESAMPLE_PHASES + 1][RESAMPLE_TAPS];
	float history[RESAMPLE_TAPS];
	int16_t out[RESAMPLE_OUT];
	size_t count;
};

/* Both rates are at least 1. */
void resample_init(struct resample *resample, unsigned from_hz, unsigned to_hz,
		   resample_fn *fn, void *data);
int resample_feed(struct resample *resample, const int16_t *samples,
		  size_t count);
/* What is still on its way. */
int resample_end(struct resample *resample);

#endif
