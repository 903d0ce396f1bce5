/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * "<nick> text" and what goes with it, as IRC clients, bouncers and bots write
 * it, with any time stamp: irssi, HexChat, mIRC, ZNC, The Lounge, Quassel,
 * Konversation, eggdrop, MeetBot, Limnoria, ii and others.
 */
#include "core/message/event.h"
#include "core/message/grammar.h"
#include "core/message/remark.h"

enum { DISPLAY_NAME_BYTES = 64 };

/* ---- who speaks --------------------------------------------------------- */

/*
 * "@alice:example.org" is alice: a Matrix id, which a bot writes in full. A
 * server has a dot, a port after it or not.
 */
static struct span local_part(struct span nick)
{
	const char *colon = nick.len_bytes > 3 && nick.text[0] == '@'
				    ? memchr(nick.text, ':', nick.len_bytes)
				    : NULL;
	size_t n = colon != NULL ? (size_t)(colon - nick.text) : 0;

	if (n < 2 || memchr(colon, '.', nick.len_bytes - n) == NULL)
		return nick;
	return span_of(nick.text + 1, n - 1);
}

static struct span person(struct span nick)
{
	struct span local = local_part(nick);

	return local.len_bytes < nick.len_bytes ? local
						: span_without_status(nick);
}

/* "nick:#channel", as irssi names what is said in another window; "nick/#c" is
 * HexChat's. */
static void split_channel(struct span *nick, struct message *ret)
{
	size_t n = 1;
	struct span after;

	while (n < nick->len_bytes && nick->text[n] != ':' &&
	       nick->text[n] != '/')
		n++;
	if (n >= nick->len_bytes)
		return;
	after = span_of(nick->text + n + 1, nick->len_bytes - n - 1);
	if (!span_is_channel(after))
		return;
	ret->channel = after;
	nick->len_bytes = n;
}

/* A nick has no blank; a name of Discord or Matrix may have some. */
static bool is_name(struct span name)
{
	return name.len_bytes > 0 && name.len_bytes <= DISPLAY_NAME_BYTES &&
	       name.text[0] != ' ' && name.text[0] != '/' &&
	       !span_has(name, '<') && !span_has(name, '"') &&
	       !span_has(name, '=') && !span_is(name, "-") &&
	       /* bip's "< nick!user@host: text" */
	       !(span_has(name, '!') && span_has(name, '@'));
}

/*
 * "<nick> ", "<@nick> ", "< nick> ", "<nick > ", "<nick:#channel> ", and the
 * same before a tab or the end.
 */
static bool speech(struct cursor c, enum message_kind kind, struct message *ret)
{
	const char *close;
	struct span nick;

	if (!cursor_char(&c, '<'))
		return false;
	close = memchr(c.at, '>', cursor_left(&c));
	if (close == NULL)
		return false;
	nick = span_trim_end(span_between(c.at, close));
	c.at = close + 1;
	if (c.at < c.end && !cursor_char(&c, ' ') && !cursor_char(&c, '\t'))
		return false;
	nick = person(nick);
	split_channel(&nick, ret);
	if (!is_name(nick))
		return false;
	message_said(ret, kind, nick, cursor_rest(&c));
	return true;
}

/* "-nick- ", "-nick:#channel- " or with "/", "-nick(user@host)- ", also with a
 * blank before the host, "-!server- "; or a tab after it. */
static bool notice(struct cursor c, struct message *ret)
{
	struct cursor tab = c;
	struct span who, part;

	/* A nick may hold "-" itself: "-a-b- text" is from a-b. */
	if (!cursor_char(&c, '-') || !cursor_until(&c, "- ", &who)) {
		if (!cursor_char(&tab, '-') || !cursor_until(&tab, "-\t", &who))
			return false;
		c = tab;
	}
	tab = cursor_of(who);
	if (cursor_until(&tab, "(", &part) && span_ends(who, ')'))
		who = span_trim_end(part);
	if (who.len_bytes == 0 || span_has(who, ' ') || who.text[0] == '-' ||
	    span_is(who, "!") || span_is(who, "*"))
		return false;
	if (who.text[0] == '!')
		who = span_of(who.text + 1, who.len_bytes - 1);
	split_channel(&who, ret);
	message_said(ret, KIND_NOTICE, who, cursor_rest(&c));
	return true;
}

