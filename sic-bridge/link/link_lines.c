/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Lines of the server that concern the connection itself. */
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"
#include "sic-bridge/link/link_parts.h"

enum {
	WELCOME_MS = 1500, /* after 001 without an end of the MOTD */
	PING_TOKEN_BYTES = 400,
};

/* ---- registration -------------------------------------------------------- */

static void send_nick(struct link *link)
{
	buf_addf(&link->out, "NICK %s\r\n", link->presence.nick.now);
	link_flush(link);
}

/* PASS takes one parameter: what would be cut or lost needs the colon. */
static void say_password(struct link *link)
{
	const char *password = link->config.password;
	bool colon = password[0] == ':' || password[0] == '\0' ||
		     strchr(password, ' ') != NULL;

	buf_addf(&link->out, "PASS %s%s\r\n", colon ? ":" : "", password);
}

void link_say_hello(struct link *link)
{
	const struct settings *s = link->settings;

	cap_begin(&link->cap, &link->login, s->history, &link->out);
	if (link->config.password != NULL && !sasl_has_password(s->sasl))
		say_password(link);
	buf_addf(&link->out, "NICK %s\r\nUSER %s 0 * :%s\r\n",
		 link->presence.nick.now, s->user, s->realname);
	link_flush(link);
}

/* They may hold a password: not logged, not shown, not in the ledger. */
static void say_on_connect(struct link *link)
{
	const struct settings *s = link->settings;

	for (size_t i = 0; i < s->on_connect_count; i++)
		buf_addf(&link->out, "%s\r\n", s->on_connect[i]);
	link_flush(link);
}

void link_go_online(struct link *link)
{
	if (link->phase != LINK_WELCOMED)
		return;
	link->phase = LINK_ONLINE;
	link->was_online = true;
	watch_cancel(link->phase_timer);
	reconnect_up(&link->again, clock_ms());
	if (link->settings->regain_s > 0)
		watch_after(link->regain_timer,
			    (uint64_t)link->settings->regain_s * 1000);
	say_on_connect(link);
	link->handler->online(link->data);
	link_pump(link);
}

static void on_nick_refused(struct link *link, unsigned numeric)
{
	struct nick *nick = &link->presence.nick;
	struct err e = { 0 };

	if (link->phase != LINK_REGISTERING)
		return;
	if (numeric != 432 &&
	    nick_next(nick, link->presence.names.nick_bytes)) {
		send_nick(link);
		return;
	}
	err_say(&e, EINVAL, "nick %s: refused by the server", nick->now);
	link_failed(link, &e, true);
}

/* Not to be let in is not mended by trying again. */
static void on_barred(struct link *link, const struct wire_line *line,
		      const char *what)
{
	struct span text = irc_line_param(
		&line->line, line->line.count > 0 ? line->line.count - 1 : 0);
	struct err e = { 0 };

	if (link->phase != LINK_REGISTERING)
		return;
	err_say(&e, EACCES, "%s: %s: %.*s", link->settings->host, what,
		(int)text.len_bytes, text.text);
	link_failed(link, &e, true);
}

static void on_welcome(struct link *link)
{
	struct err e = { 0 };

	if (link->phase != LINK_REGISTERING)
		return;
	if (cap_welcome(&link->cap, &e) < 0) {
		link_failed(link, &e, true);
		return;
	}
	link->phase = LINK_WELCOMED;
	watch_after(link->phase_timer, WELCOME_MS);
}

/* ---- strict transport security ------------------------------------------- */

/*
 * In the clear only the port counts, and we come back there with TLS at once;
 * over TLS only the duration counts. Source: IRCv3 sts.
 * Returns true when this connection is over.
 */
