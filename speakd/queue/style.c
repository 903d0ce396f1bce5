/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/style.h"

#include <string.h>

#include "core/mem.h"

struct style style_plain(size_t from_bytes)
{
	return (struct style){ .from_bytes = (uint32_t)from_bytes,
			       .rate_percent = 100,
			       .pitch_percent = 100,
			       .range_percent = 100,
			       .volume_percent = 100 };
}

bool style_sounds_like(const struct style *a, const struct style *b)
{
	return a->rate_percent == b->rate_percent &&
	       a->pitch_percent == b->pitch_percent &&
	       a->range_percent == b->range_percent &&
	       a->volume_percent == b->volume_percent &&
	       a->emphasis == b->emphasis && a->spelled == b->spelled &&
	       strcmp(a->voice, b->voice) == 0;
}

void styles_fini(struct styles *styles)
{
	free(styles->list);
	*styles = (struct styles){ 0 };
}

struct styles styles_copy(const struct styles *styles)
{
	struct styles copy = { .count = styles->count };

	if (copy.count == 0)
		return copy;
	copy.list = mem_new(copy.count * sizeof(*copy.list));
	memcpy(copy.list, styles->list, copy.count * sizeof(*copy.list));
	return copy;
}

/* The list grows to powers of two. */
static struct style *push(struct styles *styles)
{
	size_t count = styles->count;

	if ((count & (count - 1)) == 0)
		styles->list = mem_resize(styles->list, max_size(count * 2, 1),
					  sizeof(*styles->list));
	return &styles->list[styles->count++];
}

void styles_add(struct styles *styles, const struct style *style)
{
	struct style plain = style_plain(0);
	struct style *last = styles->count > 0
				     ? &styles->list[styles->count - 1]
				     : NULL;

	if (last != NULL && last->from_bytes == style->from_bytes) {
		uint32_t pause_ms = last->pause_ms + style->pause_ms;

		*last = *style;
		last->pause_ms = pause_ms;
		return;
	}
	if (style->pause_ms == 0 &&
	    style_sounds_like(last != NULL ? last : &plain, style))
		return;
	*push(styles) = *style;
}

/* A pause at the very beginning was made with what is in front of it. */
static struct style first_of(const struct style *style, size_t from_bytes)
{
	struct style first = *style;

	if (first.from_bytes < from_bytes)
		first.pause_ms = 0;
	first.from_bytes = 0;
	return first;
}

struct styles styles_part(const struct styles *styles, size_t from_bytes,
			  size_t *len_bytes, size_t most)
{
	struct styles part = { 0 };
	size_t i = 0;

	while (i + 1 < styles->count &&
	       styles->list[i + 1].from_bytes <= from_bytes)
		i++;
	for (; i < styles->count; i++) {
		struct style next = styles->list[i];

		if (next.from_bytes >= from_bytes + *len_bytes &&
		    next.from_bytes > from_bytes)
			break;
		if (part.count == most) {
			*len_bytes = next.from_bytes - from_bytes;
			break;
		}
		if (next.from_bytes <= from_bytes)
			next = first_of(&next, from_bytes);
		else
			next.from_bytes -= (uint32_t)from_bytes;
		*push(&part) = next;
	}
	return part;
}
