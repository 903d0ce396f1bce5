/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * reconnect.h - how long to wait before the next attempt. Pure.
 *
 * Doubling from RECONNECT_FIRST_MS to a maximum, with jitter, so that the
 * clients of a restarted server do not all come back in the same second. Only
 * a connection that stayed up for a while starts the row anew: a server that
 * throws us out at once must not be called every second.
 */
#ifndef SIC_BRIDGE_RECONNECT_H
#define SIC_BRIDGE_RECONNECT_H

#include "core/base.h"

enum { RECONNECT_FIRST_MS = 1000 };

struct reconnect {
	uint64_t max_ms;
	uint64_t stable_ms;
	unsigned failures; /* in a row */
	uint64_t up_since_ms;
	bool up;
};

/* The connection is registered. */
void reconnect_up(struct reconnect *reconnect, uint64_t now_ms);

/*
 * It is gone, or the attempt failed. Returns how long to wait, between half of
 * the row's step and all of it; random is any number.
 */
uint64_t reconnect_down(struct reconnect *reconnect, uint64_t now_ms,
			uint32_t random);

#endif
