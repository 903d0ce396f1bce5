/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * What becomes of us, as lines of their own: short, complete, made to be
 * heard. Who reads sic's lines need not know a numeric by heart.
 */
#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "sic-bridge/bridge/bridge_parts.h"
#include "sic-bridge/bridge/numerics.h"

enum {
	MISSED_FIRST_MS = 1500, /* for what is played back to begin */
	MISSED_QUIET_MS = 500, /* and to end */
	EXCERPT_BYTES = 60, /* of a line that was not sent */
	NAMES_MAX = 10, /* said by name; the others are counted */
	NAMES_BYTES = 400,
};

#define SPAN(s) (int)(s).len_bytes, (s).text

static const struct span nobody = { "", 0 };

/* The network by the name that the user knows. */
static const char *network(const struct bridge *bridge)
{
	const struct settings *s = bridge->settings;

	return s->network != NULL ? s->network : s->host;
}

void tell(struct bridge *bridge, const char *word, struct span channel,
	  struct span nick, const char *fmt, ...)
{
	struct state state = { .word = word, .channel = channel, .nick = nick };
	SCOPED_TEXT char *text = NULL;
	va_list args;

	if (bridge->settings->format == OUTPUT_SIC && !bridge->settings->state)
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		abort(); /* out of memory, as in core/mem.h */
	va_end(args);
	state.text = span_of_text(text);
	state.network = network(bridge);
	format_state(bridge->settings, &state, history_now_ms(),
		     output_lines(bridge->output));
	output_flush(bridge->output);
}

/* ---- connection ---------------------------------------------------------- */

void tell_online(struct bridge *bridge)
{
	const struct nick *nick = &bridge->presence->nick;
	bool other = !nick_is_wanted(nick);

	if (!bridge->was_online)
		tell(bridge, "connected", nobody, span_of_text(nick->now),
		     "%s connected as %s%s%s%s", network(bridge), nick->now,
		     other ? ", " : "", other ? nick->wanted : "",
		     other ? " is taken" : "");
	bridge->back_is_due = bridge->is_lost && bridge->was_online;
	bridge->was_online = true;
	bridge->is_lost = false;
	watch_after(bridge->missed_timer,
		    link_caps(bridge->link) & (CAP_BATCH | CAP_CHATHISTORY)
			    ? MISSED_FIRST_MS
			    : 0);
}

/* "h: Closing Link: me[h] (why)": of a server's last words only the why. */
static void add_reason(struct buf *out, const struct bridge *bridge,
		       const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];
	const char *why = err_text(e, text, sizeof(text));
	size_t host = strlen(bridge->settings->host);

	if (strncmp(why, bridge->settings->host, host) == 0 &&
	    strncmp(why + host, ": ", 2) == 0)
		why += host + 2;
	if (strncasecmp(why, "Closing Link: ", 14) == 0)
		why += 14;
	buf_add_text(out, why);
}

/* Once for each time that it is away, however many attempts there are. */
void tell_lost(struct bridge *bridge, const struct err *e)
{
	SCOPED_BUF struct buf why = { 0 };

	if (bridge->is_lost)
		return;
	bridge->is_lost = true;
	watch_cancel(bridge->missed_timer);
	add_reason(&why, bridge, e);
	if (bridge->was_online)
		tell(bridge, "lost", nobody, nobody, "%s lost: %s",
		     network(bridge), buf_text(&why));
	else
		tell(bridge, "unreachable", nobody, nobody,
		     "%s cannot be reached: %s; still trying", network(bridge),
		     buf_text(&why));
}

void tell_ended(struct bridge *bridge, const struct err *e)
{
	SCOPED_BUF struct buf why = { 0 };

	if (e == NULL || e->code == 0) {
		tell(bridge, "left", nobody, nobody, "%s left",
		     network(bridge));
		return;
	}
	add_reason(&why, bridge, e);
	tell(bridge, "ended", nobody, nobody, "%s ended: %s", network(bridge),
	     buf_text(&why));
}

/* ---- missed -------------------------------------------------------------- */

void tell_missed(struct bridge *bridge, bool to_me)
{
	bridge->missed++;
	bridge->missed_to_me += to_me;
	watch_after(bridge->missed_timer, MISSED_QUIET_MS);
}

static void add_missed(const struct bridge *bridge, struct buf *out)
{
	if (bridge->missed > 0)
		buf_addf(out, "%u missed", bridge->missed);
	if (bridge->missed_to_me > 0)
		buf_addf(out, ", %u to you", bridge->missed_to_me);
}

