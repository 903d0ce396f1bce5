/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/state/history.h"

#include <string.h>
#include <time.h>

/* ---- when the connection began ------------------------------------------- */

int64_t history_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void history_clock_begin(struct history_clock *clock, int64_t now_ms)
{
	*clock = (struct history_clock){ .began_ms = now_ms };
}

int64_t history_clock_there(const struct history_clock *clock, int64_t now_ms)
{
	return now_ms - (clock->has_delay ? clock->delay_ms : 0);
}

/* Not to a channel, as channels are called everywhere. */
static bool is_to_us_alone(const struct irc_line *line)
{
	struct span to = irc_line_param(line, 0);

	return irc_line_is_text(line) && to.len_bytes > 0 &&
	       to.text[0] != '\0' && strchr("#&+!@", to.text[0]) == NULL;
}

/*
 * An old message has the greatest delay of all, and so shows nothing; but when
 * it comes first, and to us alone, it may be one that a bouncer kept.
 */
void history_clock_line(struct history_clock *clock,
			const struct wire_line *line, int64_t now_ms)
{
	int64_t ms;

	if (!tags_time(line->tags.time, &ms))
		return;
	if (!irc_line_is_text(&line->line))
		clock->stamps = true;
	ms = now_ms - ms;
	if (!clock->has_delay && is_to_us_alone(&line->line) &&
	    ms > HISTORY_SKEW_MAX_MS)
		ms = HISTORY_SKEW_MAX_MS;
	if (clock->has_delay &&
	    ms < (clock->delay_ms < 0 ? clock->delay_ms : 0) -
			    HISTORY_SKEW_MAX_MS)
		return;
	if (!clock->has_delay || ms < clock->delay_ms)
		clock->delay_ms = ms;
	clock->has_delay = true;
}

bool history_clock_is_old(const struct history_clock *clock,
			  const struct wire_line *line)
{
	int64_t ms;

	/* An answer to us, whatever stamp a bouncer keeps with it. */
	if (irc_line_numeric(&line->line) != 0)
		return false;
	return clock->stamps && tags_time(line->tags.time, &ms) &&
	       ms + clock->delay_ms < clock->began_ms - HISTORY_OLD_MS;
}

bool history_is_early(const struct wire_line *line)
{
	const struct irc_line *l = &line->line;

	return irc_line_is_text(l) && l->nick.len_bytes < l->prefix.len_bytes &&
	       line->tags.time.len_bytes == 0;
}

/* ---- batches ------------------------------------------------------------- */

void history_begin(struct history *history)
{
	history->in_playback = history->is_bip = false;
	memset(history->batches, 0, sizeof(history->batches));
}

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
		.is_targets = span_is(irc_line_param(&line->line, 1),
				      "draft/chathistory-targets"),
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

/* ":***!znc@znc.in PRIVMSG #c :Buffer Playback..." and "Playback Complete." */
static bool is_playback_mark(struct history *history,
			     const struct irc_line *line)
{
	struct span text = irc_line_param(line, 1);

	if (!span_is(line->prefix, "***!znc@znc.in"))
		return false;
	if (span_is(text, "Buffer Playback..."))
		history->in_playback = true;
	else if (span_is(text, "Playback Complete."))
		history->in_playback = false;
	else
		return false;
	return true;
}

/* "07:20:04> text" and "28-11-2026 07:19:55> text": as bip has it. */
static bool has_bip_stamp(struct span text)
{
	static const char clock[] = "00:00:00> ", date[] = "00-00-0000 ";
	size_t at = 0;

	if (text.len_bytes > sizeof(date) && text.text[2] == '-')
		at = sizeof(date) - 1;
	if (text.len_bytes < at + sizeof(clock) - 1)
		return false;
	for (size_t i = 0; i + 1 < sizeof(clock); i++) {
		char c = text.text[at + i];

		if (clock[i] == '0' ? c < '0' || c > '9' : c != clock[i])
			return false;
	}
	return true;
}

/* bip has no stamps of the protocol's; it is known by its server's name. */
static bool is_bip_playback(struct history *history,
			    const struct irc_line *line)
{
	if (span_is(line->prefix, "b.i.p"))
		history->is_bip = true;
	return history->is_bip && irc_line_is_text(line) &&
	       (span_is(line->nick, "-bip") ||
		has_bip_stamp(irc_line_param(line, 1)));
}

bool history_is(struct history *history, const struct wire_line *line, bool old)
{
	struct history_batch *batch = find(history, line->tags.batch);
	int64_t time_ms = 0;

	if (batch != NULL) {
		batch->messages++;
		if (tags_time(line->tags.time, &time_ms) &&
		    time_ms > batch->newest_ms)
			batch->newest_ms = time_ms;
		if (batch->is_history)
			return true;
	}
	return is_playback_mark(history, &line->line) ||
	       is_bip_playback(history, &line->line) || old ||
	       history->in_playback;
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
