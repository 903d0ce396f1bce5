/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * history.h - the last lines and messages, and what became of each.
 *
 * Only in memory, never on disk. Bounded: HISTORY_MAX entries and
 * HISTORY_MAX_BYTES of text, whichever is reached first; the oldest go, those
 * that still wait last.
 */
#ifndef SPEAKD_HISTORY_H
#define SPEAKD_HISTORY_H

#include <time.h>

#include "speakd/queue/scheduler.h"

enum {
	HISTORY_MAX = 10000,
	HISTORY_MAX_BYTES = 4 << 20,
	/* Of one entry's text; the rest of a longer one is not kept. */
	HISTORY_TEXT_BYTES = 4096,
};

struct history_entry {
	uint64_t id; /* grows from entry to entry */
	time_t when;
	int client; /* SCHEDULER_LINES, or who sent it */
	enum fate fate;
	size_t bytes; /* of this block of memory */
	struct manner manner;
	/* In the entry's own memory; NULL where there is none. */
	const char *text, *source, *nick, *channel, *voice;
};

struct history;

struct history *history_new(void) MUST_CHECK;
void history_free(struct history *history);

/* Remember phrase, which has a greater id than any before. */
void history_add(struct history *history, const struct phrase *phrase,
		 int client, time_t when, enum fate fate);
/* Nothing happens for an id that is forgotten. */
void history_set_fate(struct history *history, uint64_t id, enum fate fate);

/* How many there are; number 0 is the oldest. */
size_t history_count(const struct history *history);
/* Borrowed until the next history_add(). */
const struct history_entry *history_at(const struct history *history,
				       size_t number);
/* The number of the first entry whose id is not below id; the count: none. */
size_t history_number(const struct history *history, uint64_t id);
/* NULL when id is not known (any more). */
const struct history_entry *history_find(const struct history *history,
					 uint64_t id);

/* An entry as a phrase again, which is the caller's. */
struct phrase *history_phrase(const struct history_entry *entry) MUST_CHECK;

/* "waiting", "said" ... */
const char *fate_name(enum fate fate);

#endif
