/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/link.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "sic-bridge/flood.h"
#include "sic-bridge/nick.h"
#include "sic-bridge/reconnect.h"
#include "sic-bridge/libirc.h"

enum {
	WELCOME_MS = 1500, /* after 001 without an end of the MOTD */
	LEAVE_MS = 3000, /* for the server to close after QUIT */
	UNSENT_BYTES = 16384, /* the server reads slowly: keep the queue here */
	UNSENT_MAX_BYTES = 1048576, /* and this much it will never read */
	PING_TOKEN_BYTES = 400,
};

enum link_phase {
	LINK_IDLE, /* not yet started, or waiting to try again */
	LINK_CONNECTING,
	LINK_REGISTERING, /* up to 001 */
	LINK_WELCOMED, /* up to the end of the MOTD */
	LINK_ONLINE,
	LINK_LEAVING, /* QUIT was sent */
	LINK_ENDED,
};

/* Of a queued line, in front of it. */
static const char queue_marks[] = { [LINK_SILENT] = '.', [LINK_SHOWN] = '=' };

struct link {
	struct link_config config;
	const struct settings *settings;
	const struct link_handler *handler;
	void *data;

	enum link_phase phase;
	bool was_online; /* at least once in this run */
	bool quit_after_queue;
	uint16_t tls_port; /* strict transport security says so; 0: no */

	struct net *net;
	struct wire wire;
	struct libirc *libirc;
	enum message_kind kind; /* what the session made of the line */
	struct cap_login login;
	struct cap cap;
	struct names names;
	struct flood flood;
	struct reconnect again;
	struct buf out; /* lines on their way to net_send() */
	struct err error_line; /* what the server said with ERROR */

	struct nick nick;
	bool asked_ison;
	int64_t started_ms;

	uint64_t heard_ms;
	bool pinged;
	struct watch *phase_timer; /* registering, welcomed, leaving, idle */
	struct watch *ping_timer, *flood_timer, *regain_timer;
};

static void link_failed(struct link *link, const struct err *e, bool for_good);

/* ---- sending ------------------------------------------------------------- */

static void send_out(struct link *link)
{
	struct err e = { 0 };

	if (link->out.len_bytes == 0)
		return;
	net_send(link->net, link->out.data, link->out.len_bytes);
	tls_wipe(link->out.data, link->out.len_bytes); /* a password, maybe */
	buf_clear(&link->out);
	/* Our answers to a server that asks and never reads. */
	if (net_unsent(link->net) > UNSENT_MAX_BYTES) {
		err_say(&e, ENOBUFS, "%s: does not read what we send",
			link->settings->host);
		link_failed(link, &e, false);
	}
}

static void send_line(struct link *link, const char *line, size_t len_bytes)
{
	log_debug("to the server: %.*s", (int)len_bytes, line);
	buf_add(&link->out, line, len_bytes);
	buf_add_text(&link->out, "\r\n");
	send_out(link);
}

static void leave(struct link *link)
{
	link->phase = LINK_LEAVING;
	watch_cancel(link->flood_timer);
	watch_after(link->phase_timer, LEAVE_MS);
}

static void send_quit(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };
	const char *message = link->settings->quit_message;

	buf_addf(&line, "QUIT :%s", message != NULL ? message : "");
	leave(link);
	send_line(link, line.data, line.len_bytes);
}

/* The user's own words to the server count: true after a QUIT. */
static bool note_sent(struct link *link, const struct irc_line *sent)
{
	if (irc_line_is(sent, "NICK") && sent->count > 0)
		nick_want(&link->nick, sent->params[0]);
	if (!irc_line_is(sent, "QUIT"))
		return false;
	leave(link);
	return true;
}

