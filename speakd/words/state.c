/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/state.h"

#include <ctype.h>
#include <string.h>

/* The signs in front of a channel's name, and those of a status in it. */
static size_t signs(const char *text, size_t len_bytes)
{
	size_t n = 0, hashes = 0;

	while (n < len_bytes && text[n] != '\0' &&
	       strchr("@+#&", text[n]) != NULL)
		hashes += text[n++] == '#';
	if (hashes == 0 || n == len_bytes || isspace((unsigned char)text[n]))
		return 0;
	return n;
}

void state_words(struct span sentence, struct buf *out)
{
	unsigned colons = 0;
	bool begins = true;

	for (size_t i = 0; i < sentence.len_bytes; i++) {
		const char *at = sentence.text + i;

		if (begins && colons < 2)
			i += signs(at, sentence.len_bytes - i);
		at = sentence.text + i;
		buf_add_char(out, *at);
		colons += *at == ':';
		begins = *at == ' ';
	}
}
