/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine.h - text to samples: the one thing that speakd knows of a synthesiser.
 *
 * The samples are 16-bit mono, native byte order; the engine blocks in the
 * pcm callback while they are played, and stops when it returns non-zero.
 */
#ifndef SPEAKD_VOICE_ENGINE_H
#define SPEAKD_VOICE_ENGINE_H

#include "core/err.h"
#include "speakd/queue/phrase.h"
#include "speakd/voice/control.h"

enum { ENGINE_RATE_MIN_WPM = 80, ENGINE_RATE_MAX_WPM = 900 };

struct engine_params {
	const char *voice; /* "": the engine's default */
	int rate_wpm, pitch, volume_percent;
	int pitch_range; /* 0..99, PHRASE_DEFAULT: the engine's */
	enum phrase_form form;
	enum punctuation punctuation;
	enum capitals capitals;
	bool marks;
};

struct engine_out {
	/* Returns non-zero to stop; speak() then returns -ECANCELED. */
	int (*pcm)(void *data, const int16_t *samples, size_t count,
		   unsigned rate_hz);
	void (*mark)(void *data, size_t offset_bytes);
	void *data;
};

struct engine;

struct engine_kind {
	/* arg is what follows "NAME:"; default_voice is kept by copy. */
	int (*open)(struct engine **ret, const char *arg,
		    const char *default_voice, struct control *keep_control,
		    struct err *e);
	/* 0, -ECANCELED after pcm said stop, or -errno: this phrase failed. */
	int (*speak)(struct engine *engine, const char *text,
		     const struct engine_params *params,
		     const struct engine_out *out, struct err *e);
	const char *(*about)(const struct engine *engine);
	void (*close)(struct engine *engine);
};

extern const struct engine_kind engine_espeak, engine_command;

/* Print "NAME\tLANGUAGE\tGENDER" lines, sorted. 0 or -errno. */
int engine_espeak_list(FILE *out, struct err *e) MUST_CHECK;

#endif
