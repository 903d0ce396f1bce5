/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * crowd.h - the same words by many within seconds: "three others: +1".
 *
 * The first who says something is heard at once. Of those who say the same
 * after them the last phrase is held, until somebody says something else or
 * CROWD_HOLD_MS have passed; then it is said, by name when it was one, else by
 * their number. Pure; all-zero is a valid start.
 */
#ifndef SPEAKD_INPUT_CROWD_H
#define SPEAKD_INPUT_CROWD_H

#include "core/message/message.h"
#include "speakd/queue/phrase.h"
#include "speakd/words/wording.h"

enum {
	CROWD_GAP_MS = 10000, /* between two of them */
	CROWD_HOLD_MS = 1500,
	CROWD_TEXT_BYTES = 120, /* what is longer is not said by many */
	CROWD_PEOPLE_BYTES = 8192, /* further ones are said by name */
};

struct crowd {
	struct buf text; /* in lower case; empty: nobody said anything */
	struct buf people; /* "al\nbo\n" */
	uint64_t last_ms;
	struct phrase *held; /* owned */
	struct buf name; /* of who said it */
	unsigned others; /* who said it after the first */
};

/*
 * Whether message says again what others have just said; said_ms is when. If
 * not, the crowd is its own from now on: what is held must be given before.
 */
bool crowd_joins(const struct crowd *crowd, const struct message *message,
		 uint64_t said_ms);
void crowd_begin(struct crowd *crowd, const struct message *message,
		 uint64_t said_ms);

/* Nothing is held, and it is sure that message does not join: it is longer or
 * shorter, or nobody knows when it was said. */
bool crowd_passes(const struct crowd *crowd, const struct message *message,
		  uint64_t said_ms);

/* The phrase of a message that joins. */
void crowd_hold(struct crowd *crowd, const struct message *message,
		uint64_t said_ms, struct phrase *take_phrase);

/* What is held, now the caller's; NULL: nothing. *ret_many: by their number. */
struct phrase *crowd_give(struct crowd *crowd, const struct wording *wording,
			  bool *ret_many) MUST_CHECK;

void crowd_fini(struct crowd *crowd);

#endif
