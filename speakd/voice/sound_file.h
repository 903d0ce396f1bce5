/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sound_file.h - a sound of a file (WAV, Ogg, FLAC ...), through libsndfile,
 * which is loaded when it is first needed.
 */
#ifndef SPEAKD_VOICE_SOUND_FILE_H
#define SPEAKD_VOICE_SOUND_FILE_H

#include "core/err.h"

enum { SOUND_FILE_MAX_S = 10 }; /* the rest of a longer one is left out */

/* Returns non-zero to stop. */
typedef int sound_file_fn(void *data, const int16_t *samples, size_t count,
			  unsigned rate_hz);

/*
 * Give its samples, of one channel, at volume_percent of their own loudness.
 * 0, -ECANCELED after fn said stop, or -errno: it cannot be played.
 */
int sound_file_play(const char *path, int volume_percent, sound_file_fn *fn,
		    void *data, struct err *e) MUST_CHECK;

#endif
