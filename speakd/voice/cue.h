/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cue.h - the short sound in front of a phrase that is for me. */
#ifndef SPEAKD_VOICE_CUE_H
#define SPEAKD_VOICE_CUE_H

#include "core/base.h"

enum { CUE_MS = 60 };

/* How many samples a cue has at rate_hz. */
size_t cue_samples(unsigned rate_hz);

/*
 * Fill samples[0 .. cue_samples(rate_hz)): two tones, a fifth apart, with soft
 * edges so that nothing clicks. volume_percent as of the phrase, 0..200.
 */
void cue_make(int16_t *samples, unsigned rate_hz, int volume_percent);

#endif
