/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * flood.h - how fast, and in what pieces, we may talk. Pure, with the clock
 * passed in.
 *
 * A bucket of burst tokens, refilled one each interval_ms: RFC 1459, section
 * 8.10, lets a client send five lines at once and one every two seconds after.
 */
#ifndef SIC_BRIDGE_FLOOD_H
#define SIC_BRIDGE_FLOOD_H

#include "core/base.h"

struct flood {
	unsigned burst;
	uint64_t interval_ms; /* 0: no limit */
	uint64_t tokens;
	uint64_t refilled_ms;
};

void flood_init(struct flood *flood, unsigned burst, uint64_t interval_ms);

/* Whether a line may go now; *ret_wait_ms is otherwise how long to wait. */
bool flood_may(struct flood *flood, uint64_t now_ms, uint64_t *ret_wait_ms);

/* A line went. */
void flood_take(struct flood *flood);

/*
 * How much of text[0 .. len_bytes) goes into a line with room for max_bytes: up
 * to the last space that fits; through a word only where it alone is longer,
 * never through a code point, never 0 unless text is empty. *ret_next is where
 * the next line begins.
 */
size_t flood_split(const char *text, size_t len_bytes, size_t max_bytes,
		   size_t *ret_next);

#endif