static bool honour_sts(struct link *link)
{
	struct cap *cap = &link->cap;
	struct err e = { 0 };
	bool secure = !link->settings->plain || link->tls_port != 0;
	uint16_t port = link->tls_port != 0 ? link->tls_port
					    : link->config.port;

	if (!cap->has_sts || link->config.sts == NULL)
		return false;
	if (!secure && cap->sts_port != 0) {
		log_warn("the server asks for TLS on port %u; it gets it "
			 "(--sts=no would stay in the clear)",
			 cap->sts_port);
		link->tls_port = (uint16_t)cap->sts_port;
		link_restart(link);
		return true;
	}
	if (secure && cap->sts_seconds >= 0) {
		if (sts_learn(link->config.sts, port, cap->sts_seconds,
			      (int64_t)time(NULL), &e) < 0)
			log_failure(&e);
		cap->sts_seconds = -1;
	}
	return false;
}

static void on_negotiation(struct link *link, const struct wire_line *line)
{
	struct err e = { 0 };
	int rc = cap_line(&link->cap, &line->line, &link->out, &e);

	if (honour_sts(link)) {
		buf_clear(&link->out);
		return;
	}
	link_flush(link);
	if (rc < 0)
		link_failed(link, &e, true);
}

/* ---- lines --------------------------------------------------------------- */

static void on_ping(struct link *link, const struct wire_line *line)
{
	struct span token = irc_line_param(&line->line, 0);

	buf_add_text(&link->out, "PONG :");
	buf_add(&link->out, token.text,
		min_size(token.len_bytes, PING_TOKEN_BYTES));
	buf_add_text(&link->out, "\r\n");
	link_flush(link);
}

static void on_numeric(struct link *link, const struct wire_line *line,
		       unsigned numeric)
{
	switch (numeric) {
	case 1: /* RPL_WELCOME */
		on_welcome(link);
		break;
	case 376: /* RPL_ENDOFMOTD */
	case 422: /* ERR_NOMOTD */
		link_go_online(link);
		break;
	case 432: /* ERR_ERRONEUSNICKNAME */
	case 433: /* ERR_NICKNAMEINUSE */
	case 436: /* ERR_NICKCOLLISION */
	case 437: /* ERR_UNAVAILRESOURCE */
		on_nick_refused(link, numeric);
		break;
	case 464: /* ERR_PASSWDMISMATCH */
		on_barred(link, line, "password refused");
		break;
	case 465: /* ERR_YOUREBANNEDCREEP */
		on_barred(link, line, "banned");
		break;
	default:
		on_negotiation(link, line);
		break;
	}
}

static void on_error_line(struct link *link, const struct wire_line *line)
{
	struct span text = irc_line_param(&line->line, 0);

	err_say(&link->error_line, ECONNRESET, "%s: %.*s", link->settings->host,
		(int)text.len_bytes, text.text);
	/* ngIRCd: "Access denied: Bad password?", without the numeric. */
	if (memmem(text.text, text.len_bytes, "assword", 7) != NULL)
		on_barred(link, line, "password refused");
}

/* ---- the nick that we would rather have ---------------------------------- */

static void ask_for_nick(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };

	if (link->regain_stopped)
		return;
	link->asked_nick = true;
	buf_addf(&line, "NICK %s", link->presence.nick.wanted);
	link_send_now(link, line.data, line.len_bytes);
}

void link_regain(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };

	watch_after(link->regain_timer,
		    (uint64_t)link->settings->regain_s * 1000);
	if (nick_is_wanted(&link->presence.nick) || link->regain_stopped)
		return;
	buf_addf(&line, "ISON %s", link->presence.nick.wanted);
	link_send_now(link, line.data, line.len_bytes);
	link->asked_ison = true;
}

/* The answer to our own question is nobody else's business. */
static bool take_ison(struct link *link, const struct wire_line *line)
{
	if (!link->asked_ison || irc_line_numeric(&line->line) != 303)
		return false;
	link->asked_ison = false;
	if (irc_line_param(&line->line, 1).len_bytes == 0)
		ask_for_nick(link);
	return true;
}

