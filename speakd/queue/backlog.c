/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/backlog.h"

#include <string.h>

#include "core/mem.h"

enum { BACKLOG_FIRST_SIZE = 64 };

void backlog_init(struct backlog *backlog, const struct backlog_config *config,
		  backlog_skip_fn *skip_fn, void *keep_skip_data)
{
	*backlog = (struct backlog){
		.skip_fn = skip_fn,
		.skip_data = keep_skip_data,
	};
	backlog_configure(backlog, config);
}

static struct phrase **at(const struct backlog *backlog, size_t i)
{
	return &backlog->ring[(backlog->first + i) % backlog->size];
}

static uint64_t estimate(const struct backlog *backlog,
			 const struct phrase *phrase)
{
	return phrase_estimate_ms(phrase, backlog->config.rate_wpm);
}

static void count_in(struct backlog *backlog, const struct phrase *phrase)
{
	uint64_t ms = estimate(backlog, phrase);

	backlog->waiting_ms += ms;
	backlog->behind_ms += phrase->live ? ms : 0;
}

static void count_out(struct backlog *backlog, const struct phrase *phrase)
{
	uint64_t ms = estimate(backlog, phrase);

	backlog->waiting_ms -= ms;
	backlog->behind_ms -= phrase->live ? ms : 0;
}

void backlog_configure(struct backlog *backlog,
		       const struct backlog_config *config)
{
	backlog->config = *config;
	if (backlog->config.max_rate_wpm < backlog->config.rate_wpm)
		backlog->config.max_rate_wpm = backlog->config.rate_wpm;
	/* The estimates are in time at the normal rate, which may be new. */
	backlog->waiting_ms = backlog->behind_ms = 0;
	for (size_t i = 0; i < backlog->count; i++)
		count_in(backlog, *at(backlog, i));
}

static void grow(struct backlog *backlog)
{
	size_t size = max_size(backlog->size * 2, BACKLOG_FIRST_SIZE);
	struct phrase **ring = mem_resize(NULL, size, sizeof(struct phrase *));

	for (size_t i = 0; i < backlog->count; i++)
		ring[i] = *at(backlog, i);
	free(backlog->ring);
	backlog->ring = ring;
	backlog->size = size;
	backlog->first = 0;
}

static void skip(struct backlog *backlog, struct phrase *take_phrase)
{
	count_out(backlog, take_phrase);
	backlog->unannounced++;
	backlog->skipped++;
	if (backlog->skip_fn != NULL)
		backlog->skip_fn(take_phrase, backlog->skip_data);
	phrase_free(take_phrase);
}

/* Skip phrases of one priority, oldest first, until enough are gone. */
static void skip_priority(struct backlog *backlog, enum priority priority,
			  uint64_t until_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < backlog->count; i++) {
		struct phrase *phrase = *at(backlog, i);

		if (phrase->live && phrase->priority == priority &&
		    backlog->behind_ms > until_ms)
			skip(backlog, phrase);
		else
			*at(backlog, kept++) = phrase;
	}
	backlog->count = kept;
}

static void catch_up_by_skipping(struct backlog *backlog)
{
	uint64_t limit_ms = backlog->config.skip_after_ms;

	if (limit_ms == 0 || backlog->behind_ms <= limit_ms)
		return;
	skip_priority(backlog, PRIORITY_LOW, limit_ms / 2);
	skip_priority(backlog, PRIORITY_NORMAL, limit_ms / 2);
}

void backlog_push(struct backlog *backlog, struct phrase *take_phrase,
		  bool live)
{
	if (backlog->count == backlog->size)
		grow(backlog);
	*at(backlog, backlog->count++) = take_phrase;
	take_phrase->live = live;
	count_in(backlog, take_phrase);
	if (live)
		catch_up_by_skipping(backlog);
}

unsigned backlog_wanted_rate(const struct backlog *backlog)
{
	const struct backlog_config *c = &backlog->config;
	uint64_t from = c->catch_up_after_ms;
	uint64_t to = c->skip_after_ms;
	uint64_t over;

	if (from == 0 || backlog->behind_ms <= from)
		return c->rate_wpm;
	/* Nothing is ever skipped, or at once: full speed at twice the start.
	 */
	if (to <= from)
		to = 2 * from;
	over = backlog->behind_ms - from;
	if (over > to - from)
		over = to - from;
	return c->rate_wpm +
	       (unsigned)((c->max_rate_wpm - c->rate_wpm) * over / (to - from));
}

static unsigned step_towards(unsigned wanted, unsigned last)
{
	unsigned step = last * BACKLOG_RATE_STEP_PERCENT / 100;

	if (wanted > last + step)
		return last + step;
	return wanted + step < last ? last - step : wanted;
}

/* A phrase with a rate of its own is sped up in the same proportion. */
static void set_rate(struct backlog *backlog, struct phrase *phrase)
{
	unsigned last = backlog->last_rate_wpm > 0 ? backlog->last_rate_wpm
						   : backlog->config.rate_wpm;
	unsigned rate = step_towards(backlog_wanted_rate(backlog), last);
	int *wpm = &phrase->manner.rate_wpm;

	backlog->last_rate_wpm = rate;
	if (*wpm == PHRASE_DEFAULT)
		*wpm = (int)rate;
	else
		*wpm = (int)((unsigned)*wpm * rate / backlog->config.rate_wpm);
}

static struct phrase *pop_announcement(struct backlog *backlog)
{
	const struct backlog_config *config = &backlog->config;
	uint64_t n = backlog->unannounced;
	struct phrase *phrase;

	phrase = phrase_new(
		config->skip_text != NULL
			? config->skip_text(n, config->skip_text_data)
			: mem_printf("%ju line%s skipped", (uintmax_t)n,
				     n == 1 ? "" : "s"));
	phrase->priority = PRIORITY_HIGH;
	set_rate(backlog, phrase);
	backlog->unannounced = 0;
	return phrase;
}

struct phrase *backlog_pop(struct backlog *backlog)
{
	struct phrase *phrase;

	if (backlog->unannounced > 0)
		return pop_announcement(backlog);
	if (backlog->count == 0)
		return NULL;
	phrase = *at(backlog, 0);
	set_rate(backlog, phrase);
	count_out(backlog, phrase);
	backlog->first = (backlog->first + 1) % backlog->size;
	backlog->count--;
	return phrase;
}

bool backlog_is_empty(const struct backlog *backlog)
{
	return backlog->count == 0 && backlog->unannounced == 0;
}

bool backlog_is_full(const struct backlog *backlog)
{
	return backlog->count >= BACKLOG_MAX_PHRASES;
}

void backlog_drop(struct backlog *backlog, backlog_choose_fn *choose,
		  void *data)
{
	size_t kept = 0;

	for (size_t i = 0; i < backlog->count; i++) {
		struct phrase *phrase = *at(backlog, i);

		if (choose(phrase, data)) {
			count_out(backlog, phrase);
			phrase_free(phrase);
		} else {
			*at(backlog, kept++) = phrase;
		}
	}
	backlog->count = kept;
}

void backlog_fini(struct backlog *backlog)
{
	for (size_t i = 0; i < backlog->count; i++)
		phrase_free(*at(backlog, i));
	free(backlog->ring);
	backlog->ring = NULL;
	backlog->count = backlog->size = 0;
}
