/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * dial.h - a connected TCP socket to one address, straight or through
 * a SOCKS5 proxy. Never blocks.
 *
 * Source: RFC 1928 (SOCKS5), RFC 1929 (its password).
 */
#ifndef SIC_BRIDGE_DIAL_H
#define SIC_BRIDGE_DIAL_H

#include <sys/socket.h>

#include "core/err.h"
#include "core/loop.h"

/* Where a proxy is, and who we are there. */
struct proxy {
	char *host; /* owned; NULL: no proxy */
	uint16_t port;
	char *user, *password; /* owned; NULL: none */
};

/*
 * Read "socks5://[USER:PASSWORD@]HOST[:PORT]"; socks5h:// and socks:// mean the
 * same, as the proxy always resolves the name. 0 or err_usage.
 */
int proxy_parse(const char *url, struct proxy *ret, struct err *e) MUST_CHECK;
void proxy_fini(struct proxy *proxy);

struct dial;

/* fd >= 0 is the callee's, ready to be used; -1: e says what failed. */
typedef void dial_fn(struct dial *dial, int fd, const struct err *e,
		     void *data);

/*
 * Connect to address; with a proxy, then ask it for host:port. fn is called
 * once, from the loop, unless dial_free() comes first.
 */
struct dial *dial_new(struct loop *loop, const struct sockaddr *address,
		      socklen_t address_bytes, const struct proxy *keep_proxy,
		      const char *host, uint16_t port, uint64_t timeout_ms,
		      dial_fn *fn, void *keep_data) MUST_CHECK;
void dial_free(struct dial *dial);

#endif
