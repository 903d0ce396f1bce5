/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/net/reconnect.h"

enum { DOUBLINGS_MAX = 20 };

void reconnect_up(struct reconnect *reconnect, uint64_t now_ms)
{
	reconnect->up = true;
	reconnect->up_since_ms = now_ms;
}

uint64_t reconnect_down(struct reconnect *reconnect, uint64_t now_ms,
			uint32_t random)
{
	uint64_t step = RECONNECT_FIRST_MS;
	unsigned doublings;

	if (reconnect->up &&
	    now_ms - reconnect->up_since_ms >= reconnect->stable_ms)
		reconnect->failures = 0;
	reconnect->up = false;
	doublings = reconnect->failures < DOUBLINGS_MAX ? reconnect->failures
							: DOUBLINGS_MAX;
	step <<= doublings;
	if (step > reconnect->max_ms)
		step = reconnect->max_ms;
	reconnect->failures++;
	return step / 2 + random % (step / 2 + 1);
}
