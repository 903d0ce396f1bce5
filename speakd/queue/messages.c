/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/messages.h"

#include "core/mem.h"

enum { PAUSED_STEP = 16 };

static bool is_meant(int meant, int client)
{
	return meant == MESSAGES_OF_ALL || meant == client;
}

void messages_fini(struct messages *messages)
{
	for (int rank = 0; rank < CLASS_COUNT; rank++) {
		while (messages->first[rank] != NULL) {
			struct utterance *u = messages->first[rank];

			messages->first[rank] = u->next;
			utterance_free(u);
		}
	}
	free(messages->paused);
	*messages = (struct messages){ 0 };
}

/* ---- in and out ---------------------------------------------------------- */

void messages_add(struct messages *messages, struct utterance *take_utterance)
{
	struct utterance **at = &messages->first[take_utterance->rank];

	while (*at != NULL)
		at = &(*at)->next;
	*at = take_utterance;
}

void messages_put_back(struct messages *messages,
		       struct utterance *take_utterance)
{
	take_utterance->next = messages->first[take_utterance->rank];
	messages->first[take_utterance->rank] = take_utterance;
}

static struct utterance *unlink_at(struct utterance **at)
{
	struct utterance *u = *at;

	*at = u->next;
	u->next = NULL;
	return u;
}

struct utterance *messages_pop(struct messages *messages, unsigned classes)
{
	for (int rank = 0; rank < CLASS_COUNT; rank++) {
		struct utterance **at = &messages->first[rank];

		if ((classes & (1U << rank)) == 0)
			continue;
		while (*at != NULL &&
		       messages_is_paused(messages, (*at)->client))
			at = &(*at)->next;
		if (*at != NULL)
			return unlink_at(at);
	}
	return NULL;
}

struct utterance *messages_take(struct messages *messages, unsigned classes,
				int client, uint64_t but_block)
{
	struct utterance *taken = NULL, **end = &taken;

	for (int rank = 0; rank < CLASS_COUNT; rank++) {
		struct utterance **at = &messages->first[rank];

		while ((classes & (1U << rank)) != 0 && *at != NULL) {
			if (!is_meant(client, (*at)->client) ||
			    (but_block != 0 && (*at)->block == but_block)) {
				at = &(*at)->next;
				continue;
			}
			*end = unlink_at(at);
			end = &(*end)->next;
		}
	}
	return taken;
}

/* ---- what there is ------------------------------------------------------- */

bool messages_is_empty(const struct messages *messages)
{
	for (int rank = 0; rank < CLASS_COUNT; rank++)
		if (messages->first[rank] != NULL)
			return false;
	return true;
}

bool messages_has(const struct messages *messages, unsigned classes)
{
	for (int rank = 0; rank < CLASS_COUNT; rank++) {
		const struct utterance *u = messages->first[rank];

		if ((classes & (1U << rank)) == 0)
			continue;
		for (; u != NULL; u = u->next)
			if (!messages_is_paused(messages, u->client))
				return true;
	}
	return false;
}

struct load {
	size_t count, bytes;
};

static struct load load_of(const struct messages *messages, int client)
{
	struct load load = { 0, 0 };

	for (int rank = 0; rank < CLASS_COUNT; rank++) {
		for (const struct utterance *u = messages->first[rank];
		     u != NULL; u = u->next) {
			if (!is_meant(client, u->client))
				continue;
			load.count++;
			load.bytes += u->text_bytes;
		}
	}
	return load;
}

size_t messages_count(const struct messages *messages, int client)
{
	return load_of(messages, client).count;
}

bool messages_has_room(const struct messages *messages, int client,
		       size_t text_bytes)
{
	struct load own = load_of(messages, client);
	struct load all = load_of(messages, MESSAGES_OF_ALL);

	return own.count < MESSAGES_CLIENT_MAX &&
	       own.bytes + text_bytes <= MESSAGES_CLIENT_BYTES &&
	       all.count < MESSAGES_ALL_MAX &&
	       all.bytes + text_bytes <= MESSAGES_ALL_BYTES;
}

/* ---- who is paused ------------------------------------------------------- */

bool messages_is_paused(const struct messages *messages, int client)
{
	for (size_t i = 0; i < messages->paused_count; i++)
		if (messages->paused[i] == client)
			return true;
	return false;
}

static void pause_one(struct messages *messages, int client)
{
	if (messages_is_paused(messages, client))
		return;
	if (messages->paused_count % PAUSED_STEP == 0)
		messages->paused = mem_resize(
			messages->paused, messages->paused_count + PAUSED_STEP,
			sizeof(*messages->paused));
	messages->paused[messages->paused_count++] = client;
}

void messages_pause(struct messages *messages, int client)
{
	if (client != MESSAGES_OF_ALL) {
		pause_one(messages, client);
		return;
	}
	for (int rank = 0; rank < CLASS_COUNT; rank++)
		for (const struct utterance *u = messages->first[rank];
		     u != NULL; u = u->next)
			pause_one(messages, u->client);
}

void messages_resume(struct messages *messages, int client)
{
	size_t kept = 0;

	for (size_t i = 0; i < messages->paused_count; i++)
		if (!is_meant(client, messages->paused[i]))
			messages->paused[kept++] = messages->paused[i];
	messages->paused_count = kept;
}
