/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* irssi's autolog in its default theme. */
#include "core/message/formats.h"

/* Behind "nick [user@host] has ". */
static bool came_or_went(struct cursor c, struct message *ret)
{
	if (cursor_literal(&c, "joined ")) {
		ret->kind = KIND_JOIN;
		ret->channel = cursor_rest(&c);
		return true;
	}
	if (cursor_literal(&c, "left ") && cursor_word(&c, &ret->channel)) {
		ret->kind = KIND_PART;
		(void)cursor_char(&c, ' ');
	} else if (cursor_literal(&c, "quit ")) {
		ret->kind = KIND_QUIT;
	} else {
		return false;
	}
	ret->text = span_unwrap(cursor_rest(&c), '[', ']');
	return true;
}

static bool mode(struct cursor c, struct message *ret)
{
	struct span text;
	const char *by;

	if (!cursor_literal(&c, "mode/") && !cursor_literal(&c, "ServerMode/"))
		return false;
	if (!cursor_word_blank(&c, &ret->channel))
		return false;
	/* A ban mask may hold "]", a nick list no blank: the last " by ". */
	text = cursor_rest(&c);
	by = memrchr(text.text, ']', text.len_bytes);
	if (by == NULL || text.text[0] != '[')
		return false;
	ret->kind = KIND_MODE;
	ret->text = span_between(text.text + 1, by);
	c.at = by + 1;
	cursor_blanks(&c);
	if (cursor_literal(&c, "by "))
		ret->nick = cursor_rest(&c);
	return true;
}

static bool kicked(struct cursor c, struct message *ret)
{
	struct span who = ret->nick;

	if (!cursor_literal(&c, "was kicked from ") ||
	    !cursor_word(&c, &ret->channel) || !cursor_literal(&c, " by ") ||
	    !cursor_word(&c, &ret->nick)) {
		ret->nick = who;
		return false;
	}
	(void)cursor_char(&c, ' ');
	ret->kind = KIND_KICK;
	ret->target = who;
	ret->text = span_unwrap(cursor_rest(&c), '[', ']');
	return true;
}

/* Behind "nick ". */
static bool changed(struct cursor c, struct message *ret)
{
	if (kicked(c, ret))
		return true;
	if (cursor_literal(&c, "is now known as ")) {
		ret->kind = KIND_NICK;
	} else if (cursor_literal(&c, "changed the topic of ") &&
		   cursor_until(&c, " to: ", &ret->channel)) {
		ret->kind = KIND_TOPIC;
	} else {
		return cursor_host(&c, '[', ']') &&
		       cursor_literal(&c, " has ") && came_or_went(c, ret);
	}
	ret->text = cursor_rest(&c);
	return true;
}

static void event(struct cursor c, struct message *ret)
{
	struct span text = cursor_rest(&c);

	if (mode(c, ret))
		return;
	if (cursor_literal(&c, "You're now known as ")) {
		ret->kind = KIND_NICK;
		ret->text = cursor_rest(&c);
		return;
	}
	if (cursor_word_blank(&c, &ret->nick) && changed(c, ret))
		return;
	ret->nick = ret->channel = span_of("", 0);
	ret->text = text;
}

/* "<@nick> ", "< nick> ", and in a query "<nick> " */
static enum fit speech(struct cursor c, struct message *ret)
{
	struct cursor try = c;
	bool status = try.end - try.at > 1 &&
		      memchr("@+%&~! ", try.at[1], 7) != NULL;
	struct span nick;

	if (status && try.at[1] == ' ') {
		/* The blank is in place of a status, not in the nick. */
		try.at += 2;
		if (!cursor_until(&try, ">", &nick) || nick.len_bytes == 0 ||
		    memchr(nick.text, ' ', nick.len_bytes) != NULL ||
		    (try.at < try.end && !cursor_char(&try, ' ')))
			return FIT_NO;
	} else if (!cursor_speaker(&try, &nick)) {
		return FIT_NO;
	}
	message_said(ret, KIND_MESSAGE, span_without_status(nick),
		     cursor_rest(&try));
	return status ? FIT_SURE : FIT_LOOSE;
}

static bool action(struct cursor c, struct message *ret)
{
	struct span nick;

	if (!cursor_literal(&c, " * ") || !cursor_word(&c, &nick))
		return false;
	(void)cursor_char(&c, ' ');
	message_said(ret, KIND_ACTION, nick, cursor_rest(&c));
	return true;
}

static bool log_marker(struct cursor c)
{
	return cursor_literal(&c, "--- Log opened ") ||
	       cursor_literal(&c, "--- Log closed ") ||
	       cursor_literal(&c, "--- Day changed ");
}

enum fit format_irssi(struct cursor line, struct message *ret)
{
	struct cursor c = line;
	bool seconds;

	if (log_marker(line)) {
		ret->text = cursor_rest(&line);
		return FIT_SURE;
	}
	if (!cursor_clock(&c, &seconds))
		return FIT_NO;
	ret->time = span_between(line.at, c.at);
	if (!cursor_char(&c, ' ') || c.at == c.end)
		return FIT_NO;
	if (*c.at == '<')
		return speech(c, ret);
	if (action(c, ret))
		return FIT_SURE;
	if (cursor_literal(&c, "-!- ")) {
		event(c, ret);
		return FIT_SURE;
	}
	return cursor_notice(&c, ret) ? FIT_SURE : FIT_NO;
}
