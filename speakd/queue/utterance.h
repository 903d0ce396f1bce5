/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * utterance.h - one message of an SSIP client, and the part that is said next.
 */
#ifndef SPEAKD_UTTERANCE_H
#define SPEAKD_UTTERANCE_H

#include "speakd/queue/phrase.h"

enum {
	/* A longer text is given to the voice in parts, cut at a sentence. */
	UTTERANCE_PART_BYTES = 2048,
	UTTERANCE_PART_STYLES = 128,
};

enum speech_class {
	CLASS_IMPORTANT,
	CLASS_MESSAGE,
	CLASS_TEXT,
	CLASS_NOTIFICATION,
	CLASS_PROGRESS,
	CLASS_COUNT
};

/* SSIP's events are 700 + these; a client asks for a mask of 1 << them. */
enum scheduler_event {
	EVENT_MARK,
	EVENT_BEGIN,
	EVENT_END,
	EVENT_CANCEL,
	EVENT_PAUSE,
	EVENT_RESUME
};

struct mark {
	size_t offset_bytes;
	char *name; /* owned */
};

/* One message of an SSIP client. */
struct utterance {
	uint64_t id;
	int client; /* > 0 */
	enum speech_class rank;
	uint64_t block; /* messages of one block belong together; 0: none */
	unsigned notify; /* mask of 1 << enum scheduler_event */
	unsigned pause_context; /* sentences to go back when resumed */
	struct phrase *phrase; /* owned: the whole text, and how it sounds */
	struct mark *marks; /* owned, by offset */
	size_t mark_count;

	/* Where it is. */
	size_t text_bytes, at_bytes, part_bytes, next_mark;
	bool begun, paused;
	struct utterance *next;
};

/* take_phrase becomes the utterance's. */
struct utterance *utterance_new(struct phrase *take_phrase) MUST_CHECK;
void utterance_free(struct utterance *utterance);

/* What is to be said next of it; the caller's. */
struct phrase *utterance_part(struct utterance *utterance) MUST_CHECK;
/* Stopped at a word of the part: it goes on with the word's sentence. */
void utterance_go_back(struct utterance *utterance, size_t word_bytes);
/* The same of a line: what is left of it; the caller's. */
struct phrase *utterance_rest(const struct phrase *line,
			      size_t word_bytes) MUST_CHECK;

#endif
