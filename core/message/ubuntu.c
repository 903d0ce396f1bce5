/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * irclogs.ubuntu.com: "[HH:MM] <nick> text", "[HH:MM]  * nick text",
 * "[HH:MM] -nick- text" and "=== " in front of everything else, which has no
 * time.
 *
 * A collection of meetings puts the channel's name without its "#" and the
 * date in front, and a blank at the end of each line.
 */
#include "core/message/formats.h"

/* "ubuntu-meeting 2010-11-08 ": the channel is put together in ret->joined. */
static bool collection(struct cursor *c, struct message *ret)
{
	struct cursor try = *c;
	struct span name;

	if (*try.at == '[' || *try.at == '=' ||
	    !cursor_word_blank(&try, &name) || !cursor_date(&try) ||
	    !cursor_char(&try, ' '))
		return false;
	ret->channel = span_is_channel(name)
			       ? name
			       : message_join(ret, span_of("#", 1), "", name);
	if (try.end > try.at && try.end[-1] == ' ')
		try.end--;
	*c = try;
	return true;
}

static bool came_or_went(struct cursor c, struct message *ret)
{
	if (!cursor_host(&c, '[', ']'))
		return false;
	cursor_blanks(&c);
	if (cursor_literal(&c, "has joined "))
		ret->kind = KIND_JOIN;
	else if (cursor_literal(&c, "has left "))
		ret->kind = KIND_PART;
	else if (cursor_literal(&c, "has quit "))
		ret->kind = KIND_QUIT;
	else
		return false;
	if (ret->kind != KIND_QUIT) {
		(void)cursor_word(&c, &ret->channel);
		(void)cursor_char(&c, ' ');
	}
	ret->text = span_unwrap(cursor_rest(&c), '[', ']');
	return true;
}

/* "mode/#c [+o bob]  by ChanServ" */
static bool mode(struct cursor c, struct message *ret)
{
	struct cursor who;
	const char *close;

	if (!cursor_literal(&c, "mode/") ||
	    !cursor_word_blank(&c, &ret->channel) || !cursor_char(&c, '['))
		return false;
	close = memrchr(c.at, ']', cursor_left(&c));
	if (close == NULL)
		return false;
	ret->kind = KIND_MODE;
	ret->text = span_trim_end(span_between(c.at, close));
	who = (struct cursor){ close + 1, c.end };
	cursor_blanks(&who);
	if (cursor_literal(&who, "by "))
		ret->nick = cursor_rest(&who);
	return true;
}

/* The rooms of the "linux" set: "left the room (quit: why)." */
static bool room(struct cursor c, struct message *ret)
{
	if (cursor_literal(&c, "entered the room.")) {
		ret->kind = KIND_JOIN;
		return true;
	}
	if (!cursor_literal(&c, "left the room"))
		return false;
	ret->kind = KIND_PART;
	if (cursor_literal(&c, " (quit: ")) {
		ret->kind = KIND_QUIT;
		ret->text = cursor_rest(&c);
		if (ret->text.len_bytes >= 2 && memcmp(c.end - 2, ").", 2) == 0)
			ret->text.len_bytes -= 2;
	}
	return true;
}

/* Nicks of 2005 may have a blank in or behind them: up to two words. */
static bool renamed(struct cursor c, struct message *ret)
{
	struct cursor words;
	struct span old, word;

	if (!cursor_until(&c, " is now known as ", &old))
		return false;
	words = cursor_of(old = span_trim_end(old));
	if (!cursor_word(&words, &word))
		return false;
	cursor_blanks(&words);
	(void)cursor_word(&words, &word);
	if (words.at != words.end)
		return false;
	ret->kind = KIND_NICK;
	ret->nick = old;
	ret->text = span_trim_end(cursor_rest(&c));
	return memchr(ret->text.text, ' ', ret->text.len_bytes) == NULL;
}

static bool event(struct cursor c, struct message *ret)
{
	if (mode(c, ret) || renamed(c, ret))
		return true;
	ret->kind = KIND_OTHER;
	if (!cursor_word_blank(&c, &ret->nick))
		return false;
	cursor_blanks(&c);
	if (came_or_went(c, ret) || room(c, ret))
		return true;
	if (!cursor_literal(&c, "changed the topic of ") ||
	    !cursor_until(&c, " to: ", &ret->channel))
		return false;
	ret->kind = KIND_TOPIC;
	ret->text = cursor_rest(&c);
	return true;
}

/* Until 2006 an action was "=== nick text": what no event explains. */
static enum fit marked(struct cursor c, struct message *ret)
{
	struct span channel = ret->channel;
	struct cursor text = c;
	struct span nick;

	if (event(c, ret))
		return FIT_SURE;
	ret->channel = channel;
	ret->nick = span_of("", 0);
	ret->kind = KIND_OTHER;
	ret->text = cursor_rest(&c);
	if (cursor_word_blank(&text, &nick) && !span_is(nick, "Topic") &&
	    *nick.text != '=' && *nick.text != '-')
		message_said(ret, KIND_ACTION, nick, cursor_rest(&text));
	/* Any heading may be underlined so. */
	return FIT_LOOSE;
}

static enum fit said(struct cursor c, struct message *ret)
{
	struct span nick;

	if (cursor_speaker(&c, &nick)) {
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&c));
		return FIT_SURE;
	}
	if (cursor_notice(&c, ret))
		return FIT_SURE;
	cursor_blanks(&c);
	if (!cursor_literal(&c, "* ") || !cursor_word(&c, &nick))
		return FIT_NO;
	(void)cursor_char(&c, ' ');
	message_said(ret, KIND_ACTION, nick, cursor_rest(&c));
	return FIT_SURE;
}

enum fit format_ubuntu(struct cursor line, struct message *ret)
{
	const char *time;
	bool seconds;

	if (line.at == line.end)
		return FIT_NO;
	(void)collection(&line, ret);
	if (cursor_literal(&line, "=== "))
		return marked(line, ret);
	time = line.at + 1;
	if (!cursor_char(&line, '[') || !cursor_clock(&line, &seconds) ||
	    seconds)
		return FIT_NO;
	ret->time = span_between(time, line.at);
	return cursor_literal(&line, "] ") ? said(line, ret) : FIT_NO;
}
