/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * history.h - what is played back, and what was heard already. Pure.
 *
 * A message is history when it comes in a batch of played-back messages, or is
 * older than the connection that it comes over. The last HISTORY_SEEN messages
 * are remembered (by their msgid, and by time, sender, target and text), so
 * that what is played back after a reconnect is not said twice. Source: IRCv3
 * batch, chathistory, message-ids, server-time.
 */
#ifndef SIC_BRIDGE_HISTORY_H
#define SIC_BRIDGE_HISTORY_H

#include "sic-bridge/irc/wire.h"

enum {
	HISTORY_SEEN = 2048,
	HISTORY_BATCHES = 16,
	HISTORY_REF_BYTES = 64,
	/* A message this much older than the connection is history. */
	HISTORY_OLD_MS = 5000,
	/* A server's clock is not wronger than this, until lines show it. */
	HISTORY_SKEW_MAX_MS = 600000,
};

/*
 * When a connection began, by the server's clock. That clock is known from the
 * newest time stamps: a bouncer stamps its first lines with when they came to
 * it, days ago. One stamp far in the future shows nothing. Ours is a clock that
 * nobody sets while the connection lasts.
 */
struct history_clock {
	int64_t began_ms; /* by our clock */
	int64_t delay_ms; /* least difference between our clock and a stamp */
	bool has_delay;
	bool stamps; /* the server says when what happens */
};

int64_t history_now_ms(void);
void history_clock_begin(struct history_clock *clock, int64_t now_ms);
/* What the server's clock shows when ours shows now_ms. */
int64_t history_clock_there(const struct history_clock *clock, int64_t now_ms);
/* A line came. */
void history_clock_line(struct history_clock *clock,
			const struct wire_line *line, int64_t now_ms);
/* Whether line was said before the connection began. */
bool history_clock_is_old(const struct history_clock *clock,
			  const struct wire_line *line);

/*
 * Whether somebody speaks to us before the server is through with its welcome,
 * without a time: a bouncer plays back what was said meanwhile.
 */
bool history_is_early(const struct wire_line *line);

struct history_batch {
	char ref[HISTORY_REF_BYTES]; /* "" while unused */
	char target[HISTORY_REF_BYTES];
	bool is_history;
	bool is_targets; /* who has said something, not what */
	unsigned messages; /* so far */
	int64_t newest_ms;
};

struct history {
	uint64_t seen[HISTORY_SEEN]; /* a ring; 0 is no message */
	size_t next;
	struct history_batch batches[HISTORY_BATCHES];
	bool in_playback; /* ZNC's, between its two messages */
	bool is_bip; /* the bouncer of that name */
};

/* A connection begins: batches of the one before are void. */
void history_begin(struct history *history);

/*
 * Take in a BATCH line. Returns the batch that it ended, borrowed until the
 * next call, or NULL.
 */
const struct history_batch *history_batch(struct history *history,
					  const struct wire_line *line);

/*
 * Whether a line is played back; old: it is, by its time. ZNC without the time
 * extension wraps what it plays back in two messages of its own.
 */
bool history_is(struct history *history, const struct wire_line *line,
		bool old);

/*
 * Remember a message. True when it is played back (is_history) and was
 * remembered before; a live message is never a repeat.
 */
bool history_seen(struct history *history, const struct wire_line *line,
		  bool is_history);

#endif
