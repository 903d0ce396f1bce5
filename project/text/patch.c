/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/patch.h"

#include <string.h>

/* Whole lines of the text around, as far as there is room. */
static struct span lead_of(const char *text, size_t head)
{
	size_t start = head > PATCH_AROUND_MAX_BYTES
			       ? head - PATCH_AROUND_MAX_BYTES
			       : 0;

	while (start > 0 && start < head && text[start - 1] != '\n')
		start++;
	return (struct span){ text + start, head - start };
}

static struct span trail_of(const char *text, size_t at, size_t len_bytes)
{
	size_t end = min_size(len_bytes, at + PATCH_AROUND_MAX_BYTES);

	while (end > at && end < len_bytes && text[end - 1] != '\n')
		end--;
	return (struct span){ text + at, end - at };
}

/* The difference is made of whole lines, so that it can be found again. */
static size_t line_start(const char *text, size_t at)
{
	while (at > 0 && text[at - 1] != '\n')
		at--;
	return at;
}

struct patch patch_make(const char *old, size_t old_bytes, const char *text,
			size_t len_bytes)
{
	size_t most = min_size(old_bytes, len_bytes);
	size_t head = 0, tail = 0;

	while (head < most && old[head] == text[head])
		head++;
	head = line_start(old, head);
	while (tail < most - head &&
	       old[old_bytes - 1 - tail] == text[len_bytes - 1 - tail])
		tail++;
	while (tail > 0 && old_bytes - tail > head && len_bytes - tail > head &&
	       (old[old_bytes - tail - 1] != '\n' ||
		text[len_bytes - tail - 1] != '\n'))
		tail--;
	return (struct patch){
		.head = head,
		.before_bytes = old_bytes,
		.after_bytes = len_bytes,
		.old = { old + head, old_bytes - head - tail },
		.new = { text + head, len_bytes - head - tail },
		.lead = lead_of(old, head),
		.trail = trail_of(old, old_bytes - tail, old_bytes),
	};
}

/* ---- the very version --------------------------------------------------- */

static bool has_at(const struct buf *text, size_t at, struct span span)
{
	return at <= text->len_bytes && span.bytes <= text->len_bytes - at &&
	       (span.bytes == 0 ||
		memcmp(text->data + at, span.at, span.bytes) == 0);
}

static bool is_version(const struct patch *p, const struct buf *text,
		       size_t bytes, struct span middle)
{
	return text->len_bytes == bytes && has_at(text, p->head, middle);
}

/* text with what is at `at`, bytes long, put in place by span. */
static void replace(const struct buf *text, size_t at, size_t bytes,
		    struct span span, struct buf *out)
{
	buf_add(out, buf_text(text), at);
	buf_add(out, span.at, span.bytes);
	buf_add(out, buf_text(text) + at + bytes, text->len_bytes - at - bytes);
}

bool patch_forward(const struct patch *patch, const struct buf *text,
		   struct buf *out)
{
	if (!is_version(patch, text, patch->before_bytes, patch->old))
		return false;
	replace(text, patch->head, patch->old.bytes, patch->new, out);
	return true;
}

/* ---- finding the place again -------------------------------------------- */

enum { NOWHERE = -1 };

static long distance(size_t a, size_t b)
{
	return a > b ? (long)(a - b) : (long)(b - a);
}

/*
 * Where lead, middle and trail stand one after the other, as near as possible
 * to where they did; the place of middle, at the beginning of a line.
 */
static long find(const struct buf *text, size_t near, struct span lead,
		 struct span middle, struct span trail)
{
	SCOPED_BUF struct buf wanted = { 0 };
	const char *at = buf_text(text);
	const char *end = at + text->len_bytes;
	long best = NOWHERE;

	buf_add(&wanted, lead.at, lead.bytes);
	buf_add(&wanted, middle.at, middle.bytes);
	buf_add(&wanted, trail.at, trail.bytes);
	if (wanted.len_bytes == 0)
		return NOWHERE;
	for (; (at = memmem(at, (size_t)(end - at), wanted.data,
			    wanted.len_bytes)) != NULL;
	     at++) {
		size_t place = (size_t)(at - text->data) + lead.bytes;

		if (place > 0 && text->data[place - 1] != '\n')
			continue;
		if (best == NOWHERE ||
		    distance(place, near) < distance((size_t)best, near))
			best = (long)place;
	}
	return best;
}

static const struct span none = { "", 0 };

/* With all that was around it, else with one side, else by itself. */
static long find_new(const struct patch *p, const struct buf *text)
{
	const struct {
		struct span lead, trail;
	} tries[] = {
		{ p->lead, p->trail },
		{ p->lead, none },
		{ none, p->trail },
		{ none, none },
	};
	/* What was taken out is nothing: it takes both sides to find it. */
	size_t count = p->new.bytes > 0 ? COUNT_OF(tries) : 1;

	for (size_t i = 0; i < count; i++) {
		long at = find(text, p->head, tries[i].lead, p->new,
			       tries[i].trail);

		if (at != NOWHERE)
			return at;
	}
	return NOWHERE;
}

/* What stands between lead and trail now: others have changed it. */
static bool find_between(const struct patch *p, const struct buf *text,
			 size_t *ret_at, size_t *ret_bytes)
{
	long at = p->lead.bytes > 0 ? find(text, p->head, p->lead, none, none)
				    : 0;
	const char *end;

	if (at == NOWHERE)
		return false;
	*ret_at = (size_t)at;
	if (p->trail.bytes == 0) {
		*ret_bytes = text->len_bytes - *ret_at;
		return true;
	}
	end = memmem(text->data + at, text->len_bytes - *ret_at, p->trail.at,
		     p->trail.bytes);
	if (end == NULL)
		return false;
	*ret_bytes = (size_t)(end - text->data) - *ret_at;
	return true;
}

static enum patched merge_between(const struct patch *p, const struct buf *text,
				  merge_fn *merge, void *data, struct buf *out)
{
	SCOPED_BUF struct buf merged = { 0 };
	size_t at, bytes;

	if (!find_between(p, text, &at, &bytes))
		return PATCH_OVERLAPS;
	/* Lines came in where others were taken out: they stay after them. */
	if (p->new.bytes == 0) {
		replace(text, at, 0, p->old, out);
		return PATCHED;
	}
	if (merge == NULL ||
	    !merge(p->new, (struct span){ text->data + at, bytes }, p->old,
		   &merged, data))
		return PATCH_OVERLAPS;
	replace(text, at, bytes,
		(struct span){ buf_text(&merged), merged.len_bytes }, out);
	return PATCHED;
}

enum patched patch_back(const struct patch *patch, const struct buf *text,
			merge_fn *merge, void *data, struct buf *out)
{
	long at;

	if (is_version(patch, text, patch->after_bytes, patch->new)) {
		replace(text, patch->head, patch->new.bytes, patch->old, out);
		return PATCHED;
	}
	if (is_version(patch, text, patch->before_bytes, patch->old))
		return PATCH_IS_BACK;
	at = find_new(patch, text);
	if (at != NOWHERE) {
		replace(text, (size_t)at, patch->new.bytes, patch->old, out);
		return PATCHED;
	}
	if (patch->old.bytes > 0 && find(text, patch->head, patch->lead,
					 patch->old, patch->trail) != NOWHERE)
		return PATCH_IS_BACK;
	return merge_between(patch, text, merge, data, out);
}
