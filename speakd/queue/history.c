/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/history.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

struct history {
	struct history_entry *ring[HISTORY_MAX]; /* owned */
	size_t first, count, bytes;
};

struct history *history_new(void)
{
	return mem_new(sizeof(struct history));
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	for (size_t i = 0; i < HISTORY_MAX; i++)
		free(history->ring[i]);
	free(history);
}

static struct history_entry **at(const struct history *history, size_t number)
{
	/* The ring belongs to a history that may be const for the caller. */
	struct history_entry *const *slot =
		&history->ring[(history->first + number) % HISTORY_MAX];

	return (struct history_entry **)(uintptr_t)slot;
}

static bool is_settled(const struct history_entry *entry)
{
	return entry->fate != FATE_WAITING && entry->fate != FATE_SAYING;
}

/* Of what still waits its fate is to be told: kept before what is settled. */
static void forget_oldest(struct history *history)
{
	size_t n = 0;

	while (n < history->count && !is_settled(*at(history, n)))
		n++;
	if (n == history->count)
		n = 0;
	history->bytes -= (*at(history, n))->bytes;
	free(*at(history, n));
	for (; n > 0; n--)
		*at(history, n) = *at(history, n - 1);
	*at(history, 0) = NULL;
	history->first = (history->first + 1) % HISTORY_MAX;
	history->count--;
}

struct piece {
	const char *text; /* NULL: none */
	size_t len_bytes;
};

static struct piece piece_of(const char *text, size_t max_bytes)
{
	size_t len = text != NULL ? strlen(text) : 0;

	return (struct piece){ text, text_cut(text != NULL ? text : "", len,
					      max_bytes) };
}

/* Copy a piece to *free_at, which moves behind it. */
static const char *put(char **free_at, struct piece piece)
{
	char *here = *free_at;

	if (piece.text == NULL)
		return NULL;
	memcpy(here, piece.text, piece.len_bytes);
	here[piece.len_bytes] = '\0';
	*free_at += piece.len_bytes + 1;
	return here;
}

/* One block of memory for all of an entry. */
static struct history_entry *make_entry(const struct phrase *phrase)
{
	enum { NAME_BYTES = 256, PIECES = 5 };
	const struct piece pieces[PIECES] = {
		piece_of(phrase->text, HISTORY_TEXT_BYTES),
		piece_of(phrase->source, NAME_BYTES),
		piece_of(phrase->nick, NAME_BYTES),
		piece_of(phrase->channel, NAME_BYTES),
		piece_of(phrase->voice, NAME_BYTES),
	};
	size_t bytes = sizeof(struct history_entry);
	struct history_entry *entry;
	char *free_at;

	for (size_t i = 0; i < PIECES; i++)
		bytes += pieces[i].len_bytes + 1;
	entry = mem_new(bytes);
	entry->bytes = bytes;
	free_at = (char *)(entry + 1);
	entry->text = put(&free_at, pieces[0]);
	entry->source = put(&free_at, pieces[1]);
	entry->nick = put(&free_at, pieces[2]);
	entry->channel = put(&free_at, pieces[3]);
	entry->voice = put(&free_at, pieces[4]);
	entry->manner = phrase->manner;
	return entry;
}

struct phrase *history_phrase(const struct history_entry *entry)
{
	struct phrase *phrase = phrase_new(mem_copy(entry->text));

	phrase->id = entry->id;
	phrase->source = mem_copy(entry->source);
	phrase->nick = mem_copy(entry->nick);
	phrase->channel = mem_copy(entry->channel);
	phrase->voice = mem_copy(entry->voice);
	phrase->manner = entry->manner;
	return phrase;
}

void history_add(struct history *history, const struct phrase *phrase,
		 int client, time_t when, enum fate fate)
{
	struct history_entry *entry = make_entry(phrase);

	entry->id = phrase->id;
	entry->client = client;
	entry->when = when;
	entry->fate = fate;
	while (history->count > 0 &&
	       (history->count == HISTORY_MAX ||
		history->bytes + entry->bytes > HISTORY_MAX_BYTES))
		forget_oldest(history);
	*at(history, history->count++) = entry;
	history->bytes += entry->bytes;
}

size_t history_number(const struct history *history, uint64_t id)
{
	size_t low = 0, high = history->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((*at(history, middle))->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct history_entry *find(const struct history *history, uint64_t id)
{
	size_t n = history_number(history, id);

	if (n == history->count || (*at(history, n))->id != id)
		return NULL;
	return *at(history, n);
}

void history_set_fate(struct history *history, uint64_t id, enum fate fate)
{
	struct history_entry *entry = find(history, id);

	if (entry != NULL)
		entry->fate = fate;
}

size_t history_count(const struct history *history)
{
	return history->count;
}

const struct history_entry *history_at(const struct history *history,
				       size_t number)
{
	return *at(history, number);
}

const struct history_entry *history_find(const struct history *history,
					 uint64_t id)
{
	return find(history, id);
}

const char *fate_name(enum fate fate)
{
	static const char *const names[FATE_COUNT] = {
		[FATE_WAITING] = "waiting",   [FATE_SAYING] = "saying",
		[FATE_SAID] = "said",	      [FATE_STOPPED] = "stopped",
		[FATE_CANCELED] = "canceled", [FATE_SKIPPED] = "skipped",
		[FATE_MUTED] = "muted",	      [FATE_FAILED] = "failed",
		[FATE_MISSED] = "missed",
	};

	return names[fate];
}
