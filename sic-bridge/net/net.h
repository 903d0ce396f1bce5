/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * net.h - the one connection to a server: its name looked up, its addresses
 * tried one soon after the other (RFC 8305), TLS, and bytes both ways with
 * bounded buffers. libevent's buffers and its resolver underneath.
 */
#ifndef SIC_BRIDGE_NET_H
#define SIC_BRIDGE_NET_H

#include "core/err.h"
#include "core/loop.h"
#include "sic-bridge/net/dial.h"
#include "sic-bridge/net/opener.h"
#include "sic-bridge/net/tls.h"

/* What the peer sent and we have not taken yet, at most. */
enum { NET_INPUT_BYTES = 65536 };

struct net;

struct net_handler {
	/* The way is open; text says how ("TLSv1.3, ..."). */
	void (*connected)(const char *text, void *data);
	/* Bytes came; they are writable and borrowed for the call. */
	void (*received)(char *bytes, size_t len_bytes, void *data);
	/*
	 * It failed or ended; nothing follows. distrust: the server showed a
	 * certificate that is not accepted.
	 */
	void (*closed)(const struct err *e, bool distrust, void *data);
};

/* keep_tls and proxy->host may be NULL. Never NULL. */
struct net *net_new(struct loop *loop, struct tls *keep_tls,
		    const struct proxy *keep_proxy, struct opener *keep_opener,
		    uint64_t timeout_ms, const struct net_handler *keep_handler,
		    void *keep_data) MUST_CHECK;
void net_free(struct net *net);

/*
 * Start connecting. tls_name NULL: no TLS; otherwise the name that the
 * certificate must bear. What failed comes through closed().
 */
void net_connect(struct net *net, const char *host, uint16_t port,
		 const char *tls_name);

/* Send; the bytes are copied. Without a connection they are thrown away. */
void net_send(struct net *net, const char *bytes, size_t len_bytes);

/* Bytes that the kernel has not taken yet. */
size_t net_unsent(const struct net *net);

/* Stop reading, so that the server has to wait, and go on. */
void net_pause(struct net *net);
void net_resume(struct net *net);

/* Drop the connection or the attempt; closed() is not called. */
void net_close(struct net *net);

#endif
