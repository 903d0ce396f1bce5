/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/event.h"

#include "core/message/remark.h"

/*
 * A sentence is matched from left to right; a blank stands for one or more,
 * and these for what is read:
 *
 *	%n who did it	%k whom, or the new nick	%c the channel
 *	%h "(user@host)", in any brackets	%H the same, or nothing
 *	%t the rest	%q the rest, without quotes around it
 *	%) the rest, without the bracket that ends it
 *	%T a reason, or nothing: "(why)", "[why]", ": why", "."
 *	%m up to the next character of the sentence, or the rest: modes
 *	%N who, of up to two words, before the next characters
 *
 * A nick or a channel at the end of a sentence may have a full stop. The first
 * sentence that fits counts: those with more words stand before others.
 */
/* clang-format off */
static const struct sentence {
	enum message_kind kind;
	const char *form;
	unsigned frames; /* besides EVENT_FRAMED */
} sentences[] = {
/* irssi, WeeChat, HexChat, mIRC, ubuntu's bot, bip, ircII, ERC, Konversation */
{ KIND_JOIN, "%n %h has joined channel %c", EVENT_STAR | EVENT_BARE },
{ KIND_JOIN, "%n %h has joined this channel.", EVENT_STAR | EVENT_BARE },
{ KIND_JOIN, "%n %h has joined %c", EVENT_STAR | EVENT_BARE },
{ KIND_JOIN, "%n %h %h has joined %c", EVENT_STAR | EVENT_BARE },
{ KIND_JOIN, "%n %h has joined", EVENT_STAR | EVENT_BARE },
{ KIND_JOIN, "%n has joined channel %c", 0 },
{ KIND_JOIN, "%n has joined %c", 0 },
{ KIND_JOIN, "%n has joined %h", EVENT_BARE }, /* LimeChat */
{ KIND_QUIT, "%n has left IRC%T", EVENT_BARE },
{ KIND_PART, "%n %h has left channel %c%T", EVENT_STAR | EVENT_BARE },
{ KIND_PART, "%n %h has left this channel%T", EVENT_STAR | EVENT_BARE },
{ KIND_QUIT, "%n %h has left this server%T", EVENT_STAR | EVENT_BARE },
{ KIND_PART, "%n %h has left %c%T", EVENT_STAR | EVENT_BARE },
{ KIND_PART, "%n %h has left%T", EVENT_STAR | EVENT_BARE },
{ KIND_PART, "%n has left channel %c because%T", 0 },
{ KIND_PART, "%n has left channel %c%T", 0 },
{ KIND_PART, "%n has left the room%T", EVENT_BARE },
{ KIND_PART, "%n has left %c%T", 0 },
{ KIND_QUIT, "%n %h has quit IRC%T", EVENT_STAR | EVENT_BARE },
{ KIND_QUIT, "%n %h has quit%T", EVENT_STAR | EVENT_BARE },
{ KIND_QUIT, "%n has quit (%)", EVENT_STAR },
{ KIND_QUIT, "%n has quit%T", 0 },
{ KIND_QUIT, "%n %h Quit (%)", EVENT_STAR },
{ KIND_NICK, "You are now known as %k", EVENT_STAR },
{ KIND_NICK, "You're now known as %k", EVENT_STAR },
{ KIND_NICK, "Your nick is now %k", EVENT_STAR },
{ KIND_NICK, "Nick change: %n -> %k", EVENT_BARE },
{ KIND_NICK, "Nick change: %n%H is now known as %k", 0 },
{ KIND_NICK, "%n %h is now known as %k", EVENT_STAR | EVENT_BARE },
{ KIND_NICK, "%n is now known as %k", EVENT_STAR | EVENT_BARE },
{ KIND_NICK, "%N is now known as %k", 0 },
{ KIND_NICK, "%n changed nick to %k", 0 },
{ KIND_NICK, "%n \u2192 %k", EVENT_STAR },
{ KIND_NICK, "changed nick to %k", 0 },
{ KIND_KICK, "%k was kicked from %c by %n%T", 0 },
{ KIND_KICK, "%k was kicked by %n%T", EVENT_STAR },
{ KIND_KICK, "%n has kicked %k from %c%T", EVENT_STAR },
{ KIND_KICK, "%n has kicked %k off channel %c%T", 0 },
{ KIND_KICK, "%n %h has kicked %k off channel %c%T", 0 },
{ KIND_KICK, "%n has kicked %k%T", 0 },
{ KIND_KICK, "%n kicked %k from the channel%T", EVENT_BARE },
{ KIND_KICK, "Kick: %k kicked by %n%H%T", 0 },
{ KIND_KICK, "%n kicked %k%T", 0 },
{ KIND_KICK, "%k has been kicked off channel %c by %n%T", 0 },
{ KIND_KICK, "%k has been kicked from the channel by %n%T", 0 },
{ KIND_KICK, "%k has been kicked by %n%T", EVENT_STAR },
{ KIND_KICK, "%k kicked from %c by %n: %t", EVENT_BARE },
{ KIND_KICK, "%n kicks %k out of %c%T", EVENT_BARE },
{ KIND_MODE, "mode/%c [%m] by %n", 0 },
{ KIND_MODE, "mode/%c [%m]", 0 },
{ KIND_MODE, "ServerMode/%c [%m] by %n", 0 },
{ KIND_MODE, "ServerMode/%c [%m]", 0 },
{ KIND_MODE, "mode (%m) by %n", EVENT_BARE },
{ KIND_MODE, "Mode change \"%m\" on channel %c by %n", 0 },
{ KIND_MODE, "Mode change: %m on %c by %n%H", 0 },
{ KIND_MODE, "Mode %c [%m] by %n", 0 },
{ KIND_MODE, "Mode %c [%m]", 0 },
{ KIND_MODE, "Mode %c %m by %n", 0 },
{ KIND_MODE, "%c: mode change '%m' by %n", EVENT_BARE },
{ KIND_MODE, "ServerMode %c [%m] by %n", 0 },
{ KIND_MODE, "%n %h has changed mode for %c to %m", 0 },
{ KIND_MODE, "%n has changed mode for %c to %m", 0 },
{ KIND_MODE, "%n sets mode: %m", EVENT_STAR },
{ KIND_MODE, "%n sets mode %m", EVENT_STAR | EVENT_BARE },
{ KIND_MODE, "%n sets ban on %m", EVENT_STAR },
{ KIND_MODE, "%n sets a ban on %m", EVENT_STAR },
{ KIND_MODE, "%n removes ban on %m", EVENT_STAR },
{ KIND_MODE, "%n sets exempt on %m", EVENT_STAR },
{ KIND_MODE, "%n removes exempt on %m", EVENT_STAR },
{ KIND_MODE, "%n set mode %m", 0 },
{ KIND_MODE, "%n %h has set channel mode %m", EVENT_BARE },
{ KIND_MODE, "%n changed mode/%c -> %m", 0 },
{ KIND_MODE, "changed mode/%c -> %m", 0 },
{ KIND_MODE, "%n gives channel %m", EVENT_STAR },
{ KIND_MODE, "%n removes channel %m", EVENT_STAR },
{ KIND_MODE, "%n gives voice to %m", EVENT_STAR },
{ KIND_MODE, "%n removes voice from %m", EVENT_STAR },
{ KIND_MODE, "%n gives %m", 0 },
{ KIND_MODE, "%n takes %m", 0 },
{ KIND_TOPIC, "%n changed the topic of %c to: %t", EVENT_STAR },
{ KIND_TOPIC, "%n has changed the topic on channel %c to %t", 0 },
{ KIND_TOPIC, "%n %h has changed the topic to: %t", EVENT_STAR },
{ KIND_TOPIC, "%n has changed the topic to: %t", EVENT_STAR | EVENT_BARE },
{ KIND_TOPIC, "%n changed topic of %c to: %t", 0 },
{ KIND_TOPIC, "%n %h has changed the topic for %c: %q", 0 },
{ KIND_TOPIC, "%n has changed the topic for %c: %q", 0 },
{ KIND_TOPIC, "%n has set topic for %c to %q", 0 },
{ KIND_TOPIC, "Topic unset by %n on %c", 0 },
{ KIND_TOPIC, "Topic change by %n%H: %t", 0 },
{ KIND_TOPIC, "%n removes the sign in %c", EVENT_BARE },
{ KIND_TOPIC, "%n has changed topic for %c from \"%m\" to %q", 0 },
{ KIND_TOPIC, "%n has changed topic for %c to: %q", EVENT_STAR },
{ KIND_TOPIC, "%n has changed topic for %c to %q", 0 },
{ KIND_TOPIC, "%n %h has set the topic for %c: %q", 0 },
{ KIND_TOPIC, "%n has set the topic to: %t", EVENT_BARE },
{ KIND_TOPIC, "%n changes topic to %q", EVENT_STAR },
{ KIND_TOPIC, "%n changed topic to %q", 0 },
{ KIND_TOPIC, "changed topic to %q", 0 },
{ KIND_TOPIC, "%n sets the channel topic to %q", 0 },
{ KIND_TOPIC, "%n changed the topic to %t", EVENT_BARE },
{ KIND_TOPIC, "Topic changed on %c by %n: %t", EVENT_BARE },
{ KIND_TOPIC, "Topic changed by %n%H: %t", 0 },
{ KIND_TOPIC, "%n places a new sign in %c: %t", EVENT_BARE },
/* mIRC's short ones, ZNC, EnergyMech, Circe, ircII */
{ KIND_JOIN, "Joins: %n%H%T", EVENT_STAR },
{ KIND_JOIN, "Join: %n%H joined %c", EVENT_STAR },
{ KIND_JOIN, "Join: %n%H", EVENT_STAR },
{ KIND_JOIN, "Re-join: %n %t", 0 },
{ KIND_PART, "Parts: %n%H%T", EVENT_STAR },
{ KIND_PART, "Part: %n%H left %c%T", EVENT_STAR },
{ KIND_QUIT, "Quits: %n %h (%)", EVENT_STAR },
{ KIND_QUIT, "Quits: %n%T", EVENT_STAR },
{ KIND_QUIT, "Quit: %n%H left IRC%T", EVENT_STAR },
{ KIND_QUIT, "Quit: %n%H%T", EVENT_STAR },
{ KIND_QUIT, "Signoff: %n%T", EVENT_STAR },
/* catgirl, eggdrop, The Lounge, Textual, tiny, Pidgin, Gajim, rcirc */
{ KIND_JOIN, "%n arrives in %c", EVENT_BARE },
{ KIND_JOIN, "%n%H joined the channel%T", EVENT_BARE },
{ KIND_JOIN, "%n%H entered the room.", EVENT_BARE },
{ KIND_JOIN, "%n has joined the room.", EVENT_BARE },
{ KIND_JOIN, "%n has joined the room, role: %t", EVENT_BARE },
{ KIND_JOIN, "%n has joined the room", EVENT_BARE },
{ KIND_JOIN, "%n has signed on.", EVENT_BARE },
{ KIND_JOIN, "%n %h returned to %c", EVENT_BARE },
{ KIND_JOIN, "%n joined the room", EVENT_BARE },
{ KIND_JOIN, "%n joined the game", EVENT_BARE },
{ KIND_JOIN, "%n %h joined %c", EVENT_BARE },
{ KIND_JOIN, "%n %h joined", 0 },
{ KIND_JOIN, "%n joined %h", 0 },
{ KIND_JOIN, "%n JOIN %c", 0 },
{ KIND_PART, "%n %h left the channel%T", EVENT_BARE },
{ KIND_PART, "%n left the channel%T", EVENT_BARE },
{ KIND_PART, "%n left.", EVENT_BARE },
{ KIND_QUIT, "%n left the game", EVENT_BARE },
{ KIND_QUIT, "%n left the room (quit: %)", EVENT_BARE },
{ KIND_PART, "%n left the room%T", EVENT_BARE },
{ KIND_QUIT, "%n %h left IRC%T", EVENT_BARE },
{ KIND_QUIT, "%n %h left irc%T", EVENT_BARE },
{ KIND_PART, "%n %h left %c%T", EVENT_BARE },
{ KIND_PART, "%n left %h%T", 0 },
{ KIND_PART, "%n %h left%T", 0 },
{ KIND_QUIT, "%n %h quit%T", 0 },
{ KIND_QUIT, "%n quit %h%T", 0 },
{ KIND_QUIT, "%n leaves: %t", EVENT_BARE },
{ KIND_QUIT, "%n has signed off.", EVENT_BARE },
{ KIND_QUIT, "%n %h got netsplit.", EVENT_BARE },
{ KIND_QUIT, "%n %h got lost in the net-split.", EVENT_BARE },
{ KIND_QUIT, "%n was killed by %k: %t", 0 },
{ KIND_OTHER, "Netsplit between %t", 0 },
{ KIND_OTHER, "%n has gone away.", EVENT_BARE },
{ KIND_OTHER, "%n is no longer away.", EVENT_BARE },
{ KIND_OTHER, "%n has become idle.", EVENT_BARE },
{ KIND_OTHER, "%n is no longer idle.", EVENT_BARE },
{ KIND_PART, "%n leaves %c%T", EVENT_BARE },
{ KIND_PART, "%n PART %c%T", 0 },
{ KIND_QUIT, "%n QUIT%T", 0 },
{ KIND_NICK, "%n NICK %k", 0 },
{ KIND_MODE, "%n MODE %m", 0 },
{ KIND_TOPIC, "%n TOPIC %t", 0 },
};
/* clang-format on */

