/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Limnoria's ChannelLogger: "YYYY-MM-DDTHH:MM:SS  <nick> text". */
#include "core/message/formats.h"

/* "nick <nick!user@host> has joined #c" */
static bool came_or_went(struct cursor c, struct message *ret)
{
	if (!cursor_word_blank(&c, &ret->nick) || !cursor_host(&c, '<', '>'))
		return false;
	if (cursor_literal(&c, " has joined "))
		ret->kind = KIND_JOIN;
	else if (cursor_literal(&c, " has left "))
		ret->kind = KIND_PART;
	else if (cursor_literal(&c, " has quit IRC"))
		ret->kind = KIND_QUIT;
	else
		return false;
	if (ret->kind != KIND_QUIT)
		(void)cursor_word(&c, &ret->channel);
	(void)cursor_char(&c, ' ');
	ret->text = span_unwrap(cursor_rest(&c), '(', ')');
	return true;
}

enum fit format_limnoria(struct cursor line, struct message *ret)
{
	const char *start = line.at;
	struct span time, nick;
	bool seconds;

	if (!cursor_date(&line) || !cursor_char(&line, 'T') ||
	    !cursor_clock(&line, &seconds) || !seconds)
		return FIT_NO;
	time = span_between(start, line.at);
	if (!cursor_literal(&line, "  "))
		return FIT_NO;
	ret->time = time;
	if (cursor_speaker(&line, &nick)) {
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&line));
		return FIT_SURE;
	}
	if (cursor_notice(&line, ret))
		return FIT_SURE;
	if (cursor_literal(&line, "* ") && cursor_word(&line, &nick)) {
		(void)cursor_char(&line, ' ');
		message_said(ret, KIND_ACTION, nick, cursor_rest(&line));
		return FIT_SURE;
	}
	if (cursor_literal(&line, "*** ") &&
	    (came_or_went(line, ret) || format_stars(line, ret)))
		return FIT_SURE;
	format_whole(KIND_OTHER, line.at, cursor_left(&line), ret);
	ret->time = time;
	return FIT_LOOSE;
}
