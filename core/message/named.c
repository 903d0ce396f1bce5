/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * "[nick] text", "nick> text" and "web-1  | text": who speaks, told from the
 * text by what no other grammar knows. Bots, bridges, games and scripts write
 * the like, and what shows the output of several containers.
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

/* docker compose: a service and its number, two blanks or more after them. */
static bool piped(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;
	struct span number;

	if (!cursor_until(&try, "  | ", ret))
		return false;
	*ret = span_trim_end(*ret);
	number = *ret;
	while (number.len_bytes > 0 &&
	       scan_is_digit(number.text[number.len_bytes - 1]))
		number.len_bytes--;
	if (number.len_bytes == ret->len_bytes ||
	    !(span_ends(number, '-') || span_ends(number, '_') ||
	      span_ends(number, '.')))
		return false;
	*c = try;
	return true;
}

/* kubectl logs --prefix: "[pod/web-5d9/nginx] " is nginx. */
static bool in_pod(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;

	if (!cursor_literal(&try, "[pod/") || !cursor_until(&try, "/", ret) ||
	    !cursor_until(&try, "] ", ret))
		return false;
	*c = try;
	return true;
}

enum fit grammar_named(const struct line *line, struct message *ret)
{
	const bool timeless = line->stamp.shape == 0;
	struct cursor c = line->body;
	struct cursor rest;
	struct span name;
	enum fit fit = FIT_SURE;

	if (!timeless && !cursor_space(&c))
		return FIT_NO;
	rest = c;
	if (timeless && (in_pod(&rest, &name) || piped(&rest, &name))) {
		stamp_skip_moment(&rest);
	} else if (bracketed(&rest, &name)) {
		/* It may be a program: twice is sure. */
		fit = timeless ? FIT_LOOSE : FIT_SURE;
	} else {
		rest = c;
		if (!pointed(&rest, &name))
			return FIT_NO;
	}
	name = span_without_status(name);
	if (!is_nick(name) || rest.at == rest.end)
		return FIT_NO;
	message_said(ret, KIND_MESSAGE, name, cursor_rest(&rest));
	return fit;
}