/* The texts of a sentence while it is being matched. */
struct texts {
	struct span who, whom, channel, text;
};

static struct span without_full_stop(struct span span, const struct cursor *c)
{
	if (c->at == c->end && span.len_bytes > 1 && span_ends(span, '.'))
		span.len_bytes--;
	return span;
}

/* "nick!user@host", and ii's "nick(user@host)": the nick. */
static void cut_mask(struct span *nick, char open)
{
	const char *found = nick->len_bytes > 1 ? memchr(nick->text + 1, open,
							 nick->len_bytes - 1)
						: NULL;
	size_t n = found != NULL ? (size_t)(found - nick->text) : 0;

	if (n > 0 && memchr(found, '@', nick->len_bytes - n) != NULL)
		nick->len_bytes = n;
}

static bool take_nick(struct cursor *c, char stop, struct span *ret)
{

	if (!cursor_word(c, ret))
		return false;
	if (stop != '\0' && stop != ' ' && span_ends(*ret, stop)) {
		ret->len_bytes--;
		c->at--;
	}
	*ret = span_unwrap(*ret, '"', '"');
	cut_mask(ret, '!');
	cut_mask(ret, '(');
	return ret->len_bytes > 0;
}

static bool take_channel(struct cursor *c, char stop, struct span *ret)
{
	struct span word;

	if (!cursor_word(c, &word) || memchr("([\"'", word.text[0], 4) != NULL)
		return false;
	if (stop != '\0' && stop != ' ' && span_ends(word, stop)) {
		word.len_bytes--;
		c->at--;
	} else if (stop == '\0' && span_ends(word, ':')) {
		word.len_bytes--; /* "leaves #c: why" */
	}
	*ret = without_full_stop(word, c);
	return word.len_bytes > 0;
}