static bool action(struct cursor c, struct message *ret)
{
	struct span nick;

	if (!cursor_word(&c, &nick) || nick.text[0] == '*')
		return false;
	if (nick.len_bytes > 1 && span_ends(nick, ':'))
		nick.len_bytes--; /* Textual's "• nick: waves" */
	(void)cursor_char(&c, ' ');
	message_said(ret, KIND_ACTION, person(nick), cursor_rest(&c));
	return true;
}

/* ---- frames ------------------------------------------------------------- */

/* What is no event could be anybody's where there is no stamp before it. */
static enum fit framed(struct cursor c, struct message *ret)
{
	if (event_read(c, EVENT_FRAMED, ret))
		return FIT_SURE;
	remark_read(c, ret);
	return FIT_LOOSE;
}

/* ii writes a notice without its sender: -!- "text") */
static enum fit exclaimed(struct cursor c, struct message *ret)
{
	struct span text = cursor_rest(&c);

	if (text.len_bytes >= 3 && text.text[0] == '"' &&
	    memcmp(c.end - 2, "\")", 2) == 0) {
		message_said(ret, KIND_NOTICE, span_of("", 0),
			     span_of(text.text + 1, text.len_bytes - 3));
		return FIT_SURE;
	}
	return framed(c, ret);
}

/* Until 2006 an action was "=== nick text" at irclogs.ubuntu.com. */
static enum fit underlined(struct cursor c, struct message *ret)
{
	struct cursor text = c;
	struct span nick;

	if (event_read(c, EVENT_FRAMED, ret))
		return FIT_SURE;
	remark_read(c, ret);
	if (cursor_word_blank(&text, &nick) && !span_is(nick, "Topic") &&
	    *nick.text != '=' && *nick.text != '-')
		message_said(ret, KIND_ACTION, nick, cursor_rest(&text));
	return FIT_LOOSE;
}

/* "* nick waves", "* nick (host) has joined #c", "* Now talking on #c" */
static enum fit starred(struct cursor c, struct message *ret)
{
	cursor_blanks(&c);
	if (event_read(c, EVENT_STAR, ret))
		return FIT_SURE;
	if (remark_is(c, REMARK_STAR)) {
		remark_read(c, ret);
		return FIT_LOOSE;
	}
	return action(c, ret) ? FIT_LOOSE : FIT_NO;
}

static enum fit acted(struct cursor c, struct message *ret)
{
	return action(c, ret) ? FIT_LOOSE : FIT_NO;
}

/* Any script draws arrows: only an event after one is a client's. */
static enum fit arrow(struct cursor c, struct message *ret)
{
	return event_read(c, EVENT_FRAMED, ret) ? FIT_SURE : FIT_NO;
}

/* clang-format off */
static const struct {
	const char *mark;
	enum fit (*read)(struct cursor c, struct message *ret);
} frames[] = {
	{ "* ", starred }, { "*\t", starred }, { "\u2022 ", acted },
	{ "-!- ", exclaimed }, { "*** ", framed }, { "***\t", framed },
	{ "***", acted }, /* Pidgin's "***nick waves" */
	{ "=== ", underlined },
	/* XChat, Quassel */
	{ "-->\t", framed }, { "<--\t", framed }, { "---\t", framed },
	{ "--> ", arrow }, { "<-- ", arrow }, { "<-> ", arrow },
	{ "<-* ", arrow }, { "<-x ", arrow }, { "=> ", arrow },
	{ "<= ", arrow }, { "-*- ", acted },
	{ "Action: ", acted }, /* eggdrop */
	/* IRCCloud, and its action */
	{ "\u2192 ", arrow }, { "\u2190 ", arrow }, { "\u21d0 ", arrow },
	{ "\u2014 ", acted },
};
/* clang-format on */

