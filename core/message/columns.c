/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* WeeChat's logger: time, prefix, message, with tabs between. */
#include "core/message/event.h"
#include "core/message/grammar.h"

/* Of a private notice: "nick: " or "nick (user@host): ". */
static bool take_sender(struct cursor *c, struct span *ret)
{
	struct span host;

	/* So has WeeChat's own "irc: ". */
	if (!cursor_word_blank(c, ret) || span_is(*ret, "irc:"))
		return false;
	if (span_ends(*ret, ':')) {
		ret->len_bytes--;
		return ret->len_bytes > 0;
	}
	return cursor_char(c, '(') && cursor_until(c, "): ", &host) &&
	       span_has(host, '@') && !span_has(host, ' ');
}

/* "Notice(nick): text", or a private one. */
static bool notice(struct cursor c, struct message *ret)
{
	struct span nick;

	if (((!cursor_literal(&c, "Notice(") &&
	      !cursor_literal(&c, "PvNotice(")) ||
	     !cursor_until(&c, "): ", &nick)) &&
	    !take_sender(&c, &nick))
		return false;
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

/* One's own prefix for joins, actions ... ("\u25ac\u25b6"): no name at all. */
static bool is_drawn(struct span prefix)
{
	for (size_t i = 0; i < prefix.len_bytes; i++)
		if (scan_is_alnum(prefix.text[i]))
			return false;
	/* U+2000 to U+2FFF, or a sign that is no nick */
	return prefix.text[0] == '\xe2' ||
	       (prefix.len_bytes == 1 && memchr("-*+=!>", *prefix.text, 6));
}

/*
 * What a logging library writes there: "INFO", or "info" where the time has
 * more than WeeChat writes. "info" alone is somebody's nick.
 */
static bool is_level(const struct line *line, struct span prefix)
{
	if (!span_is_severity(prefix))
		return false;
	for (size_t i = 0; i < prefix.len_bytes; i++)
		if (prefix.text[i] < 'a')
			return true;
	return line_has(line, STAMP_FRACTION) || line_has(line, STAMP_ZONE);
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
	if (is_drawn(prefix)) {
		if (!event_read(c, EVENT_FRAMED, ret))
			message_said(ret, KIND_MESSAGE, span_of("", 0),
				     cursor_rest(&c));
		return FIT_SURE;
	}
	prefix = span_without_status(prefix);
	if (span_has(prefix, ' ') || prefix.text[0] == '<' ||
	    prefix.text[0] == '/' || prefix.len_bytes > 64 ||
	    is_level(line, prefix))
		return FIT_NO;
	message_said(ret, KIND_MESSAGE, prefix, cursor_rest(&c));
	return FIT_SURE;
}
