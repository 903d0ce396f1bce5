/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * link.h - being on a server: connect, register, log in, stay alive, come back.
 *
 * Below it are net.h (bytes), wire.h (clean lines), libirc.h (libircclient),
 * cap.h (capabilities), presence.h (who and where we are), ledger.h (what was
 * typed) and flood.h (how fast); above it only lines and whether we are on the
 * server. A line for the server waits in the ledger for as long as we are not.
 */
#ifndef SIC_BRIDGE_LINK_H
#define SIC_BRIDGE_LINK_H

#include "core/loop.h"
#include "sic-bridge/irc/cap.h"
#include "sic-bridge/state/ledger.h"
#include "sic-bridge/net/net.h"
#include "sic-bridge/state/presence.h"
#include "sic-bridge/settings.h"
#include "sic-bridge/net/sts.h"
#include "sic-bridge/irc/wire.h"

/* Bytes that wait in the ledger, beyond which no more input should be read. */
enum { LINK_QUEUE_BYTES = 65536 };

struct link;

struct link_handler {
	/* We are on the server: time to join. */
	void (*online)(void *data);
	/* The connection went, or could not be made; another will follow. */
	void (*lost)(const struct err *e, void *data);
	/* A line of the server; kind is libircclient's, or KIND_OTHER. */
	void (*line)(const struct wire_line *line, enum message_kind kind,
		     void *data);
	/* What that line changed about us; after line(), never for BATCH. */
	void (*changed)(const struct wire_line *line,
			const struct presence_change *change, void *data);
	/* Everything that came in one read was handed on. */
	void (*batch_end)(void *data);
	/* A line of the ledger went to the server. */
	void (*sent)(const struct irc_line *line,
		     const struct ledger_piece *piece, void *data);
	/* There is room in the ledger again, or a line of it went. */
	void (*drained)(void *data);
	/* For good: we quit (e is NULL), or it cannot go on. */
	void (*ended)(const struct err *e, void *data);
};

/* Everything here is borrowed for the life of the link. */
struct link_config {
	const struct settings *settings;
	uint16_t port;
	struct tls *tls; /* NULL: none of the ways leads through TLS */
	const struct proxy *proxy;
	struct opener *opener;
	struct charset *charset;
	const char *password; /* NULL: none */
	struct sts *sts; /* NULL: not kept */
};

struct link *link_new(struct loop *loop, const struct link_config *config,
		      const struct link_handler *keep_handler,
		      void *keep_data) MUST_CHECK;
void link_free(struct link *link);

void link_connect(struct link *link);

/* Send a text of any length; show: the user's own words. See ledger.h. */
void link_say(struct link *link, const char *command, struct span target,
	      struct span text, bool action, bool show);

/* Send any other line, without its end; at most LEDGER_LINE_BYTES. */
void link_send(struct link *link, const char *line, size_t len_bytes);

/*
 * Send a line of the program's own before everything that waits, outside the
 * ledger. Nothing while not on the server.
 */
void link_send_now(struct link *link, const char *line, size_t len_bytes);

/* Bytes that wait in the ledger. */
size_t link_waiting(const struct link *link);

/* Throw away what waits; how many lines that were. */
size_t link_cancel(struct link *link);

struct ledger *link_ledger(struct link *link);

/* Lines to be sent once more wait until the history shows what had arrived. */
void link_hold_repeats(struct link *link, bool hold);

/*
 * Leave: after everything is sent and known to have arrived, for a minute at
 * most; or, at_once, after what the server has to say of the lines sent, for
 * two seconds at most. line is the user's own QUIT, NULL for ours. ended()
 * follows.
 */
void link_quit(struct link *link, bool at_once, const char *line);

/* Stop reading from the server, and go on. */
void link_pause(struct link *link);
void link_resume(struct link *link);

bool link_is_online(const struct link *link);
/* Capabilities in use, of cap_flag. */
unsigned link_caps(const struct link *link);
struct presence *link_presence(struct link *link);
/* Services took our nick from us again: it is not asked for any more. */
bool link_regain_stopped(const struct link *link);
/* The label of our line that the server's line at hand answers; 0: of none. */
unsigned link_answered_label(const struct link *link);
/* Whether a line was said before this connection began. */
bool link_is_old(const struct link *link, const struct wire_line *line);
/* The time by the server's clock, as far as it is known. */
int64_t link_server_now_ms(const struct link *link);

#endif