static bool may_frame(char c)
{
	return memchr("*-=<A\xe2", c, 6) != NULL;
}

static enum fit in_frame(struct cursor c, struct message *ret)
{
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct cursor try = c;

		if (cursor_literal(&try, frames[i].mark))
			return frames[i].read(try, ret);
	}
	return FIT_NO;
}

/* "#channel: <nick> text", "[#channel] <nick> text", "#channel <nick> text" */
static enum fit other_window(struct cursor c, struct message *ret)
{
	struct span channel;

	if (!cursor_word_blank(&c, &channel))
		return FIT_NO;
	channel = span_unwrap(channel, '[', ']');
	if (channel.len_bytes > 1 && span_ends(channel, ':'))
		channel.len_bytes--;
	if (channel.text[0] != '#' || !speech(c, KIND_MESSAGE, ret))
		return FIT_NO;
	ret->channel = channel;
	return FIT_SURE;
}

/* The body of a line, without its stamp and the blanks after it. */
static enum fit body(struct cursor c, struct message *ret)
{
	enum fit fit;

	if (c.at == c.end)
		return FIT_NO;
	if (*c.at == '<' && speech(c, KIND_MESSAGE, ret))
		return FIT_SURE;
	if (*c.at == '#' || *c.at == '[') {
		fit = other_window(c, ret);
		if (fit != FIT_NO)
			return fit;
	}
	if (may_frame(*c.at)) {
		fit = in_frame(c, ret);
		if (fit != FIT_NO)
			return fit;
	}
	if (*c.at == '-' && notice(c, ret))
		return FIT_SURE;
	if (event_read(c, EVENT_BARE, ret))
		return FIT_SURE;
	if (!remark_is(c, REMARK_BARE))
		return FIT_NO;
	remark_read(c, ret);
	return FIT_SURE;
}

/*
 * Konversation names each event in its user's language: "Join<TAB>...",
 * "Beitritt<TAB>..."; it alone writes a date and a clock in brackets each.
 */
static bool konversation(const struct line *line, struct cursor c,
			 struct message *ret)
{
	static const char brackets[] = "] [";
	struct span stamp = line->stamp.text, event;

	if (memmem(stamp.text, stamp.len_bytes, brackets, 3) == NULL ||
	    !cursor_until(&c, "\t", &event) || event.len_bytes == 0 ||
	    span_has(event, '<') || span_is(event, "*") || *event.text == '-')
		return false;
	if (!notice(c, ret))
		(void)framed(c, ret);
	return true;
}

/* HexChat's "*nick*<TAB>text" to me, ">nick<<TAB>text" from me. */
static bool query(struct cursor c, struct message *ret)
{
	struct span nick;
	bool mine = cursor_char(&c, '>');

	if ((!mine && !cursor_char(&c, '*')) ||
	    !cursor_until(&c, mine ? "<\t" : "*\t", &nick) || !is_name(nick) ||
	    span_has(nick, ' ') || span_has(nick, '*'))
		return false;
	message_said(ret, mine ? KIND_OWN : KIND_PRIVATE, nick,
		     cursor_rest(&c));
	if (mine) {
		ret->target = nick;
		ret->nick = span_of("", 0);
	}
	return true;
}

/* irssi's status window: "[nick(user@host)] text" to me, "[msg(nick)] text"
 * from me, "!server.example text". */
static bool status_window(struct cursor c, struct message *ret)
{
	struct span frame, nick, inside;
	struct cursor parts;

	if (cursor_char(&c, '!')) {
		if (!cursor_word_blank(&c, &nick) || !span_has(nick, '.'))
			return false;
		message_said(ret, KIND_NOTICE, nick, cursor_rest(&c));
		return true;
	}
	if (!cursor_char(&c, '[') || !cursor_until(&c, ")] ", &frame))
		return false;
	parts = cursor_of(frame);
	if (!cursor_until(&parts, "(", &nick) || nick.len_bytes == 0)
		return false;
	inside = cursor_rest(&parts);
	if (span_has(inside, ' ') ||
	    (!span_is(nick, "msg") && !span_has(inside, '@')))
		return false;
	if (span_is(nick, "msg")) {
		message_said(ret, KIND_OWN, span_of("", 0), cursor_rest(&c));
		ret->target = inside;
	} else {
		message_said(ret, KIND_PRIVATE, nick, cursor_rest(&c));
	}
	return true;
}