/* Send what may go now; come back when more may. */
static void pump(struct link *link)
{
	struct irc_line sent;
	struct span line;
	uint64_t wait_ms = 0;
	bool any = false;

	if (link->phase != LINK_ONLINE)
		return;
	while (net_unsent(link->net) < UNSENT_BYTES &&
	       flood_take(&link->flood, clock_ms(), &line, &wait_ms)) {
		bool shown = line.text[0] == queue_marks[LINK_SHOWN];

		any = true;
		line.text++;
		line.len_bytes--;
		send_line(link, line.text, line.len_bytes);
		if (!irc_line_parse(line.text, line.len_bytes, &sent))
			continue;
		if (shown)
			link->handler->sent(&sent, link->data);
		if (note_sent(link, &sent))
			return;
	}
	if (flood_waiting(&link->flood) > 0)
		watch_after(link->flood_timer, wait_ms > 0 ? wait_ms : 50);
	else if (link->quit_after_queue)
		send_quit(link);
	if (any)
		link->handler->drained(link->data);
}

static void on_flood_timer(void *data)
{
	pump(data);
}

void link_send(struct link *link, const char *line, size_t len_bytes,
	       enum link_send how)
{
	SCOPED_BUF struct buf marked = { 0 };

	buf_add_char(&marked, queue_marks[how]);
	buf_add(&marked, line, len_bytes);
	flood_add(&link->flood, marked.data, marked.len_bytes);
	/* From the loop: the caller may be in the middle of its input. */
	if (link->phase == LINK_ONLINE)
		watch_after(link->flood_timer, 0);
}

void link_send_now(struct link *link, const char *line, size_t len_bytes)
{
	if (link->phase == LINK_ONLINE || link->phase == LINK_WELCOMED)
		send_line(link, line, len_bytes);
}

size_t link_waiting(const struct link *link)
{
	return flood_waiting(&link->flood);
}

/* ---- the end of a connection --------------------------------------------- */

static void end(struct link *link, const struct err *e)
{
	struct err copy = e != NULL ? *e : (struct err){ 0 };

	link->phase = LINK_ENDED;
	net_close(link->net);
	watch_cancel(link->phase_timer);
	watch_cancel(link->ping_timer);
	watch_cancel(link->flood_timer);
	watch_cancel(link->regain_timer);
	link->handler->ended(e != NULL ? &copy : NULL, link->data);
}

static void retry_later(struct link *link, const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];
	uint64_t wait_ms = reconnect_down(&link->again, clock_ms(),
					  tls_random());

	link->phase = LINK_IDLE;
	log_warn("%s; again in %.1f s", err_text(e, text, sizeof(text)),
		 (double)wait_ms / 1000);
	watch_after(link->phase_timer, wait_ms);
}

/*
 * What a second try cannot mend ends the program while it has never worked: a
 * wrong password, a certificate of someone else. Later the same may be a fault
 * of the server's that passes.
 */
static void link_failed(struct link *link, const struct err *e, bool for_good)
{
	struct err copy = *e;

	if (link->phase == LINK_ENDED || link->phase == LINK_IDLE)
		return;
	net_close(link->net);
	watch_cancel(link->ping_timer);
	watch_cancel(link->flood_timer);
	watch_cancel(link->regain_timer);
	watch_cancel(link->phase_timer);
	if (link->phase == LINK_LEAVING)
		end(link, NULL);
	else if (link->quit_after_queue || !link->settings->reconnect ||
		 (for_good && !link->was_online))
		end(link, &copy);
	else
		retry_later(link, &copy);
}

/* The server's own words say more than a closed connection. */
static void on_closed(const struct err *e, bool distrust, void *data)
{
	struct link *link = data;

	link_failed(link, link->error_line.code != 0 ? &link->error_line : e,
		    distrust);
}

void link_quit(struct link *link, bool at_once)
{
	switch (link->phase) {
	case LINK_ENDED:
		return;
	case LINK_ONLINE:
		link->quit_after_queue = true;
		if (at_once)
			send_quit(link);
		else
			watch_after(link->flood_timer, 0);
		return;
	case LINK_WELCOMED:
		if (at_once) {
			send_quit(link);
			return;
		}
		break;
	case LINK_LEAVING:
	case LINK_IDLE:
	case LINK_CONNECTING:
	case LINK_REGISTERING:
		if (at_once) {
			end(link, NULL);
			return;
		}
		break;
	}
	link->quit_after_queue = true;
}

