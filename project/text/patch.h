/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * patch.h - one change of a text: what stood there, what stands there now, and
 * a little of what is around it, so that it can be taken back after others have
 * changed the rest. Pure.
 */
#ifndef PROJECT_PATCH_H
#define PROJECT_PATCH_H

#include "core/buf.h"

enum { PATCH_AROUND_MAX_BYTES = 256 };

struct span {
	const char *at; /* borrowed */
	size_t bytes;
};

struct patch {
	size_t head; /* where it begins */
	size_t before_bytes, after_bytes; /* of the whole text */
	struct span old, new;
	struct span lead, trail; /* what is in front of it and after it */
};

enum patched {
	PATCHED, /* out has the text without the change */
	PATCH_IS_BACK, /* the text is as it was before the change */
	PATCH_OVERLAPS, /* others have changed the very place */
};

/* What differs between old and text; the parts borrow from them. */
struct patch patch_make(const char *old, size_t old_bytes, const char *text,
			size_t len_bytes);

/*
 * Merge two changes of base: what three-way merging tools do. false: they
 * overlap, or there is no such tool.
 */
typedef bool merge_fn(struct span base, struct span ours, struct span theirs,
		      struct buf *out, void *data);

/* Take the change back. out is empty before. */
enum patched patch_back(const struct patch *patch, const struct buf *text,
			merge_fn *merge, void *data, struct buf *out);

/* Apply it to the text that it was made from. false: it is another one. */
bool patch_forward(const struct patch *patch, const struct buf *text,
		   struct buf *out);

#endif
