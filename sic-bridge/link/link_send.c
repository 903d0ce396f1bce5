/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Lines to the server: what may go when, what arrived, and leaving. */
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "sic-bridge/link/link_parts.h"

enum {
	LEAVE_MS = 3000, /* for the server to close after QUIT */
	UNSENT_BYTES = 16384, /* the server reads slowly: keep the queue here */
	UNSENT_MAX_BYTES = 1048576, /* and this much it will never read */
	PING_LINES = 8, /* of a long paste, at least one PING in so many */
	/* How long to wait for the answer that settles the ledger. */
	SETTLE_AFTER_ALL_MS = 60000,
	SETTLE_SOON_MS = 2000,
};

static const char ping_prefix[] = "sic-bridge-";

/* ---- bytes --------------------------------------------------------------- */

void link_flush(struct link *link)
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

void link_send_line(struct link *link, const char *line, size_t len_bytes)
{
	log_debug("to the server: %.*s", (int)len_bytes, line);
	buf_add(&link->out, line, len_bytes);
	buf_add_text(&link->out, "\r\n");
	link_flush(link);
}

/* ---- leaving ------------------------------------------------------------- */

void link_send_quit(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };
	const char *message = link->settings->quit_message;

	if (link->quit_line != NULL)
		buf_add_text(&line, link->quit_line);
	else
		buf_addf(&line, "QUIT :%s", message != NULL ? message : "");
	link->phase = LINK_LEAVING;
	watch_cancel(link->flood_timer);
	watch_cancel(link->leave_timer);
	watch_after(link->phase_timer, LEAVE_MS);
	link_send_line(link, line.data, line.len_bytes);
}

static void send_ping(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };

	buf_addf(&line, "PING :%s%u", ping_prefix, ++link->ping_number);
	ledger_ping(&link->ledger);
	link_send_line(link, line.data, line.len_bytes);
}

void link_pong(struct link *link, struct span token)
{
	char want[32];

	snprintf(want, sizeof(want), "%s%u", ping_prefix, link->ping_number);
	if (!link->ledger.pinging || !span_is(token, want))
		return;
	ledger_pong(&link->ledger);
	link_pump(link);
}

/* Nothing more is to be sent: QUIT, once all is known that can be. */
static void settle(struct link *link)
{
	bool soon = link->leaving == LINK_LEAVES_SOON;

	if (!ledger_has_unknown(&link->ledger)) {
		link_send_quit(link);
		return;
	}
	if (!link->ledger.pinging)
		send_ping(link);
	if (link->settling)
		return;
	link->settling = true;
	watch_after(link->leave_timer,
		    soon ? SETTLE_SOON_MS : SETTLE_AFTER_ALL_MS);
}

void link_quit(struct link *link, bool at_once, const char *line)
{
	if (link->phase == LINK_ENDED || link->phase == LINK_LEAVING)
		return;
	if (line != NULL) {
		free(link->quit_line);
		link->quit_line = mem_copy(line);
	}
	link->leaving = at_once ? LINK_LEAVES_SOON : LINK_LEAVES_AFTER_ALL;
	watch_cancel(link->leave_timer);
	link->settling = false;
	if (link->phase == LINK_ONLINE)
		watch_after(link->flood_timer, 0);
	else if (at_once && link->phase == LINK_WELCOMED)
		link_send_quit(link);
	else if (at_once)
		link_end(link, NULL);
}

/* ---- the ledger's lines -------------------------------------------------- */

/* The user's own words to the server count. */
static void note_sent(struct link *link, const struct irc_line *sent)
{
	if (!irc_line_is(sent, "NICK") || sent->count == 0)
		return;
	nick_want(&link->presence.nick, sent->params[0]);
	link->regain_stopped = false;
	link->asked_nick = true;
}

/* Under a number that the answer names, where the server can. */
static void send_piece(struct link *link, const struct buf *line,
		       const struct ledger_piece *piece)
{
	if (link->cap.enabled & CAP_LABELED_RESPONSE)
		buf_addf(&link->out, "@label=%u ", piece->label);
	link_send_line(link, line->data, line->len_bytes);
}