/* ---- registration -------------------------------------------------------- */

static void send_nick(struct link *link)
{
	buf_addf(&link->out, "NICK %s\r\n", link->nick.now);
	send_out(link);
}

static void go_online(struct link *link)
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
	link->handler->online(link->data);
	pump(link);
}

static void on_nick_refused(struct link *link, unsigned numeric)
{
	struct err e = { 0 };

	if (link->phase != LINK_REGISTERING)
		return;
	if (numeric != 432 && nick_next(&link->nick, link->names.nick_bytes)) {
		send_nick(link);
		return;
	}
	err_say(&e, EINVAL, "nick %s: refused by the server", link->nick.now);
	link_failed(link, &e, true);
}

static void on_welcome(struct link *link, const struct wire_line *line)
{
	struct err e = { 0 };

	if (link->phase != LINK_REGISTERING)
		return;
	nick_set(&link->nick, irc_line_param(&line->line, 0));
	if (!tags_time(line->tags.time, &link->started_ms))
		link->started_ms = 0;
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
		link_connect(link);
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
	send_out(link);
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
	send_out(link);
}

static void on_numeric(struct link *link, const struct wire_line *line,
		       unsigned numeric)
{
	switch (numeric) {
	case 1: /* RPL_WELCOME */
		on_welcome(link, line);
		break;
	case 5: /* RPL_ISUPPORT */
		names_learn(&link->names, &line->line);
		break;
	case 376: /* RPL_ENDOFMOTD */
	case 422: /* ERR_NOMOTD */
		go_online(link);
		break;
	case 432: /* ERR_ERRONEUSNICKNAME */
	case 433: /* ERR_NICKNAMEINUSE */
	case 436: /* ERR_NICKCOLLISION */
	case 437: /* ERR_UNAVAILRESOURCE */
		on_nick_refused(link, numeric);
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
}

/* ---- the nick that we would rather have ---------------------------------- */

static void ask_for_nick(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };

	buf_addf(&line, "NICK %s", link->nick.wanted);
	link_send_now(link, line.data, line.len_bytes);
}

