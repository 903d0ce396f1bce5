/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/server.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "speakd/ssip/peer.h"

/* accept(2) failed for want of something, or for good: try again then. */
enum { ACCEPT_AGAIN_MS = 500 };

struct connection {
	struct server *server;
	struct ssip_client *client;
	int fd;
	struct watch *readable, *writable;
	bool reading, writing, touched;
	struct connection *next;
	struct connection *next_touched;
	/* Read, but not yet taken by the protocol. */
	struct buf pending;
};

struct listening {
	struct listener listener;
	struct watch *watch;
	struct server *server;
};

struct server {
	struct loop *loop;
	struct ssip *ssip;
	struct server_handler handler;
	struct listening listening[SERVER_LISTENERS_MAX];
	size_t listening_count;
	struct connection *connections;
	size_t count;
	/* Those whose out has grown: written before the loop sleeps again. */
	struct connection *touched;
	struct watch *flush, *accept_again;
	/* How long one connection may keep the others waiting. */
	uint64_t share_ms;
	bool flush_is_due;
};

/* ---- the end of a connection --------------------------------------------- */

static void forget_touched(struct connection *connection)
{
	struct connection **at = &connection->server->touched;

	while (*at != NULL && *at != connection)
		at = &(*at)->next_touched;
	if (*at != NULL)
		*at = connection->next_touched;
}

static void connection_free(struct connection *connection)
{
	struct server *server = connection->server;
	struct connection **at = &server->connections;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	forget_touched(connection);
	watch_free(connection->readable);
	watch_free(connection->writable);
	scope_close(&connection->fd);
	ssip_client_free(connection->client);
	buf_fini(&connection->pending);
	free(connection);
	if (--server->count == 0)
		server->handler.busy(server->handler.data, false);
}

/* It is written to, and goes on, when the loop has served the others. */
static void touch(struct connection *connection)
{
	struct server *server = connection->server;

	if (connection->touched)
		return;
	connection->touched = true;
	connection->next_touched = server->touched;
	server->touched = connection;
	if (!server->flush_is_due)
		watch_after(server->flush, 0);
	server->flush_is_due = true;
}

/* ---- writing ------------------------------------------------------------- */

static void want_write(struct connection *connection, bool want)
{
	if (connection->writing == want)
		return;
	connection->writing = want;
	if (want)
		watch_resume(connection->writable);
	else
		watch_pause(connection->writable);
}

static void want_read(struct connection *connection, bool want)
{
	if (connection->reading == want)
		return;
	connection->reading = want;
	if (want)
		watch_resume(connection->readable);
	else
		watch_pause(connection->readable);
}

/* Take the first n bytes off. */
static void buf_take(struct buf *buf, size_t n)
{
	if (n == 0)
		return;
	memmove(buf->data, buf->data + n, buf->len_bytes - n);
	buf_cut(buf, buf->len_bytes - n);
}

