/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speaker.h - who speaks, and the voice that is theirs.
 *
 * Private to speakd/words/.
 */
#ifndef SPEAKD_WORDS_SPEAKER_H
#define SPEAKD_WORDS_SPEAKER_H

#include "core/buf.h"
#include "core/message/message.h"

/* Pitches given to speakers, in espeak's 0..99: all are easy to follow. */
enum { SPEAKER_PITCH_MIN = 30, SPEAKER_PITCH_MAX = 70 };

struct speaker_voice {
	const char *variant; /* of espeak-ng: "m3" */
	int pitch;
	int level_percent; /* of the volume, so that all are as loud */
	int place; /* -100 left .. 100 right */
};

struct casting;

/*
 * The same nick, in any case, sounds the same: as casting.h assigns it, or with
 * NULL by the nick alone.
 */
struct speaker_voice speaker_voice(struct casting *casting, struct span nick);

/* Nicks are equal whatever their case. */
bool speaker_same(struct span a, struct span b);

/* Whether text holds nick as a word: core/mention.h. */
bool speaker_named(struct span text, struct span nick);

#endif
