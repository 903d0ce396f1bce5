/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * casting.h - whose voice is which: assigned, so that people who talk now are
 * told apart, and kept, so that a person sounds the same tomorrow.
 *
 * A person has the voice that their name prefers, unless somebody who spoke of
 * late has it or one like it; then the one that is farthest from all of theirs.
 * Once assigned it stays, also in a file when there is one. Private to
 * speakd/words/ but for the making of it.
 */
#ifndef SPEAKD_WORDS_CASTING_H
#define SPEAKD_WORDS_CASTING_H

#include "core/base.h"

enum {
	CASTING_VOICES = 12,
	CASTING_PEOPLE_MAX = 512, /* who is silent longest is forgotten */
	CASTING_TALKING = 6, /* so many talk at a time */
};

struct casting;

/* path: where assignments are kept; NULL: nowhere. */
struct casting *casting_new(const char *path) MUST_CHECK;
void casting_free(struct casting *casting);

/* The voice, from 0, of the person whose name has this hash. */
size_t casting_voice(struct casting *casting, uint64_t person);

/* How far apart two voices sound: pitch in tenths of a semitone, and timbre. */
unsigned casting_distance(size_t a, size_t b);

#endif
