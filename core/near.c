/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/near.h"

#include <string.h>

/* Edits from a to b; both at most NEAR_BYTES_MAX long. */
static int distance(const char *a, size_t la, const char *b, size_t lb)
{
	int d[NEAR_BYTES_MAX + 1][NEAR_BYTES_MAX + 1];

	for (size_t i = 0; i <= la; i++)
		d[i][0] = (int)i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = (int)j;
	for (size_t i = 1; i <= la; i++)
		for (size_t j = 1; j <= lb; j++) {
			int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[la][lb];
}

void near_init(struct near *near, const char *keep_typed)
{
	*near = (struct near){ .typed = keep_typed,
			       .edits = NEAR_EDITS_MAX + 1 };
}

void near_offer(struct near *near, const char *word, size_t len_bytes)
{
	size_t typed = strlen(near->typed);
	int edits;

	if (typed < 2 || typed > NEAR_BYTES_MAX || len_bytes > NEAR_BYTES_MAX)
		return;
	edits = distance(near->typed, typed, word, len_bytes);
	/* The very word is no suggestion: it was wrong for another reason. */
	if (edits == 0 || edits >= near->edits ||
	    2 * edits > (int)min_size(typed, len_bytes))
		return;
	near->edits = edits;
	memcpy(near->word, word, len_bytes);
	near->word[len_bytes] = '\0';
}
