/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/net/net.h"

#include <string.h>
#include <sys/mman.h>

#include <netdb.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/util.h>

#include "core/mem.h"

enum {
	NET_CHUNK_BYTES = 16384,
	NET_DIALS = 8, /* addresses that are tried at the same time */
	/* Before the next address is tried too: RFC 8305, section 5. */
	NET_NEXT_MS = 250,
	NET_FILE_BYTES = 1048576, /* of /etc/hosts, at most */
	NET_ADDRESSES = 32, /* of a name; more are not looked at */
};

struct net {
	struct loop *loop;
	struct tls *tls;
	const struct proxy *proxy;
	struct opener *opener;
	uint64_t timeout_ms;
	const struct net_handler *handler;
	void *data;

	char *host, *tls_name; /* owned; of the connection being made */
	uint16_t port;
	struct evdns_base *dns;
	struct evdns_getaddrinfo_request *lookup;
	struct evutil_addrinfo *addresses;
	struct evutil_addrinfo *order[NET_ADDRESSES]; /* the families in turn */
	size_t order_count, next;
	struct dial *dials[NET_DIALS]; /* NULL: free */
	struct watch *timer; /* of the look-up, and of the TLS handshake */
	struct watch *next_timer; /* when the next address is tried too */
	/*
	 * Why the connection failed so far. Of several addresses the one that
	 * came as far as a handshake tells more than one that refused.
	 */
	struct err last;
	bool last_is_handshake;

	struct bufferevent *bev;
	struct ssl_st *ssl; /* of bev, NULL without TLS */
	bool up; /* connected() was called */
	bool paused, draining;
	bool ended; /* the peer is gone; what it sent is still to be taken */
	struct err end;
};

/* ---- closing ------------------------------------------------------------- */

static void drop_dials(struct net *net)
{
	watch_cancel(net->next_timer);
	for (size_t i = 0; i < NET_DIALS; i++) {
		dial_free(net->dials[i]);
		net->dials[i] = NULL;
	}
}

void net_close(struct net *net)
{
	struct bufferevent *bev = net->bev;

	watch_cancel(net->timer);
	if (net->lookup != NULL)
		evdns_getaddrinfo_cancel(net->lookup);
	net->lookup = NULL;
	drop_dials(net);
	if (net->addresses != NULL)
		evutil_freeaddrinfo(net->addresses);
	net->addresses = NULL;
	net->order_count = net->next = 0;
	net->bev = NULL;
	if (bev != NULL) {
		if (net->ssl != NULL && net->up)
			tls_shutdown(net->ssl);
		bufferevent_free(bev);
	}
	net->ssl = NULL;
	net->up = net->paused = net->ended = false;
}

static void give_up(struct net *net, const struct err *e, bool distrust)
{
	struct err copy = *e;

	net_close(net);
	net->handler->closed(&copy, distrust, net->data);
}

/* ---- bytes --------------------------------------------------------------- */

/* Hand on what is there until there is no more, or until we are paused. */
static void drain(struct net *net)
{
	char chunk[NET_CHUNK_BYTES];

	if (net->draining)
		return;
	net->draining = true;
	while (net->bev != NULL && !net->paused) {
		struct bufferevent *bev = net->bev;
		int n = evbuffer_remove(bufferevent_get_input(bev), chunk,
					sizeof(chunk));

		if (n <= 0)
			break;
		net->handler->received(chunk, (size_t)n, net->data);
	}
	net->draining = false;
	if (net->bev != NULL && net->ended && !net->paused)
		give_up(net, &net->end, false);
}

static void on_read(struct bufferevent *bev, void *data)
{
	(void)bev;
	drain(data);
}

static void set_up(struct net *net)
{
	SCOPED_BUF struct buf how = { 0 };

	watch_cancel(net->timer);
	net->up = true;
	if (net->ssl != NULL)
		tls_describe(net->ssl, &how);
	else
		buf_add_text(&how, "not encrypted");
	net->handler->connected(buf_text(&how), net->data);
}

