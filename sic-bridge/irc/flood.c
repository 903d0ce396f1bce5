/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/flood.h"

#include "core/text.h"

void flood_init(struct flood *flood, unsigned burst, uint64_t interval_ms)
{
	*flood = (struct flood){
		.burst = burst,
		.interval_ms = interval_ms,
		.tokens = burst,
	};
}

static void refill(struct flood *flood, uint64_t now_ms)
{
	uint64_t new_tokens;

	if (flood->interval_ms == 0) {
		flood->tokens = flood->burst;
		return;
	}
	new_tokens = (now_ms - flood->refilled_ms) / flood->interval_ms;
	flood->refilled_ms += new_tokens * flood->interval_ms;
	flood->tokens += new_tokens;
	if (flood->tokens >= flood->burst) {
		flood->tokens = flood->burst;
		flood->refilled_ms = now_ms;
	}
}

bool flood_may(struct flood *flood, uint64_t now_ms, uint64_t *ret_wait_ms)
{
	*ret_wait_ms = 0;
	refill(flood, now_ms);
	if (flood->tokens > 0)
		return true;
	*ret_wait_ms = flood->refilled_ms + flood->interval_ms - now_ms;
	return false;
}

void flood_take(struct flood *flood)
{
	if (flood->tokens > 0)
		flood->tokens--;
}

size_t flood_split(const char *text, size_t len_bytes, size_t max_bytes,
		   size_t *ret_next)
{
	size_t cut = text_cut(text, len_bytes, max_bytes);

	*ret_next = cut;
	if (cut == len_bytes)
		return cut;
	if (cut == 0) { /* no room for even one code point: take it whole */
		size_t pos = 0;

		(void)text_next(text, len_bytes, &pos);
		*ret_next = pos;
		return pos;
	}
	for (size_t i = cut; i > 0; i--) {
		if (text[i] == ' ') {
			*ret_next = i + 1;
			return i;
		}
	}
	return cut;
}