/* Up to its bracket: "(user@host): why" goes on with a colon. */
static bool take_host(struct cursor *c)
{
	struct cursor host = *c;
	struct span word;

	if (cursor_word(&host, &word) && span_ends(word, ':'))
		host.at--;
	host = (struct cursor){ c->at, host.at };
	if (!cursor_host(&host, '(', ')') && !cursor_host(&host, '[', ']') &&
	    !cursor_host(&host, '<', '>'))
		return false;
	c->at = host.at;
	return true;
}

static bool take_maybe_host(struct cursor *c)
{
	struct cursor try = *c;

	if (cursor_char(&try, ' ')) {
		cursor_blanks(&try);
		if (take_host(&try))
			*c = try;
	}
	return true;
}

static struct span unwrap_any(struct span text)
{
	static const char pairs[][2] = {
		{ '(', ')' }, { '[', ']' }, { '"', '"' }, { '\'', '\'' }
	};
	struct span full = text;

	/* "(why)." of Konversation and Pidgin */
	if (full.len_bytes > 2 && span_ends(full, '.') &&
	    (full.text[0] == '(' || full.text[0] == '"'))
		full.len_bytes--;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct span bare = span_unwrap(full, pairs[i][0], pairs[i][1]);

		if (bare.len_bytes != full.len_bytes)
			return pairs[i][0] == '(' ? span_unwrap(bare, '"', '"')
						  : bare;
	}
	return text;
}

