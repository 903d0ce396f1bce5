#include "speakd/queue.h"

#include <string.h>

#include "core/mem.h"

enum { QUEUE_FIRST_SIZE = 64 };

void queue_init(struct queue *queue, const struct queue_config *config,
		queue_skip_fn *skip_fn, void *keep_skip_data)
{
	*queue = (struct queue){
		.skip_fn = skip_fn,
		.skip_data = keep_skip_data,
	};
	queue_configure(queue, config);
}

static struct phrase **at(const struct queue *queue, size_t i)
{
	return &queue->ring[(queue->first + i) % queue->size];
}

static uint64_t estimate(const struct queue *queue, const struct phrase *phrase)
{
	return phrase_estimate_ms(phrase, queue->config.rate_wpm);
}

void queue_configure(struct queue *queue, const struct queue_config *config)
{
	queue->config = *config;
	if (queue->config.max_rate_wpm < queue->config.rate_wpm)
		queue->config.max_rate_wpm = queue->config.rate_wpm;
	/* The estimates are in time at the normal rate, which may be new. */
	queue->waiting_ms = 0;
	for (size_t i = 0; i < queue->count; i++)
		queue->waiting_ms += estimate(queue, *at(queue, i));
}

static void grow(struct queue *queue)
{
	size_t size = max_size(queue->size * 2, QUEUE_FIRST_SIZE);
	struct phrase **ring = mem_resize(NULL, size, sizeof(struct phrase *));

	for (size_t i = 0; i < queue->count; i++)
		ring[i] = *at(queue, i);
	free(queue->ring);
	queue->ring = ring;
	queue->size = size;
	queue->first = 0;
}

static void skip(struct queue *queue, struct phrase *take_phrase)
{
	queue->waiting_ms -= estimate(queue, take_phrase);
	queue->unannounced++;
	queue->skipped++;
	if (queue->skip_fn != NULL)
		queue->skip_fn(take_phrase, queue->skip_data);
	phrase_free(take_phrase);
}

/* Skip phrases of one priority, oldest first, until enough are gone. */
static void skip_priority(struct queue *queue, enum priority priority,
			  uint64_t until_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < queue->count; i++) {
		struct phrase *phrase = *at(queue, i);

		if (phrase->priority == priority &&
		    queue->waiting_ms > until_ms)
			skip(queue, phrase);
		else
			*at(queue, kept++) = phrase;
	}
	queue->count = kept;
}

static void catch_up_by_skipping(struct queue *queue)
{
	uint64_t limit_ms = queue->config.skip_after_ms;

	if (limit_ms == 0 || queue->waiting_ms <= limit_ms)
		return;
	skip_priority(queue, PRIORITY_LOW, limit_ms / 2);
	skip_priority(queue, PRIORITY_NORMAL, limit_ms / 2);
}

void queue_push(struct queue *queue, struct phrase *take_phrase, bool catch_up)
{
	if (queue->count == queue->size)
		grow(queue);
	*at(queue, queue->count++) = take_phrase;
	queue->waiting_ms += estimate(queue, take_phrase);
	if (catch_up)
		catch_up_by_skipping(queue);
}

unsigned queue_wanted_rate(const struct queue *queue)
{
	const struct queue_config *c = &queue->config;
	uint64_t from = c->catch_up_after_ms;
	uint64_t to = c->skip_after_ms;
	uint64_t over;

	if (from == 0 || queue->waiting_ms <= from)
		return c->rate_wpm;
	/* Nothing is ever skipped, or at once: full speed at twice the start.
	 */
	if (to <= from)
		to = 2 * from;
	over = queue->waiting_ms - from;
	if (over > to - from)
		over = to - from;
	return c->rate_wpm +
	       (unsigned)((c->max_rate_wpm - c->rate_wpm) * over / (to - from));
}

static unsigned step_towards(unsigned wanted, unsigned last)
{
	unsigned step = last * QUEUE_RATE_STEP_PERCENT / 100;

	if (last == 0)
		return wanted;
	if (wanted > last + step)
		return last + step;
	return wanted + step < last ? last - step : wanted;
}

/* A phrase with a rate of its own is sped up in the same proportion. */
static void set_rate(struct queue *queue, struct phrase *phrase)
{
	unsigned rate;

	rate = step_towards(queue_wanted_rate(queue), queue->last_rate_wpm);
	queue->last_rate_wpm = rate;
	if (phrase->rate_wpm == PHRASE_DEFAULT)
		phrase->rate_wpm = (int)rate;
	else
		phrase->rate_wpm = (int)((unsigned)phrase->rate_wpm * rate /
					 queue->config.rate_wpm);
}

static struct phrase *pop_announcement(struct queue *queue)
{
	uint64_t n = queue->unannounced;
	struct phrase *phrase;

	phrase = phrase_new(mem_printf("%ju line%s skipped", (uintmax_t)n,
				       n == 1 ? "" : "s"));
	phrase->priority = PRIORITY_HIGH;
	set_rate(queue, phrase);
	queue->unannounced = 0;
	return phrase;
}

struct phrase *queue_pop(struct queue *queue)
{
	struct phrase *phrase;

	if (queue->unannounced > 0)
		return pop_announcement(queue);
	if (queue->count == 0)
		return NULL;
	phrase = *at(queue, 0);
	set_rate(queue, phrase);
	queue->waiting_ms -= estimate(queue, phrase);
	queue->first = (queue->first + 1) % queue->size;
	queue->count--;
	return phrase;
}

bool queue_is_empty(const struct queue *queue)
{
	return queue->count == 0 && queue->unannounced == 0;
}

bool queue_is_full(const struct queue *queue)
{
	return queue->count >= QUEUE_MAX_PHRASES;
}

void queue_drop(struct queue *queue, queue_choose_fn *choose, void *data)
{
	size_t kept = 0;

	for (size_t i = 0; i < queue->count; i++) {
		struct phrase *phrase = *at(queue, i);

		if (choose(phrase, data)) {
			queue->waiting_ms -= estimate(queue, phrase);
			phrase_free(phrase);
		} else {
			*at(queue, kept++) = phrase;
		}
	}
	queue->count = kept;
}

void queue_clear(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		phrase_free(*at(queue, i));
	queue->count = 0;
	queue->waiting_ms = 0;
	queue->unannounced = 0;
}

void queue_fini(struct queue *queue)
{
	queue_clear(queue);
	free(queue->ring);
	queue->ring = NULL;
	queue->size = 0;
}
