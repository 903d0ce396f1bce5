/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* WeeChat's logger: time, prefix, message, with tabs between. */
#include "core/message/event.h"
#include "core/message/grammar.h"

/* "Notice(nick): text", and of a private one just "nick: text". */
static bool notice(struct cursor c, struct message *ret)
{
	struct span nick;

	if (cursor_literal(&c, "Notice(") && cursor_until(&c, "): ", &nick)) {
		message_said(ret, KIND_NOTICE, nick, cursor_rest(&c));
		return true;
	}
	/* So has WeeChat's own "irc: ". */
	if (!cursor_word_blank(&c, &nick) || nick.len_bytes < 2 ||
	    !span_ends(nick, ':') || span_is(nick, "irc:"))
		return false;
	nick.len_bytes--;
	message_said(ret, KIND_NOTICE, nick, cursor_rest(&c));
	return true;
}

static void network(struct cursor c, struct message *ret)
{
	if (event_read(c, EVENT_FRAMED, ret) || notice(c, ret))
		return;
	ret->kind = KIND_OTHER;
	ret->text = cursor_rest(&c);
}

static void action(struct cursor c, struct message *ret)
{
	struct span nick;

	if (!cursor_word(&c, &nick)) {
		ret->text = cursor_rest(&c);
		return;
	}
	(void)cursor_char(&c, ' ');
	message_said(ret, KIND_ACTION, span_without_status(nick),
		     cursor_rest(&c));
}

/* The default prefixes, those of one's own settings are like them. */
static bool is_network(struct span prefix)
{
	static const char *const prefixes[] = { "-->",	  "<--",   "--",
						"=!=",	  "",	   "\u2192",
						"\u2190", "\u2500" };

	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (span_is(prefix, prefixes[i]))
			return true;
	return false;
}

/*
 * Tabs in a log; " | " with blanks before the prefix in what was copied off the
 * screen.
 */
static bool take_prefix(const struct line *line, struct cursor *c,
			struct span *ret)
{
	if (cursor_char(c, '\t'))
		return (line->stamp.shape & (STAMP_DATE | STAMP_EPOCH)) != 0 &&
		       cursor_until(c, "\t", ret);
	if (line->stamp.shape == 0 || !cursor_space(c))
		return false;
	(void)cursor_literal(c, "| ");
	if (!cursor_until(c, " | ", ret))
		return false;
	*ret = span_trim_end(*ret);
	return true;
}

enum fit grammar_columns(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span prefix;

	if (!take_prefix(line, &c, &prefix))
		return FIT_NO;
	if (is_network(prefix)) {
		network(c, ret);
		return FIT_SURE;
	}
	if (span_is(prefix, " *") || span_is(prefix, "*")) {
		action(c, ret);
		return FIT_SURE;
	}
	prefix = span_without_status(prefix);
	if (span_has(prefix, ' ') || prefix.text[0] == '<' ||
	    prefix.text[0] == '/' || prefix.len_bytes > 64)
		return FIT_NO;
	message_said(ret, KIND_MESSAGE, prefix, cursor_rest(&c));
	return FIT_SURE;
}