/* False when the connection has ended. */
static bool write_out(struct connection *connection)
{
	struct buf *out = &connection->client->out;
	size_t done = 0;

	while (done < out->len_bytes) {
		ssize_t n = send(connection->fd, out->data + done,
				 out->len_bytes - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	buf_take(out, done);
	if (out->len_bytes > SSIP_OUT_MAX_BYTES) {
		log_warn("client %d does not read its events: sent away",
			 connection->client->uid);
		return false;
	}
	want_write(connection, out->len_bytes > 0);
	return true;
}

/* ---- reading ------------------------------------------------------------- */

/* The connection becomes a stream of lines; its descriptor goes with it. */
static void give_stream(struct connection *connection)
{
	struct server *server = connection->server;
	struct ssip_client *client = connection->client;
	SCOPED_TEXT char *name = mem_copy(client->stream_name);
	enum ssip_stream stream = client->stream;
	struct buf rest = connection->pending;
	int fd = fd_give(&connection->fd);

	connection->pending = (struct buf){ 0 };
	connection_free(connection);
	server->handler.stream(server->handler.data, stream, name, fd,
			       buf_reserve(&rest, 0), rest.len_bytes);
	buf_fini(&rest);
}

/*
 * What was read goes to the protocol, one command after the other, as long as
 * its share of this turn of the loop lasts. Returns whether more can be done.
 */
static bool take_turn(struct connection *connection)
{
	struct buf *pending = &connection->pending;
	uint64_t until_ms = clock_ms() + connection->server->share_ms;
	size_t done = 0, used;
	bool more;

	do {
		more = ssip_step(connection->client, buf_text(pending) + done,
				 pending->len_bytes - done, &used);
		done += used;
	} while (more && clock_ms() < until_ms);
	buf_take(pending, done);
	return more;
}

/* Replies go out. False when the connection is no more. */
static bool advance(struct connection *connection)
{
	struct ssip_client *client = connection->client;
	struct buf *pending = &connection->pending;
	bool more = take_turn(connection);

	if (!write_out(connection)) {
		connection_free(connection);
		return false;
	}
	if (more || (client->out.len_bytes == 0 &&
		     ssip_has_work(client, pending->len_bytes))) {
		want_read(connection, false);
		touch(connection);
		return true;
	}
	if (client->out.len_bytes > 0) {
		want_read(connection, pending->len_bytes == 0);
		return true;
	}
	if (client->stream != SSIP_COMMANDS) {
		give_stream(connection);
		return false;
	}
	if (client->quits) {
		connection_free(connection);
		return false;
	}
	/* What it waits for comes later: its further commands can, too. */
	want_read(connection, pending->len_bytes == 0);
	return true;
}

static void on_readable(int fd, int what, void *data)
{
	struct connection *connection = data;
	char bytes[SERVER_READ_BYTES];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* A half-closed connection is over: SSIP knows no other end. */
	if (n <= 0) {
		connection_free(connection);
		return;
	}
	buf_add(&connection->pending, bytes, (size_t)n);
	/* Most clients are idle most of the time: they hold no memory. */
	if (advance(connection) && connection->pending.len_bytes == 0)
		buf_fini(&connection->pending);
}

static void on_writable(int fd, int what, void *data)
{
	(void)fd;
	(void)what;
	(void)advance(data);
}

/*
 * Events come in the middle of other work, from deep inside the scheduler: they
 * are written from the loop, so that no connection ends under its feet.
 */
static void on_flush(void *data)
{
	struct server *server = data;
	/* Those that are touched meanwhile have their turn in the next one. */
	struct connection *list = server->touched;
	unsigned count = 0;

	server->touched = NULL;
	server->flush_is_due = false;
	for (const struct connection *c = list; c != NULL; c = c->next_touched)
		count++;
	server->share_ms = SERVER_TURN_MS / max_size(count, 1);
	while (list != NULL) {
		struct connection *connection = list;

		list = connection->next_touched;
		connection->touched = false;
		/* What waited for a reply made later goes on, too. */
		(void)advance(connection);
	}
	server->share_ms = SERVER_TURN_MS;
}

static void on_changed(struct ssip_client *client, void *data)
{
	struct connection *connection = client->connection;

	(void)data;
	/* Written when it can be; until then only the limit matters. */
	if (connection == NULL || (connection->writing &&
				   client->out.len_bytes <= SSIP_OUT_MAX_BYTES))
		return;
	touch(connection);
}

/* ---- accepting ----------------------------------------------------------- */

static bool is_over_tcp(int fd)
{
	int domain = AF_UNIX;
	socklen_t len = sizeof(domain);

	(void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	return domain != AF_UNIX;
}

static void add_connection(struct server *server, int take_fd, enum peer peer)
{
	struct connection *connection = mem_new(sizeof(*connection));

	connection->server = server;
	connection->fd = take_fd;
	connection->client = ssip_client_new(server->ssip);
	connection->client->connection = connection;
	connection->client->is_guest = peer == PEER_GUEST;
	connection->client->is_over_tcp = is_over_tcp(take_fd);
	connection->readable = loop_fd(server->loop, take_fd, LOOP_READ,
				       on_readable, connection);
	connection->writable = loop_fd(server->loop, take_fd, LOOP_WRITE,
				       on_writable, connection);
	connection->reading = connection->writing = true;
	want_write(connection, false);
	connection->next = server->connections;
	server->connections = connection;
	if (server->count++ == 0)
		server->handler.busy(server->handler.data, true);
}

static void refuse(int take_fd, const char *why)
{
	(void)!send(take_fd, why, strlen(why), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(take_fd);
}

static void pause_accepting(struct server *server)
{
	for (size_t i = 0; i < server->listening_count; i++)
		watch_pause(server->listening[i].watch);
	watch_after(server->accept_again, ACCEPT_AGAIN_MS);
}

static void on_accept_again(void *data)
{
	struct server *server = data;

	for (size_t i = 0; i < server->listening_count; i++)
		watch_resume(server->listening[i].watch);
}

static void on_connect(int sock, int what, void *data)
{
	struct listening *listening = data;
	struct server *server = listening->server;
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	enum peer peer;

	(void)what;
	if (fd < 0) {
		/* Else whoever came has gone again. */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			pause_accepting(server);
		return;
	}
	peer = peer_of(fd);
	if (peer == PEER_STRANGER) {
		log_warn("another user's process was refused");
		close(fd);
	} else if (server->count >= SERVER_CLIENTS_MAX) {
		refuse(fd, "300 ERR TOO MANY CLIENTS\r\n");
	} else {
		add_connection(server, fd, peer);
	}
}

/* ---- the server ---------------------------------------------------------- */

struct server *server_new(struct loop *loop, struct dispatch *keep_dispatch,
			  const struct ssip_host *host,
			  const struct server_handler *handler)
{
	struct server *server = mem_new(sizeof(*server));

	server->loop = loop;
	server->handler = *handler;
	server->ssip = ssip_new(keep_dispatch, host, on_changed, server);
	server->share_ms = SERVER_TURN_MS;
	server->flush = loop_timer(loop, on_flush, server);
	server->accept_again = loop_timer(loop, on_accept_again, server);
	return server;
}

int server_listen(struct server *server, struct listener take_listener,
		  struct err *e)
{
	struct listening *listening;

	if (server->listening_count == SERVER_LISTENERS_MAX) {
		listen_close(&take_listener);
		return err_say(e, ENOSPC, "more than %d sockets",
			       SERVER_LISTENERS_MAX);
	}
	listening = &server->listening[server->listening_count++];
	listening->listener = take_listener;
	listening->server = server;
	listening->watch = loop_fd(server->loop, take_listener.sock, LOOP_READ,
				   on_connect, listening);
	return 0;
}

struct ssip *server_ssip(struct server *server)
{
	return server->ssip;
}

void server_free(struct server *server)
{
	if (server == NULL)
		return;
	for (size_t i = 0; i < server->listening_count; i++) {
		watch_free(server->listening[i].watch);
		listen_close(&server->listening[i].listener);
	}
	while (server->connections != NULL) {
		struct connection *first = server->connections;

		connection_free(first);
		assert(server->connections != first); /* it took itself out */
	}
	watch_free(server->flush);
	watch_free(server->accept_again);
	ssip_free(server->ssip);
	free(server);
}
