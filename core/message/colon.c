/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * "nick: text" after a time: Pidgin, Chatterino, tiny, Profanity, Gajim, Dino,
 * bip, WhatsApp and Zoom.
 */
#include "core/message/event.h"
#include "core/message/grammar.h"

enum { NAME_BYTES = 64, NAME_BLANKS = 4, NICK_BYTES = 40 };

/* "alice@example.org/Home", who is alice; any other name as it is. */
static struct span without_server(struct span name)
{
	struct cursor c = cursor_of(name);
	struct span local;

	return cursor_until(&c, "@", &local) && local.len_bytes > 0 &&
			       memchr(c.at, '.', cursor_left(&c)) != NULL &&
			       !span_has(name, ' ')
		       ? local
		       : name;
}

static bool is_nick(struct span name, bool with_blanks)
{
	size_t blanks = 0;

	for (size_t i = 0; i < name.len_bytes; i++) {
		if (memchr("/\\=(<>\"\t", name.text[i], 8) != NULL &&
		    (name.text[i] != '\\' || with_blanks))
			return false;
		blanks += name.text[i] == ' ';
	}
	return name.len_bytes > 0 && !span_ends(name, ' ') &&
	       blanks <= (with_blanks ? NAME_BLANKS : 0) &&
	       name.len_bytes <= (with_blanks ? NAME_BYTES : NICK_BYTES) &&
	       !span_is_severity(name);
}

static bool colon_nick(struct cursor *c, bool with_blanks, struct span *ret)
{
	struct cursor try = *c;
	const char *colon = memchr(try.at, ':', cursor_left(&try));

	if (colon == NULL || colon == try.at)
		return false;
	*ret = without_server(span_between(try.at, colon));
	try.at = colon + 1;
	if (try.at < try.end && !cursor_char(&try, ' '))
		return false;
	if (!is_nick(*ret, with_blanks))
		return false;
	*c = try;
	return true;
}

static void other(struct cursor c, struct message *ret)
{
	ret->kind = KIND_OTHER;
	ret->text = cursor_rest(&c);
}

/* ---- WhatsApp: "28/11/2026, 12:30 - Alice: text" ------------------------ */

/* iPhones write "[28.11.26, 12:30:01] Alice: text", with U+200E before it. */
static enum fit whatsapp(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span nick;

	if (!line_has(line, STAMP_NUMERIC | STAMP_COMMA))
		return FIT_NO;
	if (!cursor_literal(&c, " - ") &&
	    ((line->stamp.shape & STAMP_SQUARE) == 0 || !cursor_char(&c, ' ')))
		return FIT_NO;
	/* "Messages are encrypted", "Alice added Bob" */
	if (!colon_nick(&c, true, &nick))
		other(c, ret);
	else
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&c));
	return FIT_SURE;
}

/* ---- Zoom --------------------------------------------------------------- */

/*
 * "\t From Alice to Everyone : text", "\tAlice Smith:\ttext", and with its text
 * in the lines after it "From Alice to Everyone:".
 */
static enum fit zoom(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	bool tab = cursor_char(&c, '\t'), text_below;
	struct span nick, to;

	if ((line->stamp.shape & STAMP_SECONDS) == 0 ||
	    (line->stamp.shape & STAMP_SQUARE) != 0)
		return FIT_NO;
	cursor_blanks(&c);
	if (cursor_literal(&c, "From ")) {
		cursor_blanks(&c);
		if (!cursor_until(&c, ":", &nick))
			return FIT_NO;
	} else if (!tab || !cursor_until(&c, ":\t", &nick)) {
		return FIT_NO;
	}
	text_below = c.at == c.end;
	(void)(cursor_char(&c, ' ') || cursor_char(&c, '\t'));
	ret->text = cursor_rest(&c);
	c = cursor_of(nick);
	if (cursor_until(&c, " to ", &to) || cursor_until(&c, " To ", &to))
		nick = to;
	nick = span_trim_end(nick);
	if (nick.len_bytes == 0 || nick.len_bytes > NAME_BYTES)
		return FIT_NO;
	message_said(ret, text_below ? KIND_OTHER : KIND_MESSAGE, nick,
		     ret->text);
	return FIT_SURE;
}

/* ---- bip ---------------------------------------------------------------- */