static bool take_rest(struct cursor *c, struct span *ret)
{
	*ret = cursor_rest(c);
	c->at = c->end;
	return true;
}

/* ZNC quotes a topic by ', most others by "; Konversation adds a full stop. */
static bool take_quoted(struct cursor *c, struct span *ret)
{
	(void)take_rest(c, ret);
	if (ret->len_bytes > 2 && ret->text[0] == '"' && span_ends(*ret, '.'))
		ret->len_bytes--;
	*ret = span_has(*ret, '"') && ret->text[0] == '"'
		       ? span_unwrap(*ret, '"', '"')
		       : span_unwrap(*ret, '\'', '\'');
	return true;
}

static bool take_bracketed(struct cursor *c, struct span *ret)
{
	(void)take_rest(c, ret);
	if (span_ends(*ret, '.'))
		ret->len_bytes--;
	if (!span_ends(*ret, ')'))
		return false;
	ret->len_bytes--;
	return true;
}

/* " (why)", ": why", "." or nothing. */
static bool take_maybe_rest(struct cursor *c, struct span *ret)
{
	(void)(cursor_char(c, ':') || cursor_char(c, '.'));
	if (c->at < c->end && *c->at != ' ' && c->at[-1] != ':')
		return false;
	cursor_blanks(c);
	*ret = unwrap_any(cursor_rest(c));
	c->at = c->end;
	return true;
}

