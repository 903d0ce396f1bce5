/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * trim.h - take the silence off both ends of a phrase.
 *
 * espeak-ng 1.51 puts up to 111 ms of silence in front of "<carol>", "(", "\""
 * and 41 ms in front of k, t, p: that is how much sooner a line is heard
 * without it. At the end a short gap is kept, so that lines stay apart.
 *
 *	PCM ─▶ trim_feed ─▶ fn(sound, silence inside, sound) ─▶ trim_end ─▶ gap
 */
#ifndef SPEAKD_VOICE_TRIM_H
#define SPEAKD_VOICE_TRIM_H

#include "core/base.h"

enum {
	TRIM_QUIET = 48, /* of 32767 at volume 100: below what is heard */
	TRIM_LEAD_MS = 150, /* the most that is taken off the front */
	TRIM_TAIL_MS = 400, /* a longer silence is a pause that was meant */
	TRIM_GAP_MS = 40, /* what is left of the silence at the end */
};

/* Returns non-zero to stop; trim passes it on. */
typedef int trim_fn(void *data, const int16_t *samples, size_t count);

struct trim {
	unsigned rate_hz;
	int quiet; /* samples below it are silence */
	trim_fn *fn;
	void *data;
	bool begun; /* sound came, or the front's limit was reached */
	size_t lead; /* samples taken off the front so far */
	int16_t *held; /* silence that may turn out to be the end */
	size_t held_count;
};

/* Softer speech has softer beginnings: volume_percent scales what is quiet. */
void trim_init(struct trim *trim, unsigned rate_hz, int volume_percent,
	       trim_fn *fn, void *data);

/* 0, or what fn returned. samples may be cut anywhere between two calls. */
int trim_feed(struct trim *trim, const int16_t *samples,
	      size_t count) MUST_CHECK;

/* The phrase is over: hand on the gap. */
int trim_end(struct trim *trim) MUST_CHECK;

void trim_fini(struct trim *trim);

#endif
