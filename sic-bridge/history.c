/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/history.h"

#include <string.h>

void history_begin(struct history *history)
{
	memset(history->batches, 0, sizeof(history->batches));
}

/* ---- batches ------------------------------------------------------------- */

static struct history_batch *find(struct history *history, struct span ref)
{
	for (size_t i = 0; i < HISTORY_BATCHES; i++) {
		struct history_batch *batch = &history->batches[i];

		if (batch->ref[0] != '\0' && span_is(ref, batch->ref))
			return batch;
	}
	return NULL;
}

static void copy(char to[HISTORY_REF_BYTES], struct span from)
{
	size_t n = min_size(from.len_bytes, HISTORY_REF_BYTES - 1);

	memcpy(to, from.text, n);
	to[n] = '\0';
}

static bool is_history_type(struct span type)
{
	static const char *const types[] = { "chathistory", "playback",
					     "znc.in/playback" };

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (span_is(type, types[i]))
			return true;
	return false;
}

/* Beyond the limit the oldest slot goes: a server that opens 17 is odd. */
static void open_batch(struct history *history, const struct wire_line *line,
		       struct span ref)
{
	struct history_batch *batch = &history->batches[HISTORY_BATCHES - 1];
	const struct history_batch *outer = find(history, line->tags.batch);

	if (ref.len_bytes == 0 || ref.len_bytes >= HISTORY_REF_BYTES)
		return;
	for (size_t i = 0; i < HISTORY_BATCHES; i++) {
		if (history->batches[i].ref[0] == '\0') {
			batch = &history->batches[i];
			break;
		}
	}
	*batch = (struct history_batch){
		.is_history = (outer != NULL && outer->is_history) ||
			      is_history_type(irc_line_param(&line->line, 1)),
	};
	copy(batch->ref, ref);
	copy(batch->target, irc_line_param(&line->line, 2));
}

const struct history_batch *history_batch(struct history *history,
					  const struct wire_line *line)
{
	struct span ref = irc_line_param(&line->line, 0);
	struct history_batch *batch;
	char sign;

	if (ref.len_bytes < 2)
		return NULL;
	sign = *ref.text++;
	ref.len_bytes--;
	if (sign == '+')
		open_batch(history, line, ref);
	if (sign != '-')
		return NULL;
	batch = find(history, ref);
	if (batch != NULL)
		batch->ref[0] = '\0';
	return batch;
}

bool history_is(struct history *history, const struct wire_line *line,
		int64_t started_ms)
{
	struct history_batch *batch = find(history, line->tags.batch);
	int64_t time_ms = 0;
	bool has_time = tags_time(line->tags.time, &time_ms);

	if (batch != NULL) {
		batch->messages++;
		if (has_time && time_ms > batch->newest_ms)
			batch->newest_ms = time_ms;
		if (batch->is_history)
			return true;
	}
	return has_time && started_ms != 0 &&
	       time_ms < started_ms - HISTORY_OLD_MS;
}

/* ---- what was heard ------------------------------------------------------ */

/* FNV-1a: only our own ring depends on it, and only against accidents. */
static uint64_t mix(uint64_t hash, struct span text)
{
	for (size_t i = 0; i < text.len_bytes; i++) {
		hash ^= (unsigned char)text.text[i];
		hash *= 0x100000001b3;
	}
	hash ^= 0xff; /* between two texts */
	return hash * 0x100000001b3;
}

static uint64_t hash_of(const struct span *texts, size_t count)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < count; i++)
		hash = mix(hash, texts[i]);
	return hash != 0 ? hash : 1;
}

static bool has(const struct history *history, uint64_t hash)
{
	for (size_t i = 0; i < HISTORY_SEEN; i++)
		if (history->seen[i] == hash)
			return true;
	return false;
}

static void add(struct history *history, uint64_t hash)
{
	history->seen[history->next] = hash;
	history->next = (history->next + 1) % HISTORY_SEEN;
}

/*
 * Live messages are remembered but never taken for repeats: somebody may say
 * the same thing twice. Without a tag there is nothing to know one by.
 */
bool history_seen(struct history *history, const struct wire_line *line,
		  bool is_history)
{
	const struct irc_line *l = &line->line;
	const struct span id[] = { line->tags.msgid };
	const struct span whole[] = { line->tags.time, l->nick,
				      irc_line_param(l, 0),
				      irc_line_param(l, 1) };
	bool has_id = line->tags.msgid.len_bytes > 0;
	uint64_t hash;

	if (!has_id && line->tags.time.len_bytes == 0)
		return false;
	hash = has_id ? hash_of(id, COUNT_OF(id))
		      : hash_of(whole, COUNT_OF(whole));
	if (is_history && has(history, hash))
		return true;
	add(history, hash);
	return false;
}
