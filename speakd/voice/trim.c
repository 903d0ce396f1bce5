/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/trim.h"

#include <string.h>

#include "core/mem.h"

static size_t samples_of(const struct trim *trim, unsigned ms)
{
	return (size_t)trim->rate_hz * ms / 1000;
}

void trim_init(struct trim *trim, unsigned rate_hz, int volume_percent,
	       trim_fn *fn, void *data)
{
	int quiet = TRIM_QUIET * volume_percent / 100;

	*trim = (struct trim){ .rate_hz = rate_hz,
			       .quiet = quiet > 1 ? quiet : 1,
			       .fn = fn,
			       .data = data };
	trim->held = mem_new((samples_of(trim, TRIM_TAIL_MS) + 1) *
			     sizeof(*trim->held));
}

void trim_fini(struct trim *trim)
{
	free(trim->held);
	*trim = (struct trim){ 0 };
}

static bool is_quiet(const struct trim *trim, int16_t sample)
{
	return sample < trim->quiet && sample > -trim->quiet;
}

static int flush_held(struct trim *trim)
{
	size_t count = trim->held_count;

	trim->held_count = 0;
	return count > 0 ? trim->fn(trim->data, trim->held, count) : 0;
}

/* How much of samples, from their start, the front loses. */
static size_t lead_of(struct trim *trim, const int16_t *samples, size_t count)
{
	size_t most = samples_of(trim, TRIM_LEAD_MS);
	size_t n = 0;

	while (n < count && trim->lead < most && is_quiet(trim, samples[n])) {
		trim->lead++;
		n++;
	}
	trim->begun = n < count;
	return n;
}

/* Keep a silent end back; a pause that grows too long was meant. */
static int hold(struct trim *trim, const int16_t *samples, size_t count)
{
	size_t room = samples_of(trim, TRIM_TAIL_MS) - trim->held_count;

	if (count > room) {
		int rc = flush_held(trim);

		return rc != 0 ? rc : trim->fn(trim->data, samples, count);
	}
	memcpy(trim->held + trim->held_count, samples,
	       count * sizeof(*samples));
	trim->held_count += count;
	return 0;
}

int trim_feed(struct trim *trim, const int16_t *samples, size_t count)
{
	size_t first = trim->begun ? 0 : lead_of(trim, samples, count);
	size_t loud = count;
	int rc = 0;

	while (loud > first && is_quiet(trim, samples[loud - 1]))
		loud--;
	if (loud > first) {
		rc = flush_held(trim);
		if (rc == 0)
			rc = trim->fn(trim->data, samples + first,
				      loud - first);
	}
	if (rc == 0 && count > loud && loud >= first && trim->begun)
		rc = hold(trim, samples + loud, count - loud);
	return rc;
}

int trim_end(struct trim *trim)
{
	trim->held_count = min_size(trim->held_count,
				    samples_of(trim, TRIM_GAP_MS));
	return flush_held(trim);
}
