/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine.h - text to samples: the one thing that speakd knows of a synthesiser.
 *
 * The samples are 16-bit mono, native byte order; the pcm callback takes them
 * at the pace at which they are heard, and says when to stop. Waiting for
 * anything else, an engine waits in wait(): sound goes on meanwhile.
 */
#ifndef SPEAKD_VOICE_ENGINE_H
#define SPEAKD_VOICE_ENGINE_H

#include "core/err.h"
#include "speakd/queue/phrase.h"

struct pollfd;

enum { ENGINE_RATE_MIN_WPM = 80, ENGINE_RATE_MAX_WPM = 900 };

struct engine_params {
	const char *voice; /* "": the engine's default */
	int rate_wpm, pitch, volume_percent;
	int pitch_range; /* 0..99, PHRASE_DEFAULT: the engine's */
	enum phrase_form form;
	enum punctuation punctuation;
	bool by_script;
	enum capitals capitals;
	bool marks;
	/* Of stretches of the text; an engine that cannot ignores them. */
	const struct style *styles;
	size_t style_count;
};

struct engine_out {
	/* Returns non-zero to stop; speak() then returns -ECANCELED. */
	int (*pcm)(void *data, const int16_t *samples, size_t count,
		   unsigned rate_hz);
	/* A word at offset_bytes of the text begins at ms of the sound. */
	void (*mark)(void *data, size_t offset_bytes, unsigned ms);
	/* As control_wait(), but only a stop gives -ECANCELED. */
	int (*wait)(void *data, struct pollfd *fds, size_t count,
		    int timeout_ms);
	void *data;
};

struct engine;

struct engine_kind {
	/* So long before the end of a phrase the next one is asked for. */
	unsigned lead_ms;
	/* arg is what follows "NAME:"; default_voice is kept by copy. */
	int (*open)(struct engine **ret, const char *arg,
		    const char *default_voice, struct err *e);
	/* 0, -ECANCELED after pcm said stop, or -errno: this phrase failed. */
	int (*speak)(struct engine *engine, const char *text,
		     const struct engine_params *params,
		     const struct engine_out *out, struct err *e);
	const char *(*about)(const struct engine *engine);
	/*
	 * Print its voices as engine_espeak_list() does, its name after them.
	 * NULL: it has none to tell of.
	 */
	int (*list)(struct engine *engine, FILE *out, struct err *e);
	void (*close)(struct engine *engine);
};

extern const struct engine_kind engine_espeak, engine_command, engine_module,
	engine_pipe;

/* Print "NAME\tLANGUAGE\tGENDER" lines, sorted. 0 or -errno. */
int engine_espeak_list(FILE *out, struct err *e) MUST_CHECK;

#endif
