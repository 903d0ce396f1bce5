/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * style.h - how a stretch of a text is said, where that differs from its
 * phrase.
 *
 * A text has a list of styles, in the order of their places. Each holds from
 * its place up to the next one's; in front of the first all is as the phrase
 * says. Two at one place: only the pause of the first is left of it.
 *
 * The struct travels to the voice process as it is: it owns nothing.
 */
#ifndef SPEAKD_QUEUE_STYLE_H
#define SPEAKD_QUEUE_STYLE_H

#include "core/base.h"

enum {
	STYLE_VOICE_BYTES = 48,
	STYLE_PERCENT_MIN = 10, /* of rate and pitch */
	STYLE_PERCENT_MAX = 500,
};

enum emphasis {
	EMPHASIS_DEFAULT,
	EMPHASIS_NONE,
	EMPHASIS_REDUCED,
	EMPHASIS_MODERATE,
	EMPHASIS_STRONG,
};

struct style {
	uint32_t from_bytes;
	uint32_t pause_ms; /* silence in front of it */
	/* Of what the phrase has; pitch and range: of their frequencies. */
	uint16_t rate_percent, pitch_percent, range_percent, volume_percent;
	uint8_t emphasis; /* enum emphasis */
	uint8_t spelled; /* 1: character by character */
	/* "": the phrase's; a name, or a language of which any will do. */
	char voice[STYLE_VOICE_BYTES];
};

struct styles {
	struct style *list; /* owned */
	size_t count;
};

/* As the phrase says, from a place on. */
struct style style_plain(size_t from_bytes);
/* Whether two are the same but for their place and pause. */
bool style_sounds_like(const struct style *a, const struct style *b);

void styles_fini(struct styles *styles);
struct styles styles_copy(const struct styles *styles) MUST_CHECK;
/* Add one after the others; a copy that changes nothing is left out. */
void styles_add(struct styles *styles, const struct style *style);
/*
 * Those of a part of the text: from_bytes on, counted from there, at most most
 * of them. *len_bytes becomes shorter where there are more.
 */
struct styles styles_part(const struct styles *styles, size_t from_bytes,
			  size_t *len_bytes, size_t most) MUST_CHECK;

#endif