void tell_missed_now(void *data)
{
	struct bridge *bridge = data;
	SCOPED_BUF struct buf text = { 0 };

	if (!bridge->back_is_due && bridge->missed == 0)
		return;
	add_missed(bridge, &text);
	tell(bridge, bridge->back_is_due ? "back" : "missed", nobody, nobody,
	     "%s%s%s%s", network(bridge), bridge->back_is_due ? " back" : "",
	     text.len_bytes > 0 ? (bridge->back_is_due ? ", " : ": ") : "",
	     buf_text(&text));
	bridge->back_is_due = false;
	bridge->missed = bridge->missed_to_me = 0;
}

/* ---- channels ------------------------------------------------------------ */

static void tell_listed(struct bridge *bridge, struct span name)
{
	struct channel *channel = presence_channel(bridge->presence, name);

	if (channel == NULL || channel->announced)
		return;
	channel->announced = true;
	tell(bridge, "joined", name, nobody, "in %.*s: %u here%s%s", SPAN(name),
	     channel->here, channel->topic != NULL ? ", topic: " : "",
	     channel->topic != NULL ? channel->topic : "");
}

static void tell_mode(struct bridge *bridge,
		      const struct presence_change *change)
{
	static const struct {
		const char *mode, *sentence;
	} modes[] = {
		{ "+q", "you are an owner of" },
		{ "-q", "you are no longer an owner of" },
		{ "+a", "you are an administrator of" },
		{ "-a", "you are no longer an administrator of" },
		{ "+o", "you are an operator of" },
		{ "-o", "you are no longer an operator of" },
		{ "+h", "you are a half-operator of" },
		{ "-h", "you are no longer a half-operator of" },
		{ "+v", "you have voice in" },
		{ "-v", "you no longer have voice in" },
	};

	for (size_t i = 0; i < COUNT_OF(modes); i++)
		if (strcmp(modes[i].mode, change->mode) == 0)
			tell(bridge, "mode", change->channel, nobody, "%s %.*s",
			     modes[i].sentence, SPAN(change->channel));
}

static void tell_renamed(struct bridge *bridge)
{
	const struct nick *nick = &bridge->presence->nick;
	bool kept = link_regain_stopped(bridge->link);

	tell(bridge, "nick", nobody, span_of_text(nick->now),
	     "your nick is now %s%s%s", nick->now,
	     kept ? "; it stays so, services keep " : "",
	     kept ? nick->wanted : "");
}

static void tell_event(struct bridge *bridge, const struct wire_line *line,
		       const struct presence_change *change)
{
	bool kicked = change->event == PRESENCE_KICKED;
	struct span why = irc_line_param(&line->line, kicked ? 2 : 1);

	switch (change->event) {
	case PRESENCE_KICKED:
		tell(bridge, "kicked", change->channel, change->other,
		     "%.*s kicked you from %.*s%s%.*s", SPAN(change->other),
		     SPAN(change->channel), why.len_bytes > 0 ? ": " : "",
		     SPAN(why));
		break;
	case PRESENCE_LEFT:
		tell(bridge, "parted", change->channel, nobody,
		     "you are no longer in %.*s%s%.*s", SPAN(change->channel),
		     why.len_bytes > 0 ? ": " : "", SPAN(why));
		break;
	case PRESENCE_FORWARDED:
		tell(bridge, "forwarded", change->other, nobody,
		     "%.*s is now %.*s", SPAN(change->channel),
		     SPAN(change->other));
		break;
	case PRESENCE_LISTED:
		tell_listed(bridge, change->channel);
		buf_clear(&bridge->names);
		return;
	case PRESENCE_RENAMED:
		tell_renamed(bridge);
		break;
	case PRESENCE_MODE:
		tell_mode(bridge, change);
		break;
	case PRESENCE_NOTHING:
	case PRESENCE_JOINED: /* PRESENCE_LISTED follows */
	case PRESENCE_REFUSED: /* a numeric, see below */
	case PRESENCE_LOGGED_IN:
		break;
	}
}

/* ---- answers to questions ------------------------------------------------ */

/* "@alice", and with userhost-in-names "@alice!u@h". */
static struct span bare_nick(struct span name)
{
	const char *mark;

	while (name.len_bytes > 1 && strchr("~&!@%+", name.text[0]) != NULL) {
		name.text++;
		name.len_bytes--;
	}
	mark = memchr(name.text, '!', name.len_bytes);
	if (mark != NULL)
		name.len_bytes = (size_t)(mark - name.text);
	return name;
}

