/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * paste.h - many lines of one nick, each at once after the other: a paste.
 *
 * Private to speakd/words/. All-zero is a valid start.
 */
#ifndef SPEAKD_WORDS_PASTE_H
#define SPEAKD_WORDS_PASTE_H

#include "core/buf.h"
#include "core/message/message.h"

enum {
	PASTE_LINES = 4, /* so many make a paste */
	PASTE_GAP_MS = 1000, /* at most so far apart until it is one */
	PASTE_PAUSE_MS = 2000, /* a longer pause ends it */
};

struct paste {
	struct buf nick;
	unsigned lines; /* 0: nobody's */
	uint64_t last_ms;
};

/*
 * Whether a message of nick at now_ms ends a paste under way: *ret_lines it
 * had. Messages that are no line of a paste pass an empty nick.
 */
bool paste_ends(struct paste *paste, struct span nick, uint64_t now_ms,
		unsigned *ret_lines);

/* Count one line of nick. Returns its number in a row of quick ones. */
unsigned paste_count(struct paste *paste, struct span nick, uint64_t now_ms);

void paste_fini(struct paste *paste);

#endif
