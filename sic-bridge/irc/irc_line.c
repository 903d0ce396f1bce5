/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/irc_line.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct cursor {
	const char *at, *end;
};

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* What stands before the next stop byte; the cursor moves behind that byte. */
static struct span take_until(struct cursor *c, char stop)
{
	const char *start = c->at;
	const char *found = left(c) > 0 ? memchr(c->at, stop, left(c)) : NULL;

	c->at = found != NULL ? found + 1 : c->end;
	return span_of(start,
		       (size_t)((found != NULL ? found : c->end) - start));
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

static void parse_params(struct cursor c, struct irc_line *ret)
{
	skip_blanks(&c);
	while (c.at < c.end && ret->count < IRC_PARAMS_MAX) {
		struct span *param = &ret->params[ret->count++];

		if (*c.at == ':') {
			*param = span_of(c.at + 1, left(&c) - 1);
			return;
		}
		/* The fifteenth takes the rest, with or without a colon. */
		if (ret->count == IRC_PARAMS_MAX) {
			*param = span_of(c.at, left(&c));
			return;
		}
		*param = take_until(&c, ' ');
		skip_blanks(&c);
	}
}

/* As sic does: up to the first colon, blanks at the end trimmed. */
static void parse_as_sic(struct cursor c, struct irc_line *ret)
{
	ret->middle = take_until(&c, ':');
	ret->trailing = span_of(c.at, left(&c));
	while (ret->middle.len_bytes > 1 &&
	       isspace((unsigned char)
			       ret->middle.text[ret->middle.len_bytes - 1]))
		ret->middle.len_bytes--;
}

bool irc_line_parse(const char *text, size_t len_bytes, struct irc_line *ret)
{
	struct cursor c = { text, text + len_bytes };

	*ret = (struct irc_line){ 0 };
	ret->prefix = ret->nick = span_of(text, 0);
	if (len_bytes > 0 && text[0] == ':') {
		struct cursor nick;

		c.at++;
		ret->has_prefix = true;
		ret->prefix = take_until(&c, ' ');
		nick = (struct cursor){ ret->prefix.text,
					ret->prefix.text +
						ret->prefix.len_bytes };
		ret->nick = take_until(&nick, '!');
	}
	skip_blanks(&c);
	ret->command = take_until(&c, ' ');
	parse_params(c, ret);
	parse_as_sic(c, ret);
	return ret->command.len_bytes > 0;
}

bool irc_line_is(const struct irc_line *line, const char *word)
{
	return strlen(word) == line->command.len_bytes &&
	       strncasecmp(line->command.text, word, line->command.len_bytes) ==
		       0;
}

bool irc_line_is_text(const struct irc_line *line)
{
	return irc_line_is(line, "PRIVMSG") || irc_line_is(line, "NOTICE");
}

unsigned irc_line_numeric(const struct irc_line *line)
{
	unsigned n = 0;

	if (line->command.len_bytes != 3)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		char c = line->command.text[i];

		if (c < '0' || c > '9')
			return 0;
		n = n * 10 + (unsigned)(c - '0');
	}
	return n;
}

struct span irc_line_param(const struct irc_line *line, size_t i)
{
	return i < line->count ? line->params[i] : span_of("", 0);
}
