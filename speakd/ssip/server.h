/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * server.h - SSIP over sockets: clients come, speak and go.
 *
 * Only processes of our own user are served (SO_PEERCRED); on a TCP port,
 * whoever the loopback interface brings. A client that does not read is not
 * read from, and sent away when its replies pile up beyond SSIP_OUT_MAX_BYTES;
 * no client ever delays another one.
 */
#ifndef SPEAKD_SSIP_SERVER_H
#define SPEAKD_SSIP_SERVER_H

#include "core/loop.h"
#include "speakd/ssip/listen.h"
#include "speakd/ssip/ssip.h"

enum {
	SERVER_LISTENERS_MAX = 8,
	SERVER_CLIENTS_MAX = 512,
	SERVER_READ_BYTES = 65536, /* of one client, before others' turn */
	/* Work of all clients together in one turn of the loop: STOP waits no
	 * longer than this and the command in hand. */
	SERVER_TURN_MS = 4,
};

struct server_handler {
	/*
	 * After LINES or PHRASES a connection is a stream: take_fd, with
	 * rest[0 .. len_bytes) read from it already.
	 */
	void (*stream)(void *data, enum ssip_stream stream, const char *name,
		       int take_fd, char *rest, size_t len_bytes);
	/* The first client has come (true), the last one gone (false). */
	void (*busy)(void *data, bool busy);
	void *data;
};

struct server;

struct server *server_new(struct loop *loop, struct dispatch *keep_dispatch,
			  const struct ssip_host *host,
			  const struct server_handler *handler) MUST_CHECK;
/* Listen there too; the listener is the server's from now on. */
int server_listen(struct server *server, struct listener take_listener,
		  struct err *e) MUST_CHECK;
struct ssip *server_ssip(struct server *server);
void server_free(struct server *server);

#endif
