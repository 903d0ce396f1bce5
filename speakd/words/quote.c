/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * quote.c - angle brackets that only set a name apart: "<alice> hi" within
 * somebody's text is a relay's or a quotation, "<bob@example.com>" an address,
 * "<Media omitted>" a remark of WhatsApp's.
 */
#include <string.h>

#include "core/message/scan.h"
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

/* The first word of several, or the one after a relay's "[discord] ". */
static bool is_first(struct span line, struct span word)
{
	size_t at = (size_t)(word.text - line.text);

	if (at == 0)
		return word.len_bytes < line.len_bytes;
	return at > 2 && line.text[0] == '[' && word.text[-2] == ']' &&
	       memmem(line.text, at, "] ", 2) == word.text - 2;
}

/*
 * "<bob@example.com>", as letters and git put an address after a name: the
 * brackets are not meant.
 */
static bool say_angle_address(struct buf *out, const struct reading *reading,
			      struct span word)
{
	size_t begin = word.text[0] == '(' || word.text[0] == '"', end, at = 0;

	if (span_at(word, begin) != '<')
		return false;
	for (end = begin + 1; end < word.len_bytes; end++) {
		if (word.text[end] == '>')
			break;
		if (word.text[end] == '@' && at == 0)
			at = end;
		else if (!is_word_byte(word.text[end]) &&
			 strchr("._-+%=", word.text[end]) == NULL)
			return false;
	}
	if (end == word.len_bytes || at <= begin + 1 || at + 1 == end)
		return false;
	buf_add(out, word.text, begin);
	word_clean(out, reading, span_cut(word, begin + 1, end));
	word_clean(out, reading, span_cut(word, end + 1, word.len_bytes));
	return true;
}

/* "<Media omitted>": several words, the first with a capital. */
static bool is_remark(struct span text)
{
	size_t last = text.len_bytes - 1;
	bool blank = false;

	if (text.text[last] != '>' || span_at(text, 1) < 'A' ||
	    span_at(text, 1) > 'Z')
		return false;
	for (size_t i = 1; i < last; i++) {
		char c = text.text[i];

		blank |= c == ' ';
		if (!is_word_byte(c) && c != ' ' && c != '.')
			return false;
	}
	return blank;
}

/*
 * "<Media omitted>", "hi <This message was edited>": what WhatsApp adds at the
 * end. The brackets are not meant.
 */
static bool say_remark(struct buf *out, const struct reading *reading,
		       struct span word)
{
	const struct span line = reading->line;
	const char *end = line.text + line.len_bytes;
	const bool last = word.text + word.len_bytes == end;
	const char *open = last || word.text[0] == '<'
				   ? memrchr(line.text, '<', line.len_bytes)
				   : NULL;
	const bool first = word.text == open;

	if (open == NULL || first == last ||
	    (open > line.text && open[-1] != ' ') ||
	    !is_remark(span_between(open, end)))
		return false;
	word_clean(out, reading, span_cut(word, first, word.len_bytes - last));
	return true;
}

bool word_quote(struct buf *out, const struct reading *reading,
		struct span word)
{
	struct span name;

	if (reading->punctuation > PUNCTUATION_SOME)
		return false;
	if (say_angle_address(out, reading, word) ||
	    say_remark(out, reading, word))
		return true;
	if (word.text[0] != '<' || span_at(word, word.len_bytes - 1) != '>' ||
	    !is_first(reading->line, word))
		return false;
	name = span_cut(word, 1, word.len_bytes - 1);
	if (!is_nick(name) || span_is_element(name))
		return false;
	buf_addf(out, "%.*s:", (int)name.len_bytes, name.text);
	return true;
}
