/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/link/link.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "sic-bridge/link/link_parts.h"

enum {
	SLEPT_MS = 1000, /* the clocks drift apart by this without a sleep */
	AWAKE_ANSWER_MS = 20000,
};

/* The server's own words say more than a closed connection. */
static void on_closed(const struct err *e, bool distrust, void *data)
{
	struct link *link = data;

	link_failed(link, link->error_line.code != 0 ? &link->error_line : e,
		    distrust);
}

/* ---- timers -------------------------------------------------------------- */

static void on_flood_timer(void *data)
{
	link_pump(data);
}

static void on_regain_timer(void *data)
{
	link_regain(data);
}

/* The server has had its time to answer. */
static void on_leave_timer(void *data)
{
	struct link *link = data;

	if (link->phase == LINK_ONLINE)
		link_send_quit(link);
}

/*
 * How long an answer may take. After a sleep of the machine the connection is
 * most likely gone, and who opened the lid is listening.
 */
static uint64_t answer_ms(const struct link *link, uint64_t now_ms)
{
	uint64_t limit_ms = (uint64_t)link->settings->ping_timeout_s * 1000;
	bool slept = now_ms - clock_ms() > link->slept_ms + SLEPT_MS;

	return slept ? min_size(limit_ms, AWAKE_ANSWER_MS) : limit_ms;
}

static void ask_whether_alive(struct link *link, uint64_t now_ms)
{
	static const char ping[] = "PING :sic-bridge";

	link->pinged = true;
	link->pinged_ms = now_ms;
	link_send_line(link, ping, sizeof(ping) - 1);
	watch_after(link->ping_timer, answer_ms(link, now_ms));
}

/* Only silence counts: a peer that talks need not be asked. */
static void on_ping_timer(void *data)
{
	struct link *link = data;
	const struct settings *s = link->settings;
	uint64_t now_ms = clock_boot_ms();
	uint64_t silent_ms = now_ms - link->heard_ms;
	uint64_t due_ms = link->pinged
				  ? link->pinged_ms + answer_ms(link, now_ms)
				  : link->heard_ms +
					    (uint64_t)s->ping_interval_s * 1000;
	struct err e = { 0 };

	if (now_ms < due_ms) {
		watch_after(link->ping_timer, due_ms - now_ms);
	} else if (!link->pinged) {
		ask_whether_alive(link, now_ms);
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
		link_go_online(link);
		break;
	case LINK_LEAVING:
		link_end(link, NULL);
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
	link_note_heard(link);
	if (link_is_up(link))
		watch_after(link->ping_timer,
			    (uint64_t)link->settings->ping_interval_s * 1000);
	net_resume(link->net);
}

/* ---- connecting ---------------------------------------------------------- */

static void on_connected(const char *how, void *data)
{
	struct link *link = data;

	log_info("connected to %s (%s)", link->settings->host, how);
	if (!link_make_library(link))
		return;
	link->phase = LINK_REGISTERING;
	history_clock_begin(&link->clock, history_now_ms());
	link->began_ms = clock_boot_ms();
	link_note_heard(link);
	watch_after(link->phase_timer,
		    (uint64_t)link->settings->connect_timeout_s * 1000);
	watch_after(link->ping_timer,
		    (uint64_t)link->settings->ping_interval_s * 1000);
	link_say_hello(link);
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
	presence_begin(&link->presence);
	link->asked_ison = link->asked_nick = link->regained = false;
	link->error_line = (struct err){ 0 };
	link->answer_batch[0] = '\0';
	wire_reset(&link->wire);
	buf_clear(&link->out);
	watch_cancel(link->phase_timer);
	watch_cancel(link->ping_timer);
	log_info("connecting to %s port %u", s->host, (unsigned)port);
	net_connect(link->net, s->host, port, secure ? s->server_name : NULL);
}

static const struct net_handler net_handler = {
	.connected = on_connected,
	.received = link_received,
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
	names_init(&link->presence.names);
	nick_want(&link->presence.nick, span_of_text(s->nick));
	nick_begin(&link->presence.nick);
	link->wire.charset = config->charset;
	link->again.max_ms = (uint64_t)s->reconnect_max_s * 1000;
	link->again.stable_ms = (uint64_t)s->stable_s * 1000;
	flood_init(&link->flood, s->flood_burst, s->flood_interval_ms);
	link->phase_timer = loop_boot_timer(loop, on_phase_timer, link);
	link->ping_timer = loop_boot_timer(loop, on_ping_timer, link);
	link->flood_timer = loop_timer(loop, on_flood_timer, link);
	link->regain_timer = loop_timer(loop, on_regain_timer, link);
	link->leave_timer = loop_timer(loop, on_leave_timer, link);
	link->net = net_new(loop, config->tls, config->proxy, config->opener,
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
	ledger_fini(&link->ledger);
	presence_fini(&link->presence);
	free(link->quit_line);
	buf_fini(&link->out);
	watch_free(link->phase_timer);
	watch_free(link->ping_timer);
	watch_free(link->flood_timer);
	watch_free(link->regain_timer);
	watch_free(link->leave_timer);
	free(link);
}

/* ---- what others may know ------------------------------------------------ */

bool link_is_online(const struct link *link)
{
	return link->phase == LINK_ONLINE;
}

unsigned link_caps(const struct link *link)
{
	return link->cap.enabled;
}

struct presence *link_presence(struct link *link)
{
	return &link->presence;
}

bool link_regain_stopped(const struct link *link)
{
	return link->regain_stopped;
}

unsigned link_answered_label(const struct link *link)
{
	return link->answered_label;
}

bool link_is_old(const struct link *link, const struct wire_line *line)
{
	if (link->phase == LINK_WELCOMED && history_is_early(line))
		return true;
	return history_clock_is_old(&link->clock, line);
}

int64_t link_server_now_ms(const struct link *link)
{
	return history_clock_there(&link->clock, link_now_ms(link));
}