/* One name a line, as many as are said. */
static void collect_names(struct bridge *bridge, struct span list)
{
	while (list.len_bytes > 0 && bridge->names.len_bytes < NAMES_BYTES) {
		const char *space = memchr(list.text, ' ', list.len_bytes);
		size_t n = space != NULL ? (size_t)(space - list.text)
					 : list.len_bytes;
		struct span name = bare_nick(span_of(list.text, n));

		buf_add(&bridge->names, name.text, name.len_bytes);
		if (name.len_bytes > 0)
			buf_add_char(&bridge->names, '\n');
		n += space != NULL;
		list = span_of(list.text + n, list.len_bytes - n);
	}
}

static void tell_names(struct bridge *bridge, struct channel *channel)
{
	SCOPED_BUF struct buf text = { 0 };
	const char *at = buf_text(&bridge->names);
	unsigned said = 0;

	for (; said < NAMES_MAX && *at != '\0'; said++) {
		size_t n = strcspn(at, "\n");

		buf_addf(&text, "%s%.*s", said > 0 ? ", " : "", (int)n, at);
		at += n + 1;
	}
	if (channel->here > said)
		buf_addf(&text, " and %u more", channel->here - said);
	tell(bridge, "names", span_of_text(channel->name), nobody,
	     "in %s: %u here: %s", channel->name, channel->here,
	     buf_text(&text));
}

/* Topic and names that were asked for, not those that come with a JOIN. */
static bool answer(struct bridge *bridge, unsigned numeric,
		   const struct irc_line *line)
{
	struct span name = irc_line_param(line, numeric == 353 ? 2 : 1);
	struct channel *channel = presence_channel(bridge->presence, name);

	if (numeric == 353) {
		collect_names(bridge, irc_line_param(line, 3));
		return true;
	}
	if (numeric != 331 && numeric != 332 && numeric != 366)
		return false;
	if (channel != NULL && !channel->joining) {
		if (numeric == 366)
			tell_names(bridge, channel);
		else
			tell(bridge, "topic", name, nobody, "%s %.*s%s%s",
			     numeric == 331 ? "no topic in" : "topic of",
			     SPAN(name), numeric == 331 ? "" : ": ",
			     numeric == 331 || channel->topic == NULL
				     ? ""
				     : channel->topic);
	}
	if (numeric == 366)
		buf_clear(&bridge->names);
	return true;
}

/* Seconds as a person would say them. */
static void add_idle(struct buf *out, struct span text)
{
	unsigned long s = 0;

	for (size_t i = 0; i < text.len_bytes && s < 1000000000; i++) {
		if (text.text[i] < '0' || text.text[i] > '9')
			return;
		s = s * 10 + (unsigned long)(text.text[i] - '0');
	}
	if (s < 120)
		buf_addf(out, ", idle %lu seconds", s);
	else if (s < 7200)
		buf_addf(out, ", idle %lu minutes", s / 60);
	else
		buf_addf(out, ", idle %lu hours", s / 3600);
}

static void add_param(struct buf *out, const char *before,
		      const struct irc_line *line, size_t i)
{
	struct span text = irc_line_param(line, i);

	buf_addf(out, "%s%.*s", before, SPAN(text));
}

/* RPL_WHOIS...: one sentence of all of them. */
static bool collect_whois(struct bridge *bridge, unsigned numeric,
			  const struct irc_line *line)
{
	struct buf *out = &bridge->whois;

	switch (numeric) {
	case 311: /* nick user host * :real name */
		buf_clear(out);
		add_param(out, "", line, 1);
		add_param(out, " is ", line, 5);
		add_param(out, ", ", line, 2);
		add_param(out, " at ", line, 3);
		return true;
	case 312: /* nick server :info */
		add_param(out, ", on ", line, 2);
		return true;
	case 313:
		buf_add_text(out, ", an operator of the network");
		return true;
	case 317: /* nick idle signon :... */
		add_idle(out, irc_line_param(line, 2));
		return true;
	case 319: /* nick :channels */
		add_param(out, ", in ", line, 2);
		return true;
	case 330: /* nick account :is logged in as */
		add_param(out, ", logged in as ", line, 2);
		return true;
	case 318:
		if (out->len_bytes > 0)
			tell(bridge, "whois", nobody, irc_line_param(line, 1),
			     "%s", buf_text(out));
		buf_clear(out);
		return true;
	default:
		return false;
	}
}

/* ---- numerics ------------------------------------------------------------ */