/* "nick!user@host", "(nick)" of a query: the nick. */
static struct span bip_nick(struct span who)
{
	struct cursor c = cursor_of(span_unwrap(who, '(', ')'));
	struct span nick;

	return cursor_until(&c, "!", &nick) ? nick : cursor_rest(&c);
}

/*
 * "< nick!user@host: text", "< * nick!user@host waves", "< -nick!user@host-
 * text", "> me: text", "> (nick): text"
 */
static enum fit bip(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	enum message_kind kind = KIND_MESSAGE;
	struct span who;
	char ends = ':';

	if ((line->stamp.shape & STAMP_DATE) == 0 || !cursor_char(&c, ' ') ||
	    (!cursor_literal(&c, "< ") && !cursor_literal(&c, "> ")))
		return FIT_NO;
	if (cursor_literal(&c, "* ")) {
		kind = KIND_ACTION;
	} else if (cursor_char(&c, '-')) {
		kind = KIND_NOTICE;
		ends = '-';
	}
	if (!cursor_word(&c, &who) ||
	    (kind != KIND_ACTION && !span_ends(who, ends)))
		return FIT_NO;
	who.len_bytes -= kind != KIND_ACTION;
	(void)cursor_char(&c, ' ');
	who = bip_nick(who);
	if (who.len_bytes == 0)
		return FIT_NO;
	message_said(ret, kind, who, cursor_rest(&c));
	return FIT_SURE;
}

/* ---- everybody else ----------------------------------------------------- */

/* "alice <AUTO-REPLY>: text" */
static bool said(struct cursor c, bool with_blanks, struct message *ret)
{
	static const char reply[] = " <AUTO-REPLY>: ";
	struct cursor try = c;
	struct span nick;

	if (cursor_until(&try, reply, &nick) && is_nick(nick, with_blanks)) {
		message_said(ret, KIND_MESSAGE, nick, cursor_rest(&try));
		return true;
	}
	if (!colon_nick(&c, with_blanks, &nick))
		return false;
	message_said(ret, KIND_MESSAGE, span_without_status(nick),
		     cursor_rest(&c));
	return true;
}

/*
 * Profanity writes "12:30:01 - alice: text", "12:30:01 - *alice waves" and
 * "12:30:01 - <- bob has left the room.".
 */
static enum fit profanity(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span nick;

	if ((line->stamp.shape & STAMP_SECONDS) == 0 ||
	    !cursor_literal(&c, " - "))
		return FIT_NO;
	if (cursor_literal(&c, "-> ") || cursor_literal(&c, "<- "))
		return event_read(c, EVENT_FRAMED, ret) ? FIT_SURE : FIT_NO;
	if (event_read(c, EVENT_BARE, ret))
		return FIT_SURE;
	if (cursor_char(&c, '*')) {
		cursor_blanks(&c);
		if (!cursor_word_blank(&c, &nick))
			return FIT_NO;
		message_said(ret, KIND_ACTION, nick, cursor_rest(&c));
		return FIT_SURE;
	}
	return said(c, false, ret) ? FIT_SURE : FIT_NO;
}

/* Skype, Teams and others: "[28.11.2026 12:30:01] Alice Smith: text" */
static enum fit full_name(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span nick;

	if (!line_has(line, STAMP_NUMERIC | STAMP_SQUARE) ||
	    !cursor_char(&c, ' ') || !colon_nick(&c, true, &nick) ||
	    !span_is_capitalised(nick))
		return FIT_NO;
	message_said(ret, KIND_MESSAGE, nick, cursor_rest(&c));
	return FIT_SURE;
}

enum fit grammar_colon(const struct line *line, struct message *ret)
{
	static grammar_fn *const special[] = { grammar_chat, whatsapp,
					       zoom,	     bip,
					       profanity,    full_name };
	struct cursor c = line->body;

	if (line->stamp.shape == 0)
		return grammar_chat(line, ret);
	if ((line->stamp.shape & (STAMP_EPOCH | STAMP_UPTIME)) != 0)
		return FIT_NO;
	for (size_t i = 0; i < COUNT_OF(special); i++) {
		enum fit fit = special[i](line, ret);

		if (fit != FIT_NO)
			return fit;
	}
	if (!cursor_space(&c))
		return FIT_NO;
	return said(c, (line->stamp.shape & STAMP_ROUND) != 0, ret) ? FIT_SURE
								    : FIT_NO;
}
