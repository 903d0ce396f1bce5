/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* ii's "out" files: seconds since 1970, then what happened. */
#include "core/message/formats.h"

enum { II_DIGITS_MIN = 9, II_DIGITS_MAX = 11 };

static bool epoch(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;
	size_t n;

	while (try.at < try.end && *try.at >= '0' && *try.at <= '9')
		try.at++;
	*ret = span_between(c->at, try.at);
	n = ret->len_bytes;
	if (n < II_DIGITS_MIN || n > II_DIGITS_MAX || !cursor_char(&try, ' '))
		return false;
	*c = try;
	return true;
}

/* Behind "nick(user@host) has ". */
static bool came_or_went(struct cursor c, struct message *ret)
{
	if (cursor_literal(&c, "joined "))
		ret->kind = KIND_JOIN;
	else if (cursor_literal(&c, "left "))
		ret->kind = KIND_PART;
	else if (cursor_literal(&c, "quit "))
		ret->kind = KIND_QUIT;
	else
		return false;
	if (ret->kind == KIND_QUIT)
		ret->text = span_unwrap(cursor_rest(&c), '"', '"');
	else
		ret->channel = cursor_rest(&c);
	return true;
}

/* Behind "nick ". */
static bool changed(struct cursor c, struct message *ret)
{
	if (cursor_literal(&c, "changed nick to ")) {
		ret->kind = KIND_NICK;
		ret->text = span_unwrap(cursor_rest(&c), '"', '"');
	} else if (cursor_literal(&c, "changed topic to ")) {
		ret->kind = KIND_TOPIC;
		ret->text = span_unwrap(cursor_rest(&c), '"', '"');
	} else if (cursor_literal(&c, "changed mode/") &&
		   cursor_until(&c, " -> ", &ret->channel)) {
		ret->kind = KIND_MODE;
		ret->text = span_trim_end(cursor_rest(&c));
	} else if (cursor_literal(&c, "kicked ") &&
		   cursor_word(&c, &ret->target)) {
		cursor_blanks(&c);
		ret->kind = KIND_KICK;
		ret->text = span_unwrap(cursor_rest(&c), '(', ')');
		ret->text = span_unwrap(ret->text, '"', '"');
	} else {
		return false;
	}
	return true;
}

static enum fit event(struct cursor c, struct message *ret)
{
	struct span text = cursor_rest(&c);
	struct cursor own = c;
	struct cursor word;

	/* ii writes a notice without its sender: -!- "text") */
	if (text.len_bytes >= 3 && text.text[0] == '"' &&
	    memcmp(c.end - 2, "\")", 2) == 0) {
		message_said(ret, KIND_NOTICE, span_of("", 0),
			     span_of(text.text + 1, text.len_bytes - 3));
		return FIT_SURE;
	}
	if (changed(own, ret)) /* our own nick: no name in front */
		return FIT_SURE;
	if (cursor_word_blank(&c, &ret->nick)) {
		if (changed(c, ret))
			return FIT_SURE;
		word = cursor_of(ret->nick);
		if (cursor_literal(&c, "has ") &&
		    cursor_until(&word, "(", &ret->nick) &&
		    came_or_went(c, ret))
			return FIT_SURE;
	}
	ret->nick = span_of("", 0);
	ret->kind = KIND_OTHER;
	ret->text = text;
	return FIT_SURE;
}

enum fit format_ii(struct cursor line, struct message *ret)
{
	struct span nick;

	if (!epoch(&line, &ret->time))
		return FIT_NO;
	if (cursor_speaker(&line, &nick)) {
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&line));
		return FIT_SURE;
	}
	if (cursor_literal(&line, "-!- "))
		return event(line, ret);
	/*
	 * A server reply without its number. By itself that is any text behind
	 * a number, as many a script writes it: no reason to stop reading a
	 * stream out.
	 */
	ret->kind = KIND_NUMERIC;
	ret->text = cursor_rest(&line);
	return FIT_LOOSE;
}