static void try_next(struct net *net);

/* Before the way was open, another address may do better. */
static void on_failure(struct net *net, short what)
{
	struct err e = { 0 };
	int code = EVUTIL_SOCKET_ERROR();
	bool distrust = net->ssl != NULL && !net->up &&
			tls_is_distrust(net->ssl);
	unsigned long reason = net->ssl != NULL
				       ? bufferevent_get_openssl_error(net->bev)
				       : 0;

	if (distrust || reason != 0)
		tls_failure(net->tls, net->ssl, net->tls_name, reason, &e);
	else if (what & BEV_EVENT_EOF || code == 0)
		err_say(&e, ECONNRESET, "%s: the server closed the connection",
			net->host);
	else
		err_set(&e, code, "%s", net->host);
	if (net->up) {
		net->ended = true;
		net->end = e;
		drain(net);
	} else if (distrust) {
		give_up(net, &e, true);
	} else {
		net->last = e;
		net->last_is_handshake = true;
		try_next(net);
	}
}

static void on_event(struct bufferevent *bev, short what, void *data)
{
	struct net *net = data;

	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		set_up(net);
	else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		on_failure(net, what);
}

void net_send(struct net *net, const char *bytes, size_t len_bytes)
{
	if (net->bev != NULL)
		bufferevent_write(net->bev, bytes, len_bytes);
}

size_t net_unsent(const struct net *net)
{
	if (net->bev == NULL)
		return 0;
	return evbuffer_get_length(bufferevent_get_output(net->bev));
}

void net_pause(struct net *net)
{
	if (net->paused || net->bev == NULL)
		return;
	net->paused = true;
	bufferevent_disable(net->bev, loop_events(LOOP_READ));
}

/* What waits in the buffer is handed on from the loop, not from here. */
void net_resume(struct net *net)
{
	if (!net->paused)
		return;
	net->paused = false;
	if (net->bev == NULL)
		return;
	bufferevent_enable(net->bev, loop_events(LOOP_READ));
	bufferevent_trigger(net->bev, loop_events(LOOP_READ),
			    BEV_TRIG_IGNORE_WATERMARKS |
				    BEV_TRIG_DEFER_CALLBACKS);
}

/* ---- connecting ---------------------------------------------------------- */

static void drop_attempt(struct net *net)
{
	drop_dials(net);
	if (net->bev != NULL)
		bufferevent_free(net->bev);
	net->bev = NULL;
	net->ssl = NULL;
	watch_cancel(net->timer);
}

static void make_plain(struct net *net, int take_fd)
{
	net->bev = bufferevent_socket_new(loop_base(net->loop), take_fd,
					  BEV_OPT_CLOSE_ON_FREE);
}