/* Modes, or an old topic: up to the last stop of the line. */
static bool take_modes(struct cursor *c, const char *stop, struct span *ret)
{
	struct cursor scan = *c;
	const char *last = NULL;
	size_t n = stop[0] == ']' ? 1 : strcspn(stop, "%");

	if (n == 0) {
		*ret = span_trim_end(cursor_rest(c));
		c->at = c->end;
		return ret->len_bytes > 0;
	}
	while (cursor_left(&scan) >= n) {
		const char *found = memmem(scan.at, cursor_left(&scan), stop,
					   n);

		if (found == NULL)
			break;
		last = found;
		scan.at = found + 1;
	}
	if (last == NULL)
		return false;
	*ret = span_trim_end(span_between(c->at, last));
	c->at = last;
	return true;
}

/* Nicks of 2005 may have a blank in or after them: up to two words. */
static bool take_two_words(struct cursor *c, const char *stop, struct span *ret)
{
	struct cursor words;
	struct span word;
	size_t n = strcspn(stop, "%");
	const char *found = memmem(c->at, cursor_left(c), stop, n);

	if (found == NULL || found == c->at)
		return false;
	*ret = span_trim_end(span_between(c->at, found));
	words = cursor_of(*ret);
	if (!cursor_word(&words, &word))
		return false;
	cursor_blanks(&words);
	(void)cursor_word(&words, &word);
	c->at = found;
	return words.at == words.end;
}

static bool take(struct cursor *c, const char *form, struct texts *ret)
{
	char stop = form[2] != '%' ? form[2] : '\0';

	switch (form[1]) {
	case 'n':
		return take_nick(c, stop, &ret->who);
	case 'k':
		if (!take_nick(c, stop, &ret->whom))
			return false;
		ret->whom = without_full_stop(ret->whom, c);
		return true;
	case 'N':
		return take_two_words(c, form + 2, &ret->who);
	case 'c':
		return take_channel(c, stop, &ret->channel);
	case 'h':
		return take_host(c);
	case 'H':
		return take_maybe_host(c);
	case 'm':
		return take_modes(c, form + 2, &ret->text);
	case 't':
		return take_rest(c, &ret->text);
	case 'q':
		return take_quoted(c, &ret->text);
	case ')':
		return take_bracketed(c, &ret->text);
	default:
		return take_maybe_rest(c, &ret->text);
	}
}

static bool matches(struct cursor c, const char *form, struct texts *ret)
{
	const struct span none = { "", 0 };

	*ret = (struct texts){ none, none, none, none };
	for (; *form != '\0'; form++) {
		if (*form == '%') {
			if (!take(&c, form, ret))
				return false;
			form++;
		} else if (!cursor_char(&c, *form)) {
			return false;
		} else if (*form == ' ') {
			cursor_blanks(&c);
		}
	}
	cursor_blanks(&c);
	return c.at == c.end;
}

/* ---- which sentences to try ---------------------------------------------- */

enum { SET_PARTS = (COUNT_OF(sentences) + 63) / 64 };

struct set {
	uint64_t bits[SET_PARTS];
};

/*
 * By one byte of the line: sentences that begin with a word of theirs, and
 * those whose second word is theirs or a host in brackets. Others may always
 * fit.
 */
static struct {
	bool made;
	struct set by_first[0x100], by_second[0x100], always;
} known;

static void add(struct set *set, size_t number)
{
	set->bits[number / 64] |= UINT64_C(1) << number % 64;
}

static bool begins(const char *form, const char *with)
{
	return strncmp(form, with, strlen(with)) == 0;
}

static void make_index(void)
{
	for (size_t i = 0; i < COUNT_OF(sentences); i++) {
		const char *form = sentences[i].form;

		if (form[0] != '%') {
			add(&known.by_first[(unsigned char)form[0]], i);
		} else if (begins(form + 2, " %h")) {
			add(&known.by_second['('], i);
			add(&known.by_second['['], i);
			add(&known.by_second['<'], i);
		} else if (form[1] != 'N' && form[2] == ' ') {
			add(&known.by_second[(unsigned char)form[3]], i);
		} else {
			add(&known.always, i);
		}
	}
	known.made = true;
}

