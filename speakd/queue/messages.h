/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * messages.h - messages of SSIP's clients that wait, by class, and who is
 * paused.
 *
 * A class is named by its bit, 1 << CLASS_..., in a mask of classes. All-zero
 * is valid and empty.
 */
#ifndef SPEAKD_MESSAGES_H
#define SPEAKD_MESSAGES_H

#include "speakd/queue/utterance.h"

enum {
	MESSAGES_OF_ALL = -1, /* every client */
	/*
	 * What may wait of one client, and of all, those gone included: the
	 * next message is refused.
	 */
	MESSAGES_CLIENT_MAX = 1000,
	MESSAGES_CLIENT_BYTES = 2 << 20,
	MESSAGES_ALL_MAX = 10000,
	MESSAGES_ALL_BYTES = 32 << 20,
};

struct messages {
	struct utterance *first[CLASS_COUNT]; /* owned */
	int *paused; /* owned: clients */
	size_t paused_count;
};

void messages_fini(struct messages *messages);

/* As the last of its class, and as the first. */
void messages_add(struct messages *messages, struct utterance *take_utterance);
void messages_put_back(struct messages *messages,
		       struct utterance *take_utterance);

/* The first of those classes that is not paused; NULL: none. */
struct utterance *messages_pop(struct messages *messages,
			       unsigned classes) MUST_CHECK;
/* A list of all that are a client's, but those of a block that is not 0. */
struct utterance *messages_take(struct messages *messages, unsigned classes,
				int client, uint64_t but_block) MUST_CHECK;

bool messages_is_empty(const struct messages *messages);
/* Whether one of those classes is to be heard: it is not paused. */
bool messages_has(const struct messages *messages, unsigned classes);
size_t messages_count(const struct messages *messages, int client);
/* Whether one more of so many bytes finds room. */
bool messages_has_room(const struct messages *messages, int client,
		       size_t text_bytes);

/* MESSAGES_OF_ALL pauses all who have something waiting. */
void messages_pause(struct messages *messages, int client);
void messages_resume(struct messages *messages, int client);
bool messages_is_paused(const struct messages *messages, int client);

#endif
