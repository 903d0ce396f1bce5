/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * flood.h - the send queue: in order, never too fast, nothing dropped. Pure,
 * with the clock passed in.
 *
 * A bucket of burst tokens, refilled one each interval_ms: RFC 1459, section
 * 8.10, lets a client send five lines at once and one every two seconds after.
 */
#ifndef SIC_BRIDGE_FLOOD_H
#define SIC_BRIDGE_FLOOD_H

#include "core/buf.h"
#include "core/message/message.h"

struct flood {
	unsigned burst;
	uint64_t interval_ms; /* 0: no limit */
	uint64_t tokens;
	uint64_t refilled_ms;
	struct buf queue; /* lines, each with its "\n" */
	size_t first; /* where the oldest begins in queue */
};

void flood_init(struct flood *flood, unsigned burst, uint64_t interval_ms);
void flood_fini(struct flood *flood);

/* Put a line (without its end) at the end of the queue. */
void flood_add(struct flood *flood, const char *line, size_t len_bytes);

/* Bytes that wait. */
size_t flood_waiting(const struct flood *flood);

/*
 * The oldest line if it may go now; borrowed until the next call. *ret_wait_ms
 * is otherwise how long to wait, 0 when the queue is empty.
 */
bool flood_take(struct flood *flood, uint64_t now_ms, struct span *ret_line,
		uint64_t *ret_wait_ms);

/*
 * How much of text[0 .. len_bytes) goes into a line with room for max_bytes: up
 * to a blank in its last third where there is one, never through a code point,
 * never 0 unless text is empty. *ret_next is where the next line begins.
 */
size_t flood_split(const char *text, size_t len_bytes, size_t max_bytes,
		   size_t *ret_next);

#endif
