/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/flood.h"

#include "core/text.h"

/* Memory that was once needed for a long queue is given back beyond this. */
enum { FLOOD_KEEP_BYTES = 65536 };

void flood_init(struct flood *flood, unsigned burst, uint64_t interval_ms)
{
	*flood = (struct flood){ 0 };
	flood->burst = burst;
	flood->interval_ms = interval_ms;
	flood->tokens = burst;
}

void flood_fini(struct flood *flood)
{
	buf_fini(&flood->queue);
	flood->first = 0;
}

void flood_add(struct flood *flood, const char *line, size_t len_bytes)
{
	buf_add(&flood->queue, line, len_bytes);
	buf_add_char(&flood->queue, '\n');
}

size_t flood_waiting(const struct flood *flood)
{
	return flood->queue.len_bytes - flood->first;
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

/* The queue is moved together only once it is empty or mostly used up. */
static void tidy(struct flood *flood)
{
	struct buf *queue = &flood->queue;
	size_t rest = flood_waiting(flood);

	if (rest == 0 && queue->size_bytes > FLOOD_KEEP_BYTES) {
		buf_fini(queue);
		flood->first = 0;
	} else if (flood->first > rest) {
		memmove(queue->data, queue->data + flood->first, rest);
		buf_cut(queue, rest);
		flood->first = 0;
	}
}

bool flood_take(struct flood *flood, uint64_t now_ms, struct span *ret_line,
		uint64_t *ret_wait_ms)
{
	const char *line, *end;

	*ret_wait_ms = 0;
	tidy(flood);
	if (flood_waiting(flood) == 0)
		return false;
	refill(flood, now_ms);
	if (flood->tokens == 0) {
		*ret_wait_ms = flood->refilled_ms + flood->interval_ms - now_ms;
		return false;
	}
	line = flood->queue.data + flood->first;
	end = memchr(line, '\n', flood_waiting(flood));
	*ret_line = span_of(line, (size_t)(end - line));
	flood->first += ret_line->len_bytes + 1;
	flood->tokens--;
	return true;
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
	for (size_t i = cut; i > cut - cut / 3; i--) {
		if (text[i] == ' ') {
			*ret_next = i + 1;
			return i;
		}
	}
	return cut;
}
