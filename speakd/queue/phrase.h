/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * phrase.h - what is said: one text, how it sounds, how much it matters.
 *
 *	line ─▶ message ─▶ rules, wording ─▶ phrase ─▶ backlog ─▶ voice ─▶ sound
 *
 * units: rate in words per minute, pitch 0..99, volume 0..200 percent, as in
 *        espeak; time in milliseconds of clock_ms().
 * memory: a phrase is a heap object that owns its texts; it is handed on from
 *         stage to stage and freed by the last.
 */
#ifndef SPEAKD_PHRASE_H
#define SPEAKD_PHRASE_H

#include "core/base.h"
#include "speakd/queue/manner.h"
#include "speakd/queue/style.h"

/* A longer phrase is cut at a word, and "and more" is said after it. */
enum { PHRASE_MAX_BYTES = 4096 };

enum priority {
	PRIORITY_LOW, /* joins, bots: the first to be skipped */
	PRIORITY_NORMAL, /* what people say */
	PRIORITY_HIGH, /* meeting actions, highlights: never skipped */
};

/* A short sound in front of the text. */
enum cue {
	CUE_NONE,
	CUE_HIGHLIGHT, /* somebody spoke to me */
};

/* How the text is read. */
enum phrase_form {
	FORM_TEXT,
	FORM_CHARS, /* one code point after the other, by their names */
	FORM_SOUND, /* only when its sound cannot be played */
};

enum punctuation {
	PUNCTUATION_NONE,
	PUNCTUATION_SOME,
	PUNCTUATION_MOST,
	PUNCTUATION_ALL,
};

/* How many engines there are at most, see queue/engine_list.h. */
enum { ENGINES_MAX = 16 };

struct phrase {
	uint64_t id; /* set by dispatch, from 1; 0: none yet */
	char *text; /* owned, UTF-8, safe for a synthesiser */
	struct styles styles; /* of stretches of the text */
	/*
	 * Where it came from; owned, NULL where there is none. The source of a
	 * line is safe for a synthesiser: it may be said.
	 */
	char *nick, *channel, *source;
	bool names_source; /* source is said when it is another than before */
	unsigned input; /* number of the input that it came from, 0: none */
	char *voice; /* owned; NULL: the default voice */
	char *sound; /* owned: the name of an icon that is heard before it */
	char *engine; /* owned; its name, NULL: the default one */
	struct manner manner;
	int pitch_range; /* 0..99; PHRASE_DEFAULT: the engine's */
	enum phrase_form form;
	enum punctuation punctuation;
	enum priority priority;
	enum cue cue;
	uint64_t arrived_ms;
	bool missed; /* played back: to be kept for whoever asks, not said */
	bool live; /* somebody waits for it: to be caught up with */
	bool prepared; /* dispatch has seen to it: not twice */
	size_t named_bytes; /* of the source's name in front of the text */
	unsigned gap_ms; /* silence after what was said before it */
};

/* take_text belongs to the phrase. Everything else is at its default. */
struct phrase *phrase_new(char *take_text) MUST_CHECK;
struct phrase *phrase_copy(const struct phrase *phrase) MUST_CHECK;
void phrase_free(struct phrase *phrase);

/*
 * How long phrase takes to say at rate_wpm, estimated: running English text
 * has about six bytes a word. 0 stands for the default rate.
 */
uint64_t phrase_estimate_ms(const struct phrase *phrase, unsigned rate_wpm);

#endif