/* Whoever had our nick has another one now, or is gone. */
static void on_other_nick(struct link *link, const struct wire_line *line)
{
	const char *wanted = link->presence.nick.wanted;

	if (!nick_is_wanted(&link->presence.nick) &&
	    names_equal(&link->presence.names, line->line.nick,
			span_of_text(wanted)))
		ask_for_nick(link);
}

/*
 * Services that rename us whenever we take our nick mean it: what was regained
 * and lost again is not asked for until we have logged in, or the user asks.
 */
static void on_own_nick(struct link *link)
{
	if (nick_is_wanted(&link->presence.nick)) {
		link->regained = link->regained || link->asked_nick;
		link->asked_nick = false;
	} else if (link->regained) {
		link->regain_stopped = true;
	}
}

/* ---- one line of the server ---------------------------------------------- */

static void on_libirc(enum message_kind kind, unsigned numeric, void *data)
{
	struct link *link = data;

	(void)numeric;
	link->kind = kind;
}

bool link_make_library(struct link *link)
{
	struct err e = { 0 };

	libirc_free(link->libirc);
	link->libirc = libirc_new(on_libirc, link, &e);
	if (link->libirc != NULL)
		return true;
	link_failed(link, &e, true);
	return false;
}

static enum message_kind ask_library(struct link *link,
				     const struct wire_line *line)
{
	char text[WIRE_LIBRARY_BYTES];
	size_t len_bytes = wire_library(line, text);
	struct err e = { 0 };

	link->kind = KIND_OTHER;
	if (libirc_feed(link->libirc, text, len_bytes, &e) == 0)
		return link->kind;
	/* A new one for the next line; this one is shown all the same. */
	log_failure(&e);
	(void)link_make_library(link);
	return KIND_OTHER;
}

/* What the library is not shown, "QUIT" without a reason, is what it is. */
static enum message_kind kind_by_name(const struct irc_line *line)
{
	static const struct {
		const char *command;
		enum message_kind kind;
	} commands[] = {
		{ "JOIN", KIND_JOIN }, { "PART", KIND_PART },
		{ "QUIT", KIND_QUIT }, { "NICK", KIND_NICK },
		{ "MODE", KIND_MODE }, { "TOPIC", KIND_TOPIC },
		{ "KICK", KIND_KICK },
	};

	if (irc_line_numeric(line) != 0)
		return KIND_NUMERIC;
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (irc_line_is(line, commands[i].command))
			return commands[i].kind;
	return KIND_OTHER;
}

static void on_own_talk(struct link *link, const struct wire_line *line)
{
	const struct irc_line *l = &line->line;

	if (irc_line_is(l, "PING"))
		on_ping(link, line);
	else if (irc_line_is(l, "PONG"))
		link_pong(link,
			  irc_line_param(l, l->count > 0 ? l->count - 1 : 0));
	else if (irc_line_is(l, "CAP") || irc_line_is(l, "AUTHENTICATE"))
		on_negotiation(link, line);
	else if (irc_line_is(l, "BATCH") || irc_line_is(l, "CHATHISTORY"))
		link->handler->line(line, KIND_OTHER, link->data);
}

/* Our place in the world, which old lines say nothing about. */
static enum presence_event on_change(struct link *link,
				     const struct wire_line *line)
{
	struct presence_change change = { .event = PRESENCE_NOTHING };

	if (line->tags.batch.len_bytes == 0 ||
	    !irc_line_is(&line->line, "PRIVMSG"))
		presence_line(&link->presence, &line->line, &change);
	if (change.event == PRESENCE_RENAMED)
		on_own_nick(link);
	else if (change.event == PRESENCE_LOGGED_IN)
		link->regain_stopped = link->regained = false;
	link->handler->changed(line, &change, link->data);
	return change.event;
}

static void on_known_line(struct link *link, const struct wire_line *line,
			  enum message_kind kind)
{
	unsigned numeric = irc_line_numeric(&line->line);
	bool renamed;

