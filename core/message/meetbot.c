/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* MeetBot's raw log: "HH:MM:SS <nick> text", "HH:MM:SS * nick text". */
#include "core/message/formats.h"

enum fit format_meetbot(struct cursor line, struct message *ret)
{
	const char *start = line.at;
	struct span nick;
	bool seconds;

	if (!cursor_clock(&line, &seconds))
		return FIT_NO;
	ret->time = span_between(start, line.at);
	if (!cursor_char(&line, ' '))
		return FIT_NO;
	if (cursor_speaker(&line, &nick)) {
		/* irssi shows a status in front of a nick, MeetBot never. */
		if (memchr("@+%&~!", nick.text[0], 6) != NULL)
			return FIT_NO;
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&line));
		return FIT_SURE;
	}
	if (!cursor_literal(&line, "* ") || !cursor_word(&line, &nick))
		return FIT_NO;
	(void)cursor_char(&line, ' ');
	message_said(ret, KIND_ACTION, nick, cursor_rest(&line));
	/* Without seconds this may be an item of anybody's list. */
	return seconds ? FIT_SURE : FIT_LOOSE;
}
