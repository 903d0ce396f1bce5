/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * link.h - being on a server: connect, register, log in, stay alive, come back.
 *
 * Below it are net.h (bytes), wire.h (clean lines), session.h (libircclient),
 * cap.h (capabilities) and flood.h (the send queue); above it only lines and
 * whether we are on the server. A line for the server waits in the queue for
 * as long as we are not.
 */
#ifndef SIC_BRIDGE_LINK_H
#define SIC_BRIDGE_LINK_H

#include "core/loop.h"
#include "sic-bridge/cap.h"
#include "sic-bridge/names.h"
#include "sic-bridge/net.h"
#include "sic-bridge/settings.h"
#include "sic-bridge/sts.h"
#include "sic-bridge/wire.h"

/* Bytes in the send queue beyond which no more input should be read. */
enum { LINK_QUEUE_BYTES = 65536 };

struct link;

struct link_handler {
	/* We are on the server: time to join. */
	void (*online)(void *data);
	/* A line of the server; kind is libircclient's, or KIND_OTHER. */
	void (*line)(const struct wire_line *line, enum message_kind kind,
		     void *data);
	/* Everything that came in one read was handed on. */
	void (*batch_end)(void *data);
	/* A line of link_send(..., LINK_SHOWN) has left the queue. */
	void (*sent)(const struct irc_line *line, void *data);
	/* There is room in the queue again, or a line of it went. */
	void (*drained)(void *data);
	/* For good: we quit (e is NULL), or it cannot go on. */
	void (*ended)(const struct err *e, void *data);
};

enum link_send { LINK_SILENT, LINK_SHOWN };

/* Everything here is borrowed for the life of the link. */
struct link_config {
	const struct settings *settings;
	uint16_t port;
	struct tls *tls; /* NULL: none of the ways leads through TLS */
	const struct proxy *proxy;
	struct charset *charset;
	const char *password; /* NULL: none */
	struct sts *sts; /* NULL: not kept */
};

struct link *link_new(struct loop *loop, const struct link_config *config,
		      const struct link_handler *keep_handler,
		      void *keep_data) MUST_CHECK;
void link_free(struct link *link);

void link_connect(struct link *link);

/* Queue a line, without its end; at most 510 bytes. */
void link_send(struct link *link, const char *line, size_t len_bytes,
	       enum link_send how);

/* Send a line before everything that waits. Nothing while not on the server. */
void link_send_now(struct link *link, const char *line, size_t len_bytes);

/* Bytes that wait in the queue. */
size_t link_waiting(const struct link *link);

/*
 * Leave: after the queue is sent, or, at_once, before it. ended() follows, at
 * the latest after a few seconds.
 */
void link_quit(struct link *link, bool at_once);

/* Stop reading from the server, and go on. */
void link_pause(struct link *link);
void link_resume(struct link *link);

bool link_is_online(const struct link *link);
const char *link_nick(const struct link *link);
/* Capabilities in use, of cap_flag. */
unsigned link_caps(const struct link *link);
const struct names *link_names(const struct link *link);
/* When this connection began by the server's clock, 0: not known. */
int64_t link_started_ms(const struct link *link);

#endif