/* "Can't send colors to channel (+c is set)" says more than the sentence. */
static void add_other_why(struct buf *out, struct span name, struct span text)
{
	static const char usual[] = "Cannot send to ";
	bool says_more = text.len_bytes > 0 &&
			 (text.len_bytes < sizeof(usual) - 1 ||
			  memcmp(text.text, usual, sizeof(usual) - 1) != 0);

	buf_addf(out, "you cannot speak in %.*s", SPAN(name));
	if (says_more)
		buf_addf(out, ": %.*s", SPAN(text));
}

/* Servers say why in their own words; what they mean is one of these. */
static void add_why_not(struct bridge *bridge, const struct irc_line *line,
			struct buf *out)
{
	struct span name = irc_line_param(line, 1);
	struct span text = irc_line_param(line, line->count - 1);
	const struct channel *channel = presence_channel(bridge->presence,
							 name);
	bool by_mode = memmem(text.text, text.len_bytes, "+m", 2) != NULL;

	if (channel != NULL && channel->state == CHANNEL_JOINED &&
	    (channel->moderated || by_mode))
		buf_addf(out, "%.*s is moderated", SPAN(name));
	else if (memmem(text.text, text.len_bytes, "anned", 5) != NULL ||
		 memmem(text.text, text.len_bytes, "+b", 2) != NULL)
		buf_addf(out, "you are banned in %.*s", SPAN(name));
	else if (names_is_channel(&bridge->presence->names, name) &&
		 (channel == NULL || channel->state != CHANNEL_JOINED))
		buf_addf(out, "you are not in %.*s", SPAN(name));
	else
		add_other_why(out, name, line->count > 2 ? text : nobody);
}

static void add_excerpt(struct buf *out, const struct ledger_entry *entry)
{
	size_t n = text_cut(entry->text, strlen(entry->text), EXCERPT_BYTES);

	buf_add_text(out, ": ");
	buf_add(out, entry->text, n);
	if (entry->text[n] != '\0')
		buf_add_text(out, "\xe2\x80\xa6");
}

/* The line of ours that is refused: the one that is named, else the oldest. */
static const struct ledger_entry *refuse(struct bridge *bridge,
					 enum ledger_about about,
					 struct span target,
					 struct span command)
{
	struct ledger *ledger = link_ledger(bridge->link);
	unsigned label = link_answered_label(bridge->link);

	return label != 0 ? ledger_refuse_label(ledger, label)
			  : ledger_refuse(ledger, &bridge->presence->names,
					  about, target, command);
}

static const struct ledger_entry *refused_line(struct bridge *bridge,
					       const struct numeric *numeric,
					       const struct irc_line *line)
{
	static const enum ledger_about about[] = {
		[NUMERIC_TELLS] = 0,
		[NUMERIC_REFUSES_TEXT] = ABOUT_TEXT,
		[NUMERIC_REFUSES_COMMAND] = ABOUT_COMMAND,
		[NUMERIC_REFUSES_ANY] = ABOUT_ANY,
		[NUMERIC_REFUSES_JOIN] = ABOUT_ANY,
	};
	struct span subject = numeric->subject > 0
				      ? numeric_subject(line, numeric->subject)
				      : nobody;

	if (numeric->of == NUMERIC_TELLS)
		return NULL;
	return refuse(bridge, about[numeric->of],
		      numeric->subject_is_command ? nobody : subject,
		      numeric->subject_is_command ? subject : nobody);
}

static void tell_numeric(struct bridge *bridge, const struct irc_line *line,
			 const struct numeric *numeric)
{
	struct span subject = numeric_subject(line, 1);
	bool is_channel = names_is_channel(&bridge->presence->names, subject);
	const struct channel *channel = presence_channel(bridge->presence,
							 subject);
	const struct ledger_entry *entry = NULL;
	SCOPED_BUF struct buf text = { 0 };

	if (numeric->number == 404 && line->count > 1)
		add_why_not(bridge, line, &text);
	else
		numeric_word(numeric, line, &text);
	if (numeric->of == NUMERIC_REFUSES_JOIN && channel != NULL &&
	    channel->state == CHANNEL_REFUSED)
		buf_add_text(&text, ": not joined");
	else
		entry = refused_line(bridge, numeric, line);
	/* A command that is refused was understood: its sentence says it. */
	if (entry != NULL && entry->kind != LEDGER_TEXT)
		entry = NULL;
	if (entry != NULL) {
		if (buf_text(&text)[text.len_bytes - 1] == '.')
			buf_cut(&text, text.len_bytes - 1);
		buf_add_text(&text, ": not sent");
		add_excerpt(&text, entry);
	}
	tell(bridge, entry != NULL ? "not-sent" : numeric->word,
	     is_channel ? subject : nobody, is_channel ? nobody : subject, "%s",
	     buf_text(&text));
}

