/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* sic 1.1's output, and sic 1.2's, which differs only in its date. */
#include "core/message/grammar.h"

/* "MM/DD/YY HH:MM", "YYYY-MM-DD HH:MM", or "HH:MM" alone. */
static bool take_time(struct cursor *c, struct stamp *ret)
{
	struct cursor try = *c;

	if (!stamp_take(&try, ret) ||
	    (ret->shape &
	     (STAMP_SQUARE | STAMP_ROUND | STAMP_MONTH | STAMP_EPOCH)) != 0 ||
	    !cursor_char(&try, ' '))
		return false;
	*c = try;
	return true;
}

/*
 * The padded first field, one word or none, its ": " and the time. A field of
 * twelve bytes and more touches its colon, which a field may also end in.
 */
static bool head_of(struct cursor *c, struct span *ret_field,
		    struct stamp *ret_stamp)
{
	struct cursor try = *c;
	struct span field = { try.at, 0 };

	if (cursor_word(&try, &field) &&
	    field.text[field.len_bytes - 1] == ':' && cursor_char(&try, ' ') &&
	    take_time(&try, ret_stamp)) {
		*ret_field =
			span_trim_end(span_of(field.text, field.len_bytes - 1));
		*c = try;
		return true;
	}
	try.at = field.text + field.len_bytes;
	cursor_blanks(&try);
	/*
	 * sic takes the one word of "PRIVMSG #c word", sent without a colon,
	 * into the field.
	 */
	if (try.at < try.end && *try.at != ':') {
		struct span word;

		if (!cursor_word(&try, &word))
			return false;
		field = span_between(field.text, try.at);
		if (try.at[-1] == ':' && try.at - field.text > 12) {
			field.len_bytes--;
			try.at--;
		}
		cursor_blanks(&try);
	}
	if (!cursor_literal(&try, ": ") || !take_time(&try, ret_stamp))
		return false;
	*ret_field = field;
	*c = try;
	return true;
}

/*
 * "libera/#c", where lines of several networks come together: no nick or host
 * has a slash, and a channel's comes after its "#".
 */
static struct span take_network(struct span *field)
{
	struct cursor c = cursor_of(*field);
	struct span network;

	if (span_is_channel(*field) || !cursor_until(&c, "/", &network) ||
	    network.len_bytes == 0 || c.at == c.end)
		return span_of("", 0);
	*field = cursor_rest(&c);
	return network;
}

/* ">< COMMAND (params): trailing" */
static bool command_of(struct cursor c, struct span sender, struct message *ret)
{
	struct span command, params, time = ret->time;

	if (!cursor_literal(&c, ">< ") || !cursor_word_blank(&c, &command) ||
	    !cursor_char(&c, '(') || !cursor_until(&c, "):", &params))
		return false;
	(void)cursor_char(&c, ' ');
	message_of_irc(sender, command, params, cursor_rest(&c), ret);
	ret->time = time;
	return true;
}

/* "<nick> text": PRIVMSG, whose target is in the field. */
static bool speech_of(struct cursor c, struct span field, struct message *ret)
{
	struct span time = ret->time, target = field, nick = { "", 0 };
	struct cursor f = cursor_of(field);
	struct span text;

	if (!cursor_literal(&c, "<> ") && !cursor_speaker(&c, &nick))
		return false;
	text = cursor_rest(&c);
	if (cursor_word_blank(&f, &target)) {
		if (text.len_bytes > 0)
			return false;
		text = cursor_rest(&f);
	}
	message_of_irc(nick, span_of("PRIVMSG", 7), target, text, ret);
	ret->time = time;
	return true;
}

static enum fit fit_of(struct cursor c, struct span field,
		       const struct stamp *stamp, struct message *ret)
{
	if (speech_of(c, field, ret))
		return FIT_SURE;
	if (span_has(field, ' '))
		return FIT_NO;
	if (command_of(c, field, ret))
		return FIT_SURE;
	return (stamp->shape & STAMP_DATE) != 0 ? FIT_LOOSE : FIT_NO;
}

enum fit grammar_sic(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct stamp stamp;
	struct span field, network;
	enum fit fit;

	if (line->stamp.shape != 0 || !head_of(&c, &field, &stamp))
		return FIT_NO;
	network = take_network(&field);
	ret->time = stamp.text;
	fit = fit_of(c, field, &stamp, ret);
	if (fit == FIT_NO)
		return fit;
	ret->when = stamp.when;
	if (network.len_bytes > 0)
		ret->network = network;
	if (fit == FIT_SURE)
		return fit;
	/* What sic itself has to say: "No channel to send to". */
	ret->channel = field;
	ret->text = cursor_rest(&c);
	return fit;
}