/* "--- Sat Nov 28 2026" of eggdrop, also after its stamp. */
static bool day_changed(struct cursor c)
{
	struct stamp day;

	return cursor_literal(&c, "--- ") && stamp_date(&c, &day) &&
	       c.at == c.end;
}

/* ii: a number, and what the server said. Any script writes the like. */
static enum fit unknown(const struct line *line, struct cursor c,
			struct message *ret)
{
	if ((line->stamp.shape & STAMP_EPOCH) == 0 || c.at == c.end)
		return FIT_NO;
	ret->kind = KIND_NUMERIC;
	ret->text = cursor_rest(&c);
	return FIT_LOOSE;
}

/*
 * A clock without seconds, one star and one word may be an item of anybody's
 * list; who acts does something.
 */
static enum fit doubt(const struct line *line, const struct message *m)
{
	const unsigned sure = STAMP_SQUARE | STAMP_ROUND | STAMP_SECONDS |
			      STAMP_DATE;

	return (line->stamp.shape & sure) == 0 && m->kind == KIND_ACTION &&
			       m->text.len_bytes == 0
		       ? FIT_LOOSE
		       : FIT_SURE;
}

/*
 * rcirc's "[nick waves]", all that the line has. Anybody may write in brackets:
 * a stream is not known by it.
 */
static enum fit bracketed(struct cursor c, struct message *ret)
{
	struct span nick;

	if (!cursor_char(&c, '[') || c.at == c.end || c.end[-1] != ']')
		return FIT_NO;
	c.end--;
	if (span_has(cursor_rest(&c), ']') || !cursor_word_blank(&c, &nick) ||
	    !is_name(nick) || span_has(nick, ':') ||
	    scan_is_digit(nick.text[0]) || span_is_severity(nick))
		return FIT_NO;
	message_said(ret, KIND_ACTION, nick, cursor_rest(&c));
	return FIT_LOOSE;
}

/* What follows one stamp, or two in a row, of irssi's hilight window. */
static enum fit after_stamp(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct stamp second;
	enum fit fit;

	/* irssi, ubuntu's bot and Limnoria: always an action. */
	if (cursor_literal(&c, "  * "))
		return action(c, ret) ? FIT_SURE : FIT_NO;
	(void)cursor_space(&c);
	if (day_changed(c)) {
		remark_read(c, ret);
		return FIT_SURE;
	}
	if (konversation(line, c, ret) || query(c, ret) ||
	    status_window(c, ret))
		return FIT_SURE;
	fit = body(c, ret);
	if (fit != FIT_NO)
		return doubt(line, ret);
	if (stamp_take(&c, &second) && cursor_space(&c)) {
		fit = body(c, ret);
		if (fit != FIT_NO)
			return FIT_SURE;
		c = line->body;
		(void)cursor_space(&c);
	}
	fit = bracketed(c, ret);
	return fit != FIT_NO ? fit : unknown(line, c, ret);
}

/*
 * "ubuntu-meeting 2010-11-08 [13:22] <nick> text ": a collection of meetings
 * names the channel without its "#", and has a blank at the end of each line.
 */
static bool collection(const struct line *line, struct message *ret,
		       struct line *ret_line)
{
	struct cursor c = line->whole;
	struct stamp day;
	struct span name;