/* ---- other lines --------------------------------------------------------- */

static void tell_invite(struct bridge *bridge, const struct irc_line *line)
{
	if (presence_is_me(bridge->presence, irc_line_param(line, 0)))
		tell(bridge, "invited", irc_line_param(line, 1), line->nick,
		     "%.*s invites you to %.*s", SPAN(line->nick),
		     SPAN(irc_line_param(line, 1)));
}

static void tell_kill(struct bridge *bridge, const struct irc_line *line)
{
	if (presence_is_me(bridge->presence, irc_line_param(line, 0)))
		tell(bridge, "killed", nobody, line->nick,
		     "%.*s throws you off the network: %.*s", SPAN(line->nick),
		     SPAN(irc_line_param(line, 1)));
}

static void tell_wallops(struct bridge *bridge, const struct irc_line *line)
{
	tell(bridge, "wallops", nobody, line->nick, "%.*s to everybody: %.*s",
	     SPAN(line->nick), SPAN(irc_line_param(line, 0)));
}

/* "FAIL PRIVMSG CODE [context] :description"; "*" is no command. */
static void tell_fail(struct bridge *bridge, const struct irc_line *line)
{
	struct span command = irc_line_param(line, 0);
	struct span text = irc_line_param(line, line->count - 1);
	const struct ledger_entry *entry = NULL;
	struct span channel = nobody;
	bool named;
	SCOPED_BUF struct buf excerpt = { 0 };

	if (span_is(command, "*"))
		command = nobody;
	for (size_t i = 2; i + 1 < line->count; i++) {
		if (names_is_channel(&bridge->presence->names, line->params[i]))
			channel = line->params[i];
		if (entry == NULL)
			entry = refuse(bridge, ABOUT_ANY, line->params[i],
				       command);
	}
	if (entry == NULL && command.len_bytes > 0)
		entry = refuse(bridge, ABOUT_ANY, nobody, command);
	if (entry != NULL)
		add_excerpt(&excerpt, entry);
	named = channel.len_bytes == 0 ||
		memmem(text.text, text.len_bytes, channel.text,
		       channel.len_bytes) != NULL;
	tell(bridge, entry != NULL ? "not-sent" : "refused", channel, nobody,
	     "%.*s%s%.*s%s%s", SPAN(named ? nobody : channel),
	     named ? "" : ": ", SPAN(text), entry != NULL ? ": not sent" : "",
	     buf_text(&excerpt));
}

static void tell_warn(struct bridge *bridge, const struct irc_line *line)
{
	tell(bridge, "warning", nobody, nobody, "%.*s",
	     SPAN(irc_line_param(line, line->count - 1)));
}

static void tell_line(struct bridge *bridge, const struct wire_line *wire)
{
	static const struct {
		const char *command;
		size_t params; /* at least */
		void (*tell)(struct bridge *bridge,
			     const struct irc_line *line);
	} commands[] = {
		{ "INVITE", 2, tell_invite },	{ "KILL", 1, tell_kill },
		{ "WALLOPS", 1, tell_wallops }, { "FAIL", 2, tell_fail },
		{ "WARN", 2, tell_warn },	{ "NOTE", 2, tell_warn },
	};
	const struct irc_line *line = &wire->line;
	unsigned number = irc_line_numeric(line);
	const struct numeric *numeric = numeric_find(number);

	if (number != 0) {
		/* Until then they are the registration's own business. */
		if (link_is_online(bridge->link) &&
		    !answer(bridge, number, line) &&
		    !collect_whois(bridge, number, line) && numeric != NULL)
			tell_numeric(bridge, line, numeric);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (irc_line_is(line, commands[i].command) &&
		    line->count >= commands[i].params)
			commands[i].tell(bridge, line);
}

void tell_change(struct bridge *bridge, const struct wire_line *line,
		 const struct presence_change *change)
{
	tell_event(bridge, line, change);
	if (change->event != PRESENCE_LISTED)
		tell_line(bridge, line);
}

void tell_fini(struct bridge *bridge)
{
	watch_free(bridge->missed_timer);
	buf_fini(&bridge->whois);
	buf_fini(&bridge->names);
}