/* Where the words of a line begin; the end, where it has fewer. */
struct starts {
	const char *first, *second, *third;
};

static const char *next_word(const char *at, const char *end)
{
	struct cursor c = { at, end };
	struct span word;

	(void)cursor_word(&c, &word);
	cursor_blanks(&c);
	return c.at;
}

static struct set candidates(const struct starts *at, const char *end)
{
	struct set found = known.always;
	unsigned first = at->first < end ? (unsigned char)*at->first : 0;
	unsigned second = at->second < end ? (unsigned char)*at->second : 0;

	for (size_t i = 0; i < SET_PARTS; i++) {
		found.bits[i] |= known.by_first[first].bits[i];
		found.bits[i] |= known.by_second[second].bits[i];
	}
	return found;
}

/* Whether the words of a form up to the next thing to read are at c. */
static bool has_words(struct cursor c, const char *form)
{
	for (; *form != '\0' && *form != '%'; form++) {
		if (!cursor_char(&c, *form))
			return false;
		while (*form == ' ' && c.at < c.end && *c.at == ' ')
			c.at++;
	}
	return true;
}

/* The words after "%n" and "%n %h" decide before anything is read. */
static bool may_match(const char *form, const struct starts *at,
		      const char *end)
{
	if (form[0] != '%' || form[1] == 'N' || form[2] != ' ')
		return true;
	if (begins(form + 3, "%h "))
		return has_words((struct cursor){ at->third, end }, form + 6);
	return has_words((struct cursor){ at->second, end }, form + 3);
}

static void fill(const struct sentence *sentence, const struct texts *texts,
		 struct message *ret)
{
	ret->kind = sentence->kind;
	ret->nick = texts->who;
	ret->text = texts->text;
	if (texts->channel.len_bytes > 0)
		ret->channel = texts->channel;
	if (sentence->kind == KIND_NICK)
		ret->text = texts->whom;
	else
		ret->target = texts->whom;
}

/* A full stop after the last word is the sentence's, not that of a text. */
static bool is_plausible(const struct texts *texts, enum event_frame frame)
{
	if (frame == EVENT_FRAMED)
		return true;
	return !span_has(texts->who, ':') && !span_has(texts->who, '>');
}

/*
 * WeeChat writes "nick (real name) (user@host) has joined #c", and a real name
 * is anybody's text: what counts is the last " has joined ".
 */
static bool joined_with_name(struct cursor c, struct message *ret)
{
	static const char verb[] = ") has joined ";
	struct span head, nick;
	const char *last = NULL;
	struct cursor scan = c;

	while (cursor_until(&scan, verb, &head))
		last = scan.at;
	if (last == NULL || !cursor_word(&c, &nick) || cursor_left(&c) < 2 ||
	    (c.at[1] != '(' && c.at[1] != '['))
		return false;
	scan = (struct cursor){ last, c.end };
	if (!cursor_word(&scan, &ret->channel) || scan.at != scan.end)
		return false;
	ret->kind = KIND_JOIN;
	ret->nick = nick;
	return true;
}

static bool try_sentence(const struct sentence *sentence, struct cursor c,
			 enum event_frame frame, struct message *ret)
{
	struct texts texts;

	if ((frame != EVENT_FRAMED &&
	     (sentence->frames & (unsigned)frame) == 0) ||
	    !matches(c, sentence->form, &texts) || !is_plausible(&texts, frame))
		return false;
	if (sentence->kind == KIND_OTHER)
		remark_read(c, ret);
	else
		fill(sentence, &texts, ret);
	return true;
}

bool event_read(struct cursor c, enum event_frame frame, struct message *ret)
{
	struct starts at = { .first = c.at };
	struct set left;

	if (!known.made)
		make_index();
	at.second = next_word(c.at, c.end);
	at.third = next_word(at.second, c.end);
	left = candidates(&at, c.end);
	for (size_t i = 0; i < SET_PARTS; i++) {
		for (; left.bits[i] != 0; left.bits[i] &= left.bits[i] - 1) {
			const struct sentence *sentence =
				&sentences[64 * i + (size_t)__builtin_ctzll(
							    left.bits[i])];

			if (may_match(sentence->form, &at, c.end) &&
			    try_sentence(sentence, c, frame, ret))
				return true;
		}
	}
	return frame == EVENT_FRAMED && joined_with_name(c, ret);
}