static bool send_next(struct link *link)
{
	SCOPED_BUF struct buf line = { 0 };
	struct ledger_piece piece;
	struct irc_line sent;

	if (!ledger_take(&link->ledger, presence_prefix_bytes(&link->presence),
			 link->hold_repeats, &line, &piece))
		return false;
	flood_take(&link->flood);
	send_piece(link, &line, &piece);
	if (!irc_line_parse(buf_text(&line), line.len_bytes, &sent))
		return true;
	note_sent(link, &sent);
	link->handler->sent(&sent, &piece, link->data);
	return true;
}

static bool wants_ping(const struct link *link)
{
	const struct ledger *ledger = &link->ledger;

	return !ledger->pinging && ledger_has_unknown(ledger) &&
	       (!ledger_has_waiting(ledger) || ledger->unpinged >= PING_LINES);
}

/* Returns false when nothing is left that may go. */
static bool send_one(struct link *link)
{
	if (wants_ping(link)) {
		flood_take(&link->flood);
		send_ping(link);
		return true;
	}
	return send_next(link);
}

void link_pump(struct link *link)
{
	uint64_t wait_ms = 0;
	bool any = false, more = true, waits;

	if (link->phase != LINK_ONLINE)
		return;
	while (more && link->phase == LINK_ONLINE &&
	       net_unsent(link->net) < UNSENT_BYTES &&
	       flood_may(&link->flood, clock_ms(), &wait_ms)) {
		more = send_one(link);
		any = any || more;
	}
	if (link->phase != LINK_ONLINE)
		return;
	waits = more && (ledger_has_waiting(&link->ledger) || wants_ping(link));
	if (link->leaving == LINK_LEAVES_SOON ||
	    (!waits && link->leaving == LINK_LEAVES_AFTER_ALL &&
	     !ledger_has_waiting(&link->ledger)))
		settle(link);
	else if (waits)
		watch_after(link->flood_timer, wait_ms > 0 ? wait_ms : 50);
	if (any)
		link->handler->drained(link->data);
}

/* From the loop: the caller may be in the middle of its input. */
void link_pump_soon(struct link *link)
{
	if (link->phase == LINK_ONLINE)
		watch_after(link->flood_timer, 0);
}

void link_say(struct link *link, const char *command, struct span target,
	      struct span text, bool action, bool show)
{
	ledger_add_text(&link->ledger, &link->presence.names, command, target,
			text, action, show);
	link_pump_soon(link);
}

void link_send(struct link *link, const char *line, size_t len_bytes)
{
	static const char *const session[] = { "JOIN", "PART", "NICK", "PASS",
					       "OPER" };
	enum ledger_kind kind = LEDGER_COMMAND;
	struct irc_line parsed;

	if (!irc_line_parse(line, len_bytes, &parsed))
		return;
	for (size_t i = 0; i < COUNT_OF(session); i++)
		if (irc_line_is(&parsed, session[i]))
			kind = LEDGER_SESSION;
	ledger_add_line(&link->ledger, &link->presence.names,
			span_of(line, len_bytes), kind);
	link_pump_soon(link);
}

void link_send_now(struct link *link, const char *line, size_t len_bytes)
{
	if (link->phase == LINK_ONLINE || link->phase == LINK_WELCOMED)
		link_send_line(link, line, len_bytes);
}

size_t link_cancel(struct link *link)
{
	size_t cancelled = ledger_cancel(&link->ledger);

	link_pump_soon(link);
	return cancelled;
}

size_t link_waiting(const struct link *link)
{
	return ledger_waiting(&link->ledger);
}

struct ledger *link_ledger(struct link *link)
{
	return &link->ledger;
}

void link_hold_repeats(struct link *link, bool hold)
{
	link->hold_repeats = hold;
	if (!hold)
		link_pump_soon(link);
}
