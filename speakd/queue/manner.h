/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * manner.h - how a phrase is said: what history and wire keep of it, within
 * which limits.
 */
#ifndef SPEAKD_MANNER_H
#define SPEAKD_MANNER_H

#include "core/base.h"

enum { PHRASE_DEFAULT = -1 };

enum capitals { CAPITALS_NONE, CAPITALS_SPELL, CAPITALS_ICON };

struct manner {
	int rate_wpm; /* PHRASE_DEFAULT: the default rate */
	int pitch; /* PHRASE_DEFAULT: the default pitch */
	int volume_percent; /* PHRASE_DEFAULT: the default volume */
	int level_percent; /* of that volume: some voices are louder; 0: 100 */
	int place; /* -100 left .. 100 right */
	enum capitals capitals;
	bool by_script; /* words of foreign scripts in voices that read them */
};

/* A manner as numbers, in the order that is written; new ones come last. */
enum manner_number {
	MANNER_RATE,
	MANNER_PITCH,
	MANNER_VOLUME,
	MANNER_LEVEL,
	MANNER_PLACE,
	MANNER_CAPITALS,
	MANNER_SCRIPTS,
	MANNER_NUMBERS
};

struct manner_limits {
	const char *key;
	int least, most;
	int absent; /* what it is where an older version has not written it */
};

extern const struct manner_limits manner_limits[MANNER_NUMBERS];

bool manner_accepts(size_t which, int64_t n) MUST_CHECK;
void manner_to_numbers(const struct manner *manner,
		       int ret_numbers[MANNER_NUMBERS]);
struct manner manner_of_numbers(const int numbers[MANNER_NUMBERS]);

#endif
