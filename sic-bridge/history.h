/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * history.h - what is played back, and what was heard already. Pure.
 *
 * A message is history when it comes in a batch of played-back messages, or is
 * older than the connection it comes over. The last HISTORY_SEEN messages are
 * remembered (by their msgid, and by time, sender, target and text), so that
 * what is played back after a reconnect is not said twice.
 * Source: IRCv3 batch, chathistory, message-ids, server-time.
 */
#ifndef SIC_BRIDGE_HISTORY_H
#define SIC_BRIDGE_HISTORY_H

#include "sic-bridge/wire.h"

enum {
	HISTORY_SEEN = 2048,
	HISTORY_BATCHES = 16,
	HISTORY_REF_BYTES = 64,
	/* A message this much older than the connection is history. */
	HISTORY_OLD_MS = 10000,
};

struct history_batch {
	char ref[HISTORY_REF_BYTES]; /* "" while unused */
	char target[HISTORY_REF_BYTES];
	bool is_history;
	unsigned messages; /* so far */
	int64_t newest_ms;
};

struct history {
	uint64_t seen[HISTORY_SEEN]; /* a ring; 0 is no message */
	size_t next;
	struct history_batch batches[HISTORY_BATCHES];
};

/* A connection begins: batches of the one before are void. */
void history_begin(struct history *history);

/*
 * Take in a BATCH line. Returns the batch that it ended, borrowed until the
 * next call, or NULL.
 */
const struct history_batch *history_batch(struct history *history,
					  const struct wire_line *line);

/* Whether a line is played back. started_ms 0: not known. */
bool history_is(struct history *history, const struct wire_line *line,
		int64_t started_ms);

/*
 * Remember a message. True when it is played back (is_history) and was
 * remembered before; a live message is never a repeat.
 */
bool history_seen(struct history *history, const struct wire_line *line,
		  bool is_history);

#endif
