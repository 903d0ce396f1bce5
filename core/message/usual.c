/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/usual.h"

#include "core/message/stamp.h"

/* "[12:30:01] " and what follows it can be looked at without counting. */
enum { STAMP_BYTES_MAX = 12 };

/* The number of two digits; 100: they are none. */
static unsigned two_digits(const char *at)
{
	return scan_is_digit(at[0]) && scan_is_digit(at[1])
		       ? (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0')
		       : 100;
}

static bool take_stamp(struct cursor *c, struct usual *ret)
{
	bool square = cursor_char(c, '[');
	const char *from = c->at;
	unsigned hour = two_digits(from), minute = two_digits(from + 3);
	unsigned second = 0;

	if (hour > 24 || from[2] != ':' || minute > 59)
		return false;
	c->at += 5;
	ret->shape = STAMP_CLOCK | (square ? (unsigned)STAMP_SQUARE : 0);
	if (cursor_char(c, ':')) {
		second = two_digits(c->at);
		if (second > 60)
			return false;
		c->at += 2;
		ret->shape |= STAMP_SECONDS;
	}
	ret->time = span_between(from, c->at);
	ret->when = (struct message_time){
		.ms = ((int64_t)(hour * 60 + minute) * 60 + second) * 1000,
		.step_ms = (ret->shape & STAMP_SECONDS) != 0 ? 1000 : 60000,
	};
	return (!square || cursor_char(c, ']')) && cursor_char(c, ' ');
}

/* Every one from A to } is a letter or one of [\]^_`{|} */
static bool is_nick_byte(char c)
{
	return (c >= 'A' && c <= '}') || scan_is_digit(c) || c == '-';
}

static bool take_nick(struct cursor *c, struct span *ret)
{
	const char *from;

	if (!cursor_char(c, '<'))
		return false;
	while (c->at < c->end &&
	       (*c->at == '@' || *c->at == '+' || *c->at == ' '))
		c->at++;
	from = c->at;
	while (c->at < c->end && is_nick_byte(*c->at))
		c->at++;
	*ret = span_between(from, c->at);
	return ret->len_bytes > 0 && ret->len_bytes <= USUAL_NICK_BYTES &&
	       !span_is(*ret, "-") && cursor_char(c, '>') &&
	       cursor_char(c, ' ');
}

bool usual_read(struct span line, struct usual *ret)
{
	struct cursor c = cursor_of(line);

	if (line.len_bytes < STAMP_BYTES_MAX || !take_stamp(&c, ret) ||
	    !take_nick(&c, &ret->nick))
		return false;
	ret->text = cursor_rest(&c);
	return true;
}
