/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/scan.h"

#include "core/text.h"

void cursor_blanks(struct cursor *c)
{
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

bool cursor_space(struct cursor *c)
{
	const char *from = c->at;

	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
	return c->at > from;
}

bool cursor_until(struct cursor *c, const char *literal, struct span *ret)
{
	size_t n = strlen(literal);
	const char *found = memmem(c->at, cursor_left(c), literal, n);

	if (found == NULL)
		return false;
	*ret = span_between(c->at, found);
	c->at = found + n;
	return true;
}

bool cursor_word(struct cursor *c, struct span *ret)
{
	const char *blank = memchr(c->at, ' ', cursor_left(c));
	const char *stop = blank != NULL ? blank : c->end;

	if (stop == c->at)
		return false;
	*ret = span_between(c->at, stop);
	c->at = stop;
	return true;
}

bool cursor_word_blank(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;

	if (!cursor_word(&try, ret) || !cursor_char(&try, ' '))
		return false;
	*c = try;
	return true;
}

bool cursor_two_digits(struct cursor *c, int low, int high)
{
	int n;

	if (cursor_left(c) < 2 || !scan_is_digit(c->at[0]) ||
	    !scan_is_digit(c->at[1]))
		return false;
	n = (c->at[0] - '0') * 10 + c->at[1] - '0';
	if (n < low || n > high)
		return false;
	c->at += 2;
	return true;
}

bool cursor_speaker(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;
	const char *close;

	if (!cursor_char(&try, '<'))
		return false;
	close = memchr(try.at, '>', cursor_left(&try));
	if (close == NULL || close == try.at)
		return false;
	*ret = span_trim_end(span_between(try.at, close));
	try.at = close + 1;
	if (ret->len_bytes == 0 ||
	    memchr(ret->text, ' ', ret->len_bytes) != NULL ||
	    (try.at < try.end && !cursor_char(&try, ' ')))
		return false;
	*c = try;
	return true;
}

bool cursor_host(struct cursor *c, char open, char close)
{
	struct cursor try = *c;
	struct span word;

	if (!cursor_word(&try, &word) || word.len_bytes < 2 ||
	    word.text[0] != open || word.text[word.len_bytes - 1] != close)
		return false;
	*c = try;
	return true;
}

/* Source: RFC 2811 section 2.1; STATUSMSG of the 005 numeric ("@#channel"). */
bool span_is_channel(struct span span)
{
	if (span.len_bytes == 0)
		return false;
	if (memchr("#&+!", span.text[0], 4) != NULL)
		return true;
	return span.len_bytes > 1 && span.text[1] == '#' &&
	       memchr("@%~", span.text[0], 3) != NULL;
}

struct span span_trim_end(struct span span)
{
	while (span.len_bytes > 0 && span.text[span.len_bytes - 1] == ' ')
		span.len_bytes--;
	return span;
}

struct span span_unwrap(struct span span, char open, char close)
{
	if (span.len_bytes < 2 || span.text[0] != open ||
	    span.text[span.len_bytes - 1] != close)
		return span;
	return span_of(span.text + 1, span.len_bytes - 2);
}

struct span span_without_status(struct span nick)
{
	/* multi-prefix shows several: "@+alice" */
	while (nick.len_bytes > 1 && memchr("@+%&~! ", nick.text[0], 7) != NULL)
		nick = span_of(nick.text + 1, nick.len_bytes - 1);
	return nick;
}

bool span_has(struct span span, char c)
{
	return span.len_bytes > 0 &&
	       memchr(span.text, c, span.len_bytes) != NULL;
}

bool span_ends(struct span span, char c)
{
	return span.len_bytes > 0 && span.text[span.len_bytes - 1] == c;
}

bool span_is_capitalised(struct span name)
{
	bool begins = true;

	for (size_t i = 0; i < name.len_bytes; i++) {
		if (begins && name.text[i] >= 'a' && name.text[i] <= 'z')
			return false;
		begins = name.text[i] == ' ';
	}
	return true;
}

bool span_is_severity(struct span word)
{
	static const char *const words[] = {
		"error", "warning",  "warn",  "info",	 "debug", "notice",
		"fatal", "critical", "crit",  "alert",	 "emerg", "trace",
		"note",	 "panic",    "err",   "verbose", "todo",  "http",
		"https", "failed",   "usage",
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (span_is_caseless(word, words[i]))
			return true;
	return false;
}

bool span_is_element(struct span name)
{
	static const char *const tags[] = {
		"a",	      "b",	 "i",	    "p",       "u",
		"s",	      "q",	 "li",	    "ul",      "ol",
		"br",	      "hr",	 "td",	    "tr",      "th",
		"dl",	      "dt",	 "dd",	    "em",      "h1",
		"h2",	      "h3",	 "h4",	    "h5",      "h6",
		"div",	      "pre",	 "nav",	    "span",    "html",
		"head",	      "body",	 "code",    "title",   "table",
		"tbody",      "thead",	 "style",   "strong",  "script",
		"center",     "section", "header",  "footer",  "article",
		"blockquote", "small",	 "summary", "details",
	};

	for (size_t i = 0; i < COUNT_OF(tags); i++)
		if (span_is(name, tags[i]))
			return true;
	return false;
}

void message_clear(struct message *message)
{
	const struct span none = { "", 0 };

	message->kind = KIND_OTHER;
	message->time = message->network = message->channel = none;
	message->nick = none;
	message->person = message->name = message->was = none;
	message->target = message->id = message->label = none;
	message->text = none;
	message->command = message->params = message->trailing = none;
	message->when = (struct message_time){ 0 };
	message->once = message->old = false;
}

void message_whole(enum message_kind kind, struct cursor line,
		   struct message *ret)
{
	message_clear(ret);
	ret->kind = kind;
	ret->text = cursor_rest(&line);
}

/*
 * Only with its \x01: where a program has taken that away, "ACTION needed" may
 * be what somebody typed.
 */
void message_said(struct message *message, enum message_kind kind,
		  struct span nick, struct span text)
{
	struct cursor c = cursor_of(text);

	message->kind = kind;
	message->nick = nick;
	message->text = text;
	if (!cursor_char(&c, '\x01'))
		return;
	message->kind = KIND_OTHER;
	if (kind == KIND_NOTICE || !cursor_literal(&c, "ACTION"))
		return;
	if (c.end > c.at && c.end[-1] == '\x01')
		c.end--;
	if (c.at < c.end && !cursor_char(&c, ' '))
		return; /* "ACTIONS": another word */
	message->kind = KIND_ACTION;
	message->text = cursor_rest(&c);
}

static size_t append(char *to, size_t used, const char *text, size_t len_bytes)
{
	size_t n = text_cut(text, len_bytes, MESSAGE_JOINED_BYTES - used);

	if (n > 0)
		memcpy(to + used, text, n);
	return used + n;
}

struct span message_join(struct message *message, struct span a,
			 const char *between, struct span b)
{
	char *to = message->joined;
	size_t used = append(to, 0, a.text, a.len_bytes);

	used = append(to, used, between, strlen(between));
	used = append(to, used, b.text, b.len_bytes);
	return span_of(to, used);
}