	if (c.at == c.end || memchr("[=<*-", *c.at, 5) != NULL ||
	    !cursor_word_blank(&c, &name) || !stamp_date(&c, &day) ||
	    (day.shape & STAMP_YEAR_FIRST) == 0 || !cursor_char(&c, ' '))
		return false;
	if (span_ends(cursor_rest(&c), ' '))
		c.end--;
	*ret_line = (struct line){ .whole = c, .body = c };
	if (stamp_take(&ret_line->body, &ret_line->stamp)) {
		ret->time = ret_line->stamp.text;
		ret->when = ret_line->stamp.when;
		if (!ret->when.dated) {
			ret->when.ms += day.when.ms;
			ret->when.dated = true;
		}
	}
	ret->channel = span_is_channel(name)
			       ? name
			       : message_join(ret, span_of("#", 1), "", name);
	return true;
}

/* Lines without a stamp: ubuntu's "=== ". */
static enum fit unstamped(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;

	return cursor_literal(&c, "=== ") ? underlined(c, ret) : FIT_NO;
}

enum fit grammar_chat(const struct line *line, struct message *ret)
{
	struct line inner;

	if (line->stamp.shape != 0)
		return after_stamp(line, ret);
	if (!collection(line, ret, &inner))
		return unstamped(line, ret);
	return inner.stamp.shape != 0 ? after_stamp(&inner, ret)
				      : unstamped(&inner, ret);
}

/* ---- without a time ----------------------------------------------------- */

/* ERC puts the time at the right margin: "text      [12:30]". */
static void take_right_stamp(struct cursor *line, struct message *ret)
{
	const char *open = cursor_left(line) > 8 && line->end[-1] == ']'
				   ? memrchr(line->at, '[', cursor_left(line))
				   : NULL;
	struct cursor c = { open, line->end };
	struct stamp stamp;

	if (open == NULL || open - line->at < 2 || open[-1] != ' ' ||
	    open[-2] != ' ' || !stamp_take(&c, &stamp) || c.at != c.end)
		return;
	ret->time = stamp.text;
	ret->when = stamp.when;
	line->end = open;
	while (line->end > line->at && line->end[-1] == ' ')
		line->end--;
}

/* "[Sat Nov 28 2026]": ERC's day has changed. */
static bool is_day(struct cursor c)
{
	struct stamp day;

	if (!cursor_char(&c, '[') || c.at == c.end || c.end[-1] != ']')
		return false;
	c.end--;
	return stamp_date(&c, &day) && c.at == c.end;
}

/*
 * mIRC, ircII, ERC and others without time stamps. "-nick- " and a star are
 * read once a "<nick> " or an event was: a list has stars too.
 */
enum fit grammar_angle(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	enum fit fit;

	if (line->stamp.shape != 0 || c.at == c.end)
		return FIT_NO;
	take_right_stamp(&c, ret);
	if (*c.at == '<' && speech(c, KIND_MESSAGE, ret)) {
		return span_has(ret->nick, ' ') || span_has(ret->nick, '.') ||
				       span_is_element(ret->nick) ||
				       span_has(ret->nick, '@')
			       ? FIT_LOOSE
			       : FIT_SURE;
	}
	fit = may_frame(*c.at) ? in_frame(c, ret) : FIT_NO;
	if (fit == FIT_NO && *c.at == '-' && notice(c, ret))
		fit = FIT_LOOSE;
	return fit;
}

/* tail(1) of several files: "==> /var/log/a.log <==" is a.log. */
static bool tail_header(struct cursor c, struct message *ret)
{
	struct span path, part;
	struct cursor rest;

	if (!cursor_literal(&c, "==> ") || !cursor_until(&c, " <==", &path) ||
	    c.at != c.end)
		return false;
	rest = cursor_of(path);
	while (cursor_until(&rest, "/", &part))
		;
	message_said(ret, KIND_MESSAGE, span_of("", 0), cursor_rest(&rest));
	return true;
}

/* What a client writes when a log begins or ends says nothing of the rest. */
enum fit grammar_marker(const struct line *line, struct message *ret)
{
	if (tail_header(line->whole, ret))
		return FIT_SURE;
	if (!remark_is(line->whole, REMARK_LOG) && !is_day(line->whole))
		return FIT_NO;
	remark_read(line->whole, ret);
	return FIT_SURE;
}
