/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * audience.h - whose lines are heard: muted nicks, and the only channel. Pure.
 *
 * Names are compared without case.
 */
#ifndef SPEAKD_AUDIENCE_H
#define SPEAKD_AUDIENCE_H

#include "speakd/queue/phrase.h"

enum { AUDIENCE_MUTED_MAX = 1000 };

struct audience {
	char *muted[AUDIENCE_MUTED_MAX]; /* owned, folded */
	size_t muted_count;
	char *only; /* owned: a channel, folded; NULL: all */
};

void audience_fini(struct audience *audience);

/*
 * Mute a nick; * and ? stand for anything. AUDIENCE_CHANGED when it was not
 * muted before: it is the last of those that are.
 */
enum audience_result { AUDIENCE_FULL, AUDIENCE_SAME, AUDIENCE_CHANGED };
enum audience_result audience_mute(struct audience *audience, const char *nick);
/* False when it was not muted. */
bool audience_unmute(struct audience *audience, const char *nick);
/* Only lines of this channel; "" or NULL: of every one. */
void audience_only(struct audience *audience, const char *channel);

/* Whether a line is not to be said. */
bool audience_is_unwanted(const struct audience *audience,
			  const struct phrase *phrase);
/* Whether the nick that was muted last mutes it: of many that wait, the others
 * were asked before. */
bool audience_is_muted_last(const struct audience *audience,
			    const struct phrase *phrase);

#endif
