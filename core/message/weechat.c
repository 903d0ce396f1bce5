/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* weechat's logger: date and time, prefix, message, with tabs between. */
#include "core/message/formats.h"

/* "nick (user@host) has ...", and for a join also "(real name) " before it */
static bool joined(struct cursor c, struct message *ret)
{
	static const char verb[] = ") has joined ";
	struct span head;
	const char *last = NULL;
	struct cursor scan = c;

	/* A real name is anybody's text: what counts is the last one. */
	while (cursor_until(&scan, verb, &head))
		last = scan.at;
	if (last == NULL || !cursor_word(&c, &ret->nick))
		return false;
	ret->kind = KIND_JOIN;
	ret->channel = span_between(last, c.end);
	return true;
}

static bool went(struct cursor c, struct message *ret)
{
	if (!cursor_word_blank(&c, &ret->nick))
		return false;
	if (cursor_literal(&c, "has kicked ") && cursor_word(&c, &ret->target))
		ret->kind = KIND_KICK;
	else if (cursor_host(&c, '(', ')') &&
		 cursor_literal(&c, " has left ") &&
		 cursor_word(&c, &ret->channel))
		ret->kind = KIND_PART;
	else if (cursor_literal(&c, " has quit"))
		ret->kind = KIND_QUIT;
	else
		return false;
	(void)cursor_char(&c, ' ');
	ret->text = span_unwrap(cursor_rest(&c), '(', ')');
	return true;
}

static bool notice(struct cursor c, struct message *ret)
{
	struct span nick;

	if (cursor_literal(&c, "Notice(") && cursor_until(&c, "): ", &nick)) {
		message_said(ret, KIND_NOTICE, nick, cursor_rest(&c));
		return true;
	}
	/* A private one has just "nick: "; so has weechat's own "irc: ". */
	if (!cursor_word_blank(&c, &nick) || nick.len_bytes < 2 ||
	    nick.text[nick.len_bytes - 1] != ':' || span_is(nick, "irc:"))
		return false;
	nick.len_bytes--;
	message_said(ret, KIND_NOTICE, nick, cursor_rest(&c));
	return true;
}

static bool mode(struct cursor c, struct message *ret)
{
	struct span text;
	const char *close;

	if (!cursor_literal(&c, "Mode ") ||
	    !cursor_word_blank(&c, &ret->channel))
		return false;
	text = cursor_rest(&c);
	close = memrchr(text.text, ']', text.len_bytes);
	if (close == NULL || text.text[0] != '[')
		return false;
	ret->kind = KIND_MODE;
	ret->text = span_between(text.text + 1, close);
	c.at = close + 1;
	if (cursor_literal(&c, " by "))
		ret->nick = cursor_rest(&c);
	return true;
}

/* 'has changed topic for #c to "new"', or 'from "old" to "new"' */
static bool topic(struct cursor c, struct message *ret)
{
	struct span old;

	if (!cursor_literal(&c, "has changed topic for ") ||
	    !cursor_word_blank(&c, &ret->channel))
		return false;
	if (cursor_literal(&c, "from \"") && !cursor_until(&c, "\" ", &old))
		return false;
	if (!cursor_literal(&c, "to "))
		return false;
	ret->kind = KIND_TOPIC;
	ret->text = span_unwrap(cursor_rest(&c), '"', '"');
	return true;
}

static bool news(struct cursor c, struct message *ret)
{
	if (mode(c, ret) || notice(c, ret))
		return true;
	if (cursor_literal(&c, "You are now known as ")) {
		ret->kind = KIND_NICK;
		ret->text = cursor_rest(&c);
		return true;
	}
	if (!cursor_word_blank(&c, &ret->nick))
		return false;
	if (topic(c, ret))
		return true;
	if (!cursor_literal(&c, "is now known as "))
		return false;
	ret->kind = KIND_NICK;
	ret->text = cursor_rest(&c);
	return true;
}

static bool action(struct cursor c, struct message *ret)
{
	struct span nick;

	if (!cursor_word(&c, &nick))
		return false;
	(void)cursor_char(&c, ' ');
	message_said(ret, KIND_ACTION, span_without_status(nick),
		     cursor_rest(&c));
	return true;
}

enum fit format_weechat(struct cursor line, struct message *ret)
{
	static const struct {
		const char *prefix;
		bool (*parse)(struct cursor c, struct message *ret);
	} prefixes[] = {
		{ "-->", joined }, { "<--", went }, { "--", news },
		{ " *", action },  { "=!=", NULL }, { "", NULL },
	};
	struct cursor c = line;
	struct span prefix, text;
	bool seconds;

	if (!cursor_date(&c) || !cursor_char(&c, ' ') ||
	    !cursor_clock(&c, &seconds))
		return FIT_NO;
	ret->time = span_between(line.at, c.at);
	if (!cursor_char(&c, '\t') || !cursor_until(&c, "\t", &prefix))
		return FIT_NO;
	text = cursor_rest(&c);
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		if (!span_is(prefix, prefixes[i].prefix))
			continue;
		if (prefixes[i].parse != NULL && prefixes[i].parse(c, ret))
			return FIT_SURE;
		ret->nick = ret->channel = span_of("", 0);
		ret->text = text;
		return FIT_SURE;
	}
	message_said(ret, KIND_MESSAGE, span_without_status(prefix), text);
	return FIT_SURE;
}