static void on_regain_timer(void *data)
{
	struct link *link = data;
	SCOPED_BUF struct buf line = { 0 };

	watch_after(link->regain_timer,
		    (uint64_t)link->settings->regain_s * 1000);
	if (nick_is_wanted(&link->nick))
		return;
	buf_addf(&line, "ISON %s", link->nick.wanted);
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

static void on_nick_line(struct link *link, const struct wire_line *line)
{
	struct span own = span_of(link->nick.now, strlen(link->nick.now));
	const char *wanted = link->nick.wanted;

	if (names_equal(&link->names, line->line.nick, own))
		nick_set(&link->nick, irc_line_param(&line->line, 0));
	else if (!nick_is_wanted(&link->nick) &&
		 names_equal(&link->names, line->line.nick,
			     span_of(wanted, strlen(wanted))))
		ask_for_nick(link);
}

/* ---- one line of the server ---------------------------------------------- */

static void on_libirc(enum message_kind kind, unsigned numeric, void *data)
{
	struct link *link = data;

	(void)numeric;
	link->kind = kind;
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
	libirc_free(link->libirc);
	link->libirc = libirc_new(on_libirc, link, &e);
	if (link->libirc == NULL)
		link_failed(link, &e, false);
	return KIND_OTHER;
}

static void on_own_talk(struct link *link, const struct wire_line *line)
{
	if (irc_line_is(&line->line, "PING"))
		on_ping(link, line);
	else if (irc_line_is(&line->line, "CAP") ||
		 irc_line_is(&line->line, "AUTHENTICATE"))
		on_negotiation(link, line);
	else if (irc_line_is(&line->line, "BATCH"))
		link->handler->line(line, KIND_OTHER, link->data);
}

static bool is_connected(const struct link *link)
{
	return link->phase >= LINK_REGISTERING && link->phase < LINK_ENDED;
}

static int on_line(const struct wire_line *line, void *data)
{
	struct link *link = data;
	enum message_kind kind = KIND_OTHER;

	if (line->fate == WIRE_OURS) {
		on_own_talk(link, line);
		return !is_connected(link);
	}
	if (line->fate == WIRE_PASS)
		kind = ask_library(link, line);
	if (!is_connected(link) || take_ison(link, line))
		return !is_connected(link);
	/* Shown under the name that we had when it came. */
	link->handler->line(line, kind, link->data);
	if (kind == KIND_NUMERIC)
		on_numeric(link, line, irc_line_numeric(&line->line));
	else if (kind == KIND_NICK || kind == KIND_QUIT)
		on_nick_line(link, line);
	else if (irc_line_is(&line->line, "ERROR"))
		on_error_line(link, line);
	return !is_connected(link);
}

static void on_received(char *bytes, size_t len_bytes, void *data)
{
	struct link *link = data;

	link->heard_ms = clock_ms();
	link->pinged = false;
	/* What is left of a connection that is over may be lost. */
	(void)!wire_feed(&link->wire, bytes, len_bytes, on_line, link);
	link->handler->batch_end(link->data);
}

/* ---- timers -------------------------------------------------------------- */

/* Only silence counts: a peer that talks need not be asked. */
static void on_ping_timer(void *data)
{
	static const char ping[] = "PING :sic-bridge";
	struct link *link = data;
	const struct settings *s = link->settings;
	uint64_t limit_ms = (uint64_t)s->ping_interval_s * 1000;
	uint64_t silent_ms = clock_ms() - link->heard_ms;
	struct err e = { 0 };

	if (link->pinged)
		limit_ms += (uint64_t)s->ping_timeout_s * 1000;
	if (silent_ms < limit_ms) {
		watch_after(link->ping_timer, limit_ms - silent_ms);
	} else if (!link->pinged) {
		link->pinged = true;
		send_line(link, ping, sizeof(ping) - 1);
		watch_after(link->ping_timer,
			    (uint64_t)s->ping_timeout_s * 1000);
	} else {
		err_say(&e, ETIMEDOUT, "%s: no answer for %u seconds", s->host,
			(unsigned)(silent_ms / 1000));
		link_failed(link, &e, false);
	}
}

static void on_phase_timer(void *data)
{
	struct link *link = data;
	struct err e = { 0 };

	switch (link->phase) {
	case LINK_IDLE:
		link_connect(link);
		break;
	case LINK_REGISTERING:
		err_set(&e, ETIMEDOUT, "%s: registration",
			link->settings->host);
		link_failed(link, &e, false);
		break;
	case LINK_WELCOMED:
		go_online(link);
		break;
	case LINK_LEAVING:
		end(link, NULL);
		break;
	case LINK_CONNECTING:
	case LINK_ONLINE:
	case LINK_ENDED:
		break;
	}
}

void link_pause(struct link *link)
{
	net_pause(link->net);
	watch_cancel(link->ping_timer);
}

/* While we did not listen, the server could not be heard. */
void link_resume(struct link *link)
{
	link->heard_ms = clock_ms();
	if (is_connected(link))
		watch_after(link->ping_timer,
			    (uint64_t)link->settings->ping_interval_s * 1000);
	net_resume(link->net);
}

/* ---- connecting ---------------------------------------------------------- */

static void say_hello(struct link *link)
{
	const struct settings *s = link->settings;

	cap_begin(&link->cap, &link->login, s->history, &link->out);
	if (link->config.password != NULL && s->sasl != SASL_PLAIN)
		buf_addf(&link->out, "PASS %s\r\n", link->config.password);
	buf_addf(&link->out, "NICK %s\r\nUSER %s 0 * :%s\r\n", link->nick.now,
		 s->user, s->realname);
	send_out(link);
}

static void on_connected(const char *how, void *data)
{
	struct link *link = data;
	struct err e = { 0 };

	log_info("connected to %s (%s)", link->settings->host, how);
	libirc_free(link->libirc);
	link->libirc = libirc_new(on_libirc, link, &e);
	if (link->libirc == NULL) {
		link_failed(link, &e, true);
		return;
	}
	link->phase = LINK_REGISTERING;
	link->heard_ms = clock_ms();
	link->pinged = false;
	watch_after(link->phase_timer,
		    (uint64_t)link->settings->connect_timeout_s * 1000);
	watch_after(link->ping_timer,
		    (uint64_t)link->settings->ping_interval_s * 1000);
	say_hello(link);
}

void link_connect(struct link *link)
{
	const struct settings *s = link->settings;
	uint16_t port = link->config.port;
	bool secure;

	if (s->plain && link->tls_port == 0 && s->sts)
		link->tls_port = sts_port(link->config.sts,
					  (int64_t)time(NULL));
	secure = !s->plain || link->tls_port != 0;
	if (link->tls_port != 0)
		port = link->tls_port;
	link->phase = LINK_CONNECTING;
	nick_begin(&link->nick);
	link->asked_ison = false;
	link->started_ms = 0;
	link->error_line = (struct err){ 0 };
	wire_reset(&link->wire);
	names_init(&link->names);
	buf_clear(&link->out);
	watch_cancel(link->phase_timer);
	watch_cancel(link->ping_timer);
	log_info("connecting to %s port %u", s->host, (unsigned)port);
	net_connect(link->net, s->host, port, secure ? s->server_name : NULL);
}

static const struct net_handler net_handler = {
	.connected = on_connected,
	.received = on_received,
	.closed = on_closed,
};

struct link *link_new(struct loop *loop, const struct link_config *config,
		      const struct link_handler *keep_handler, void *keep_data)
{
	const struct settings *s = config->settings;
	struct link *link = mem_new(sizeof(*link));

	link->config = *config;
	link->settings = s;
	link->handler = keep_handler;
	link->data = keep_data;
	link->login = (struct cap_login){ s->sasl, s->sasl_user,
					  config->password, s->sasl_optional };
	nick_want(&link->nick, span_of(s->nick, strlen(s->nick)));
	link->wire.charset = config->charset;
	link->again.max_ms = (uint64_t)s->reconnect_max_s * 1000;
	link->again.stable_ms = (uint64_t)s->stable_s * 1000;
	flood_init(&link->flood, s->flood_burst, s->flood_interval_ms);
	link->phase_timer = loop_timer(loop, on_phase_timer, link);
	link->ping_timer = loop_timer(loop, on_ping_timer, link);
	link->flood_timer = loop_timer(loop, on_flood_timer, link);
	link->regain_timer = loop_timer(loop, on_regain_timer, link);
	link->net = net_new(loop, config->tls, config->proxy,
			    (uint64_t)s->connect_timeout_s * 1000, &net_handler,
			    link);
	return link;
}

void link_free(struct link *link)
{
	if (link == NULL)
		return;
	net_free(link->net);
	libirc_free(link->libirc);
	wire_fini(&link->wire);
	flood_fini(&link->flood);
	buf_fini(&link->out);
	watch_free(link->phase_timer);
	watch_free(link->ping_timer);
	watch_free(link->flood_timer);
	watch_free(link->regain_timer);
	free(link);
}

/* ---- what others may know ------------------------------------------------ */

bool link_is_online(const struct link *link)
{
	return link->phase == LINK_ONLINE;
}

const char *link_nick(const struct link *link)
{
	return link->nick.now;
}

unsigned link_caps(const struct link *link)
{
	return link->cap.enabled;
}

const struct names *link_names(const struct link *link)
{
	return &link->names;
}

int64_t link_started_ms(const struct link *link)
{
	return link->started_ms;
}
