/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* quote.c - "<alice> hi" within somebody's text: a relay, or a quotation. */
#include <string.h>

#include "speakd/words/wording.h"
#include "speakd/words/word_rules.h"

static bool is_nick(struct span name)
{
	for (size_t i = 0; i < name.len_bytes; i++)
		if (!is_word_byte(name.text[i]) &&
		    memchr("_-[]{}|^`\\.", name.text[i], 11) == NULL)
			return false;
	return name.len_bytes > 1; /* "<b>" makes bold */
}

bool word_quote(struct buf *out, const struct reading *reading,
		struct span word)
{
	struct span name;

	if (word.text != reading->line.text ||
	    word.len_bytes == reading->line.len_bytes ||
	    reading->punctuation > PUNCTUATION_SOME || word.text[0] != '<' ||
	    span_at(word, word.len_bytes - 1) != '>')
		return false;
	name = span_cut(word, 1, word.len_bytes - 1);
	if (!is_nick(name))
		return false;
	buf_addf(out, "%.*s:", (int)name.len_bytes, name.text);
	return true;
}
