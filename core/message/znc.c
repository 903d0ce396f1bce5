/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ZNC's log module, EnergyMech's channel log, which is nearly the same, and
 * catgirl's: all have "[time] ".
 */
#include "core/message/formats.h"

/* "Mon D YYYY HH:MM:SS" of EnergyMech */
static bool long_date(struct cursor *c)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct cursor try = *c;
	struct span word;

	if (cursor_left(&try) < 4 || memmem(months, 36, try.at, 3) == NULL)
		return false;
	try.at += 3;
	cursor_blanks(&try);
	if (!cursor_word_blank(&try, &word) || word.len_bytes > 2 ||
	    !cursor_two_digits(&try, 19, 99) ||
	    !cursor_two_digits(&try, 0, 99) || !cursor_char(&try, ' '))
		return false;
	*c = try;
	return true;
}

/* "[time] "; *ret_zone: catgirl's, which has a time zone. */
static bool time_of(struct cursor *c, struct span *ret, bool *ret_zone)
{
	struct cursor try = *c;
	struct cursor zone;
	const char *start;
	bool seconds;

	*ret_zone = false;
	if (!cursor_char(&try, '['))
		return false;
	start = try.at;
	if (cursor_date(&try)) {
		if (!cursor_char(&try, 'T') && !cursor_char(&try, ' '))
			return false;
	} else {
		(void)long_date(&try);
	}
	if (!cursor_clock(&try, &seconds) || !seconds)
		return false;
	zone = try;
	*ret_zone = (cursor_char(&zone, '+') || cursor_char(&zone, '-')) &&
		    cursor_two_digits(&zone, 0, 14) &&
		    cursor_two_digits(&zone, 0, 59);
	if (*ret_zone)
		try = zone;
	*ret = span_between(start, try.at);
	if (!cursor_literal(&try, "] "))
		return false;
	*c = try;
	return true;
}

/* "Joins: nick (user@host)", "Parts: ... (why)", "Quits: ..." */
static bool came_or_went(struct cursor c, struct message *ret)
{
	if (cursor_literal(&c, "Joins: "))
		ret->kind = KIND_JOIN;
	else if (cursor_literal(&c, "Parts: "))
		ret->kind = KIND_PART;
	else if (cursor_literal(&c, "Quits: "))
		ret->kind = KIND_QUIT;
	else
		return false;
	if (!cursor_word(&c, &ret->nick))
		return true;
	(void)cursor_char(&c, ' ');
	/* EnergyMech leaves out the host of who quits, ZNC never. */
	if (cursor_host(&c, '(', ')') && c.at == c.end &&
	    ret->kind == KIND_QUIT) {
		struct span why = span_unwrap(
			span_between(ret->nick.text + ret->nick.len_bytes + 1,
				     c.end),
			'(', ')');

		if (memchr(why.text, '@', why.len_bytes) == NULL)
			ret->text = why;
		return true;
	}
	(void)cursor_char(&c, ' ');
	ret->text = span_unwrap(cursor_rest(&c), '(', ')');
	return true;
}

/* catgirl's sentences, behind "nick ". */
static bool sentence(struct cursor c, struct message *ret)
{
	if (!cursor_word_blank(&c, &ret->nick))
		return false;
	if (cursor_literal(&c, "is now known as ")) {
		ret->kind = KIND_NICK;
	} else if (cursor_literal(&c, "arrives in ")) {
		ret->kind = KIND_JOIN;
		ret->channel = cursor_rest(&c);
		return true;
	} else if (cursor_literal(&c, "places a new sign in ") &&
		   cursor_until(&c, ": ", &ret->channel)) {
		ret->kind = KIND_TOPIC;
	} else if (cursor_literal(&c, "kicks ") &&
		   cursor_word(&c, &ret->target) &&
		   cursor_literal(&c, " out of ")) {
		ret->kind = KIND_KICK;
		if (!cursor_until(&c, ": ", &ret->channel)) {
			ret->channel = cursor_rest(&c);
			return true;
		}
	} else if (cursor_literal(&c, "leaves: ")) {
		ret->kind = KIND_QUIT;
	} else if (cursor_literal(&c, "leaves ")) {
		ret->kind = KIND_PART;
		if (!cursor_until(&c, ": ", &ret->channel)) {
			ret->channel = cursor_rest(&c);
			return true;
		}
	} else {
		return false;
	}
	ret->text = cursor_rest(&c);
	return true;
}

static bool action(struct cursor c, struct message *ret)
{
	struct span nick;

	if (!cursor_literal(&c, "* ") || !cursor_word(&c, &nick))
		return false;
	(void)cursor_char(&c, ' ');
	message_said(ret, KIND_ACTION, nick, cursor_rest(&c));
	return true;
}

enum fit format_znc(struct cursor line, struct message *ret)
{
	struct span time, nick;
	bool zone;

	if (!time_of(&line, &time, &zone))
		return FIT_NO;
	ret->time = time;
	if (cursor_speaker(&line, &nick)) {
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&line));
		return FIT_SURE;
	}
	if (action(line, ret) || cursor_notice(&line, ret))
		return FIT_SURE;
	if (zone && sentence(line, ret))
		return FIT_SURE;
	if (cursor_literal(&line, "*** ") &&
	    (came_or_went(line, ret) || format_stars(line, ret)))
		return FIT_SURE;
	format_whole(KIND_OTHER, line.at, cursor_left(&line), ret);
	ret->time = time;
	return FIT_LOOSE;
}