static int make_tls(struct net *net, int take_fd, struct err *e)
{
	net->ssl = tls_session(net->tls, net->tls_name, e);
	if (net->ssl == NULL) {
		close(take_fd);
		return -e->code;
	}
	net->bev = bufferevent_openssl_socket_new(
		loop_base(net->loop), take_fd, net->ssl,
		BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	/* What tls.c decided about a missing goodbye holds here too. */
	if (net->bev != NULL)
		bufferevent_openssl_set_allow_dirty_shutdown(net->bev, 1);
	return 0;
}

/* The first that is connected wins; the others are dropped. */
static void use(struct net *net, int take_fd)
{
	struct err e = { 0 };

	drop_attempt(net);
	if (net->tls_name == NULL)
		make_plain(net, take_fd);
	else if (make_tls(net, take_fd, &e) < 0) {
		give_up(net, &e, false);
		return;
	}
	if (net->bev == NULL)
		abort(); /* out of memory, as in core/mem.h */
	bufferevent_setcb(net->bev, on_read, NULL, on_event, net);
	bufferevent_setwatermark(net->bev, loop_events(LOOP_READ), 0,
				 NET_INPUT_BYTES);
	bufferevent_enable(net->bev, loop_events(LOOP_READ | LOOP_WRITE));
	if (net->tls_name == NULL)
		set_up(net);
	else
		watch_after(net->timer, net->timeout_ms);
}

static struct dial **free_slot(struct net *net)
{
	for (size_t i = 0; i < NET_DIALS; i++)
		if (net->dials[i] == NULL)
			return &net->dials[i];
	return NULL;
}

static bool is_dialling(const struct net *net)
{
	for (size_t i = 0; i < NET_DIALS; i++)
		if (net->dials[i] != NULL)
			return true;
	return false;
}

static void dial_next(struct net *net);

static void on_dialled(struct dial *dial, int fd, const struct err *e,
		       void *data)
{
	struct net *net = data;

	if (fd >= 0) {
		use(net, fd);
		return;
	}
	if (!net->last_is_handshake)
		net->last = *e;
	for (size_t i = 0; i < NET_DIALS; i++)
		if (net->dials[i] == dial)
			net->dials[i] = NULL;
	dial_free(dial);
	dial_next(net);
}

/* One more address, now; the one after it in a moment, or when this fails. */
static void dial_next(struct net *net)
{
	struct dial **slot = free_slot(net);
	struct evutil_addrinfo *address;

	watch_cancel(net->next_timer);
	if (net->next == net->order_count) {
		if (!is_dialling(net))
			give_up(net, &net->last, false);
		return;
	}
	if (slot == NULL)
		return; /* when one fails */
	address = net->order[net->next++];
	*slot = dial_new(net->loop, address->ai_addr,
			 (socklen_t)address->ai_addrlen, net->proxy, net->host,
			 net->port, net->timeout_ms, on_dialled, net);
	watch_after(net->next_timer, NET_NEXT_MS);
}

static void on_next_timer(void *data)
{
	struct net *net = data;

	if (net->next < net->order_count)
		dial_next(net);
}

/* After a handshake that failed: the addresses that were not tried yet. */
static void try_next(struct net *net)
{
	drop_attempt(net);
	dial_next(net);
}

static void on_timeout(void *data)
{
	struct net *net = data;

	if (net->lookup != NULL) {
		err_set(&net->last, ETIMEDOUT, "look up %s", net->host);
		give_up(net, &net->last, false);
		return;
	}
	err_set(&net->last, ETIMEDOUT, "%s: TLS handshake", net->tls_name);
	net->last_is_handshake = true;
	try_next(net);
}

/* The next address of the family, or of another one; NULL at the end. */
static struct evutil_addrinfo *next_of(struct evutil_addrinfo *from, int family,
				       bool same)
{
	while (from != NULL && (from->ai_family == family) != same)
		from = from->ai_next;
	return from;
}

/*
 * The resolver's order, but the families in turn, so that one which leads
 * nowhere costs a moment: RFC 8305, section 4.
 */
static void put_in_order(struct net *net)
{
	int family = net->addresses->ai_family;
	struct evutil_addrinfo *first = net->addresses;
	struct evutil_addrinfo *other = next_of(first, family, false);

	net->order_count = net->next = 0;
	while ((first != NULL || other != NULL) &&
	       net->order_count + 1 < NET_ADDRESSES) {
		if (first != NULL) {
			net->order[net->order_count++] = first;
			first = next_of(first->ai_next, family, true);
		}
		if (other != NULL) {
			net->order[net->order_count++] = other;
			other = next_of(other->ai_next, family, false);
		}
	}
}

static void on_addresses(int code, struct evutil_addrinfo *take_addresses,
			 void *data)
{
	struct net *net = data;

	if (code == EVUTIL_EAI_CANCEL)
		return; /* net may be gone */
	net->lookup = NULL;
	watch_cancel(net->timer);
	if (code != 0) {
		err_say(&net->last, EHOSTUNREACH, "look up %s: %s",
			net->proxy->host != NULL ? net->proxy->host : net->host,
			evutil_gai_strerror(code));
		give_up(net, &net->last, false);
		return;
	}
	net->addresses = take_addresses;
	net->last_is_handshake = false;
	put_in_order(net);
	try_next(net);
}

/*
 * What a file holds now, where we may read it: we may not open those of the
 * system any more, so it is copied to memory of our own. Returns false when it
 * cannot be had.
 */
static bool copy_file(struct net *net, enum opener_file file, char path[32],
		      int *ret_fd)
{
	SCOPED_FD int from = opener_open(net->opener, file);
	SCOPED_FD int to = memfd_create("name servers", MFD_CLOEXEC);
	char bytes[4096];
	size_t total = 0;
	ssize_t n;

	if (from < 0 || to < 0)
		return false;
	while (total < NET_FILE_BYTES &&
	       (n = read(from, bytes, sizeof(bytes))) > 0) {
		if (write(to, bytes, (size_t)n) != n)
			return false;
		total += (size_t)n;
	}
	snprintf(path, 32, "/proc/self/fd/%d", to);
	*ret_fd = fd_give(&to);
	return true;
}

static bool read_name_servers(struct net *net, struct evdns_base *dns)
{
	SCOPED_FD int fd = -1;
	char path[32];

	return copy_file(net, OPENER_RESOLV, path, &fd) &&
	       evdns_base_resolv_conf_parse(
		       dns, DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE, path) == 0;
}

static void read_hosts(struct net *net, struct evdns_base *dns)
{
	SCOPED_FD int fd = -1;
	char path[32];

	if (copy_file(net, OPENER_HOSTS, path, &fd))
		(void)evdns_base_load_hosts(dns, path);
}

/*
 * Read afresh for each connection: a laptop may have moved to a network with
 * other name servers. What cannot be read stays as it was.
 */
static void open_dns(struct net *net)
{
	struct evdns_base *dns = evdns_base_new(
		loop_base(net->loop), EVDNS_BASE_DISABLE_WHEN_INACTIVE);

	if (dns == NULL)
		abort(); /* out of memory, as in core/mem.h */
	if (!read_name_servers(net, dns) && net->dns != NULL) {
		evdns_base_free(dns, 0);
		return;
	}
	read_hosts(net, dns);
	if (net->dns != NULL)
		evdns_base_free(net->dns, 0);
	net->dns = dns;
}

void net_connect(struct net *net, const char *host, uint16_t port,
		 const char *tls_name)
{
	struct evutil_addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP,
	};
	bool proxied = net->proxy->host != NULL;
	char service[8];

	net_close(net);
	free(net->host);
	free(net->tls_name);
	net->host = mem_copy(host);
	net->tls_name = mem_copy(tls_name);
	net->port = port;
	snprintf(service, sizeof(service), "%u",
		 proxied ? (unsigned)net->proxy->port : (unsigned)port);
	open_dns(net);
	watch_after(net->timer, net->timeout_ms);
	net->lookup = evdns_getaddrinfo(net->dns,
					proxied ? net->proxy->host : host,
					service, &hints, on_addresses, net);
}

struct net *net_new(struct loop *loop, struct tls *keep_tls,
		    const struct proxy *keep_proxy, struct opener *keep_opener,
		    uint64_t timeout_ms, const struct net_handler *keep_handler,
		    void *keep_data)
{
	struct net *net = mem_new(sizeof(*net));

	net->loop = loop;
	net->tls = keep_tls;
	net->proxy = keep_proxy;
	net->opener = keep_opener;
	net->timeout_ms = timeout_ms;
	net->handler = keep_handler;
	net->data = keep_data;
	net->timer = loop_timer(loop, on_timeout, net);
	net->next_timer = loop_timer(loop, on_next_timer, net);
	return net;
}

void net_free(struct net *net)
{
	if (net == NULL)
		return;
	net_close(net);
	if (net->dns != NULL)
		evdns_base_free(net->dns, 0);
	watch_free(net->timer);
	watch_free(net->next_timer);
	free(net->host);
	free(net->tls_name);
	free(net);
}