	/* Shown under the name that we had when it came. */
	link->handler->line(line, kind, link->data);
	renamed = on_change(link, line) == PRESENCE_RENAMED;
	if (!link_is_up(link))
		return;
	if (numeric != 0)
		on_numeric(link, line, numeric);
	else if (!renamed && (kind == KIND_NICK || kind == KIND_QUIT))
		on_other_nick(link, line);
	else if (irc_line_is(&line->line, "ERROR"))
		on_error_line(link, line);
	if (link->leaving != LINK_STAYS)
		link_pump_soon(link);
}

/* ---- what a line of the server answers ----------------------------------- */

/* As we write it; 0: it is not ours. */
static unsigned label_number(struct span label)
{
	unsigned n = 0;

	if (label.len_bytes == 0 || label.len_bytes > 9)
		return 0;
	for (size_t i = 0; i < label.len_bytes; i++) {
		if (label.text[i] < '0' || label.text[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(label.text[i] - '0');
	}
	return n;
}

/* "BATCH +ref labeled-response": the answer is complete with "BATCH -ref". */
static bool begins_answer(struct link *link, const struct wire_line *line,
			  unsigned label)
{
	struct span ref = irc_line_param(&line->line, 0);

	if (label == 0 || !irc_line_is(&line->line, "BATCH") ||
	    ref.len_bytes < 2 || *ref.text != '+' ||
	    ref.len_bytes > sizeof(link->answer_batch))
		return false;
	memcpy(link->answer_batch, ref.text + 1, ref.len_bytes - 1);
	link->answer_batch[ref.len_bytes - 1] = '\0';
	link->answer_label = label;
	return true;
}

static bool ends_answer(const struct link *link, const struct wire_line *line)
{
	struct span ref = irc_line_param(&line->line, 0);

	return irc_line_is(&line->line, "BATCH") && ref.len_bytes > 1 &&
	       *ref.text == '-' &&
	       span_is(span_of(ref.text + 1, ref.len_bytes - 1),
		       link->answer_batch);
}

/* Returns whether the answer is complete with this line. */
static bool note_label(struct link *link, const struct wire_line *line)
{
	unsigned label = label_number(line->tags.label);

	link->answered_label = 0;
	if (begins_answer(link, line, label))
		return false;
	link->answered_label = label;
	if (label != 0 || link->answer_batch[0] == '\0')
		return label != 0;
	if (span_is(line->tags.batch, link->answer_batch))
		link->answered_label = link->answer_label;
	if (!ends_answer(link, line))
		return false;
	link->answered_label = link->answer_label;
	link->answer_batch[0] = '\0';
	return true;
}

static int take_line(struct link *link, const struct wire_line *line)
{
	enum message_kind kind = kind_by_name(&line->line);

	history_clock_line(&link->clock, line, link_now_ms(link));
	if (link->cap.enabled & CAP_SERVER_TIME)
		link->clock.stamps = true;
	if (line->fate == WIRE_OURS) {
		on_own_talk(link, line);
		return !link_is_up(link);
	}
	if (line->fate == WIRE_PASS)
		kind = ask_library(link, line);
	if (!link_is_up(link) || take_ison(link, line))
		return !link_is_up(link);
	on_known_line(link, line, kind);
	return !link_is_up(link);
}

static int on_line(const struct wire_line *line, void *data)
{
	struct link *link = data;
	bool complete = note_label(link, line);
	int rc = take_line(link, line);

	if (complete)
		ledger_answered(&link->ledger, link->answered_label);
	link->answered_label = 0;
	if (complete && link->leaving != LINK_STAYS)
		link_pump_soon(link);
	return rc;
}

void link_received(char *bytes, size_t len_bytes, void *data)
{
	struct link *link = data;

	link_note_heard(link);
	/* What is left of a connection that is over may be lost. */
	(void)!wire_feed(&link->wire, bytes, len_bytes, on_line, link);
	link->handler->batch_end(link->data);
}
