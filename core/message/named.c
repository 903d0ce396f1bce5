/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * "[nick] text" and "nick> text": who speaks, told from the text by what no
 * other grammar knows. Bots, bridges, games and scripts write the like.
 */
#include "core/message/grammar.h"

enum { NICK_BYTES = 40 };

static bool is_nick_char(char c, bool first)
{
	return scan_is_alnum(c) ? !first || !scan_is_digit(c)
				: (unsigned char)c >= 0x80 ||
					  memchr("_^`{}", c, 5) != NULL ||
					  (!first && (c == '-' || c == '.'));
}

/* What a nick is made of, and no word of a log. */
static bool is_nick(struct span name)
{
	if (name.len_bytes == 0 || name.len_bytes > NICK_BYTES ||
	    span_is_severity(name))
		return false;
	for (size_t i = 0; i < name.len_bytes; i++)
		if (!is_nick_char(name.text[i], i == 0))
			return false;
	return true;
}

static bool bracketed(struct cursor *c, struct span *ret)
{
	return cursor_char(c, '[') && cursor_until(c, "] ", ret);
}

static bool pointed(struct cursor *c, struct span *ret)
{
	return cursor_until(c, "> ", ret);
}

/* Who is in brackets without a time may be a program: twice is sure. */
static enum fit how_sure(const struct line *line, bool in_brackets)
{
	return line->stamp.shape == 0 && in_brackets ? FIT_LOOSE : FIT_SURE;
}

enum fit grammar_named(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct cursor rest;
	struct span name;
	bool in_brackets;

	if (line->stamp.shape != 0 && !cursor_space(&c))
		return FIT_NO;
	rest = c;
	in_brackets = bracketed(&rest, &name);
	if (!in_brackets) {
		rest = c;
		if (!pointed(&rest, &name))
			return FIT_NO;
	}
	name = span_without_status(name);
	if (!is_nick(name) || rest.at == rest.end)
		return FIT_NO;
	message_said(ret, KIND_MESSAGE, name, cursor_rest(&rest));
	return how_sure(line, in_brackets);
}
