/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/net/dial.h"

#include <netdb.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/opt.h"

enum { PROXY_PORT = 1080, SOCKS_TEXT_MAX = 255 };

enum dial_phase {
	DIAL_CONNECTING,
	DIAL_METHOD, /* the proxy picks how we show who we are */
	DIAL_PASSWORD, /* and says whether it believes it */
	DIAL_REPLY, /* four bytes, then an address of a length they tell */
	DIAL_ADDRESS,
};

struct dial {
	int fd;
	enum dial_phase phase;
	struct loop *loop;
	struct watch *watch, *timer;
	const struct proxy *proxy;
	char *host;
	uint16_t port;
	unsigned char in[SOCKS_TEXT_MAX + 8];
	size_t in_bytes, want_bytes;
	char name[96]; /* of the address, for messages */
	int failed; /* errno of a failure that was known at once */
	dial_fn *fn;
	void *data;
};

/* ---- the proxy's URL ----------------------------------------------------- */

static int bad_proxy(struct err *e)
{
	return err_usage(e, "proxy: expected "
			    "socks5://[USER:PASSWORD@]HOST[:PORT]");
}

static int parse_host(const char *text, struct proxy *ret, struct err *e)
{
	const char *end, *port;
	unsigned n = PROXY_PORT;

	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (end == NULL)
			return bad_proxy(e);
		port = end + 1;
	} else {
		end = text + strcspn(text, ":/");
		port = end;
	}
	if (end == text || end - text > SOCKS_TEXT_MAX)
		return bad_proxy(e);
	if (port[0] == ':') {
		char digits[8] = "";

		strncat(digits, port + 1, min_size(strcspn(port + 1, "/"), 7));
		if (opt_uint("proxy port", digits, 1, 65535, &n, e) < 0)
			return -e->code;
	}
	ret->host = mem_text(text, (size_t)(end - text));
	ret->port = (uint16_t)n;
	return 0;
}

int proxy_parse(const char *url, struct proxy *ret, struct err *e)
{
	static const char *const schemes[] = { "socks5://", "socks5h://",
					       "socks://" };
	const char *rest = NULL, *at;

	*ret = (struct proxy){ 0 };
	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
			rest = url + strlen(schemes[i]);
	if (rest == NULL)
		return bad_proxy(e);
	at = strrchr(rest, '@');
	if (at != NULL) {
		const char *colon = memchr(rest, ':', (size_t)(at - rest));

		if (colon == NULL || colon - rest > SOCKS_TEXT_MAX ||
		    at - colon > SOCKS_TEXT_MAX || colon == rest)
			return bad_proxy(e);
		ret->user = mem_text(rest, (size_t)(colon - rest));
		ret->password = mem_text(colon + 1, (size_t)(at - colon - 1));
		rest = at + 1;
	}
	if (parse_host(rest, ret, e) < 0) {
		proxy_fini(ret);
		return -e->code;
	}
	return 0;
}

void proxy_fini(struct proxy *proxy)
{
	free(proxy->host);
	free(proxy->user);
	free(proxy->password);
	*proxy = (struct proxy){ 0 };
}

/* ---- the end ------------------------------------------------------------- */

void dial_free(struct dial *dial)
{
	if (dial == NULL)
		return;
	watch_free(dial->watch);
	watch_free(dial->timer);
	scope_close(&dial->fd);
	free(dial->host);
	free(dial);
}

/* fn may free the dial: it is the last thing that happens. */
static void fail(struct dial *dial, const struct err *e)
{
	watch_cancel(dial->timer);
	if (dial->watch != NULL)
		watch_pause(dial->watch);
	dial->fn(dial, -1, e, dial->data);
}

static void fail_with(struct dial *dial, int code, const char *text)
{
	struct err e = { 0 };

	if (code != 0)
		err_set(&e, code, "%s%s%s", dial->name,
			text[0] != '\0' ? ": " : "", text);
	else
		err_say(&e, EPROTO, "%s: %s", dial->name, text);
	fail(dial, &e);
}

static void succeed(struct dial *dial)
{
	int fd = fd_give(&dial->fd);

	watch_cancel(dial->timer);
	watch_free(dial->watch);
	dial->watch = NULL;
	dial->fn(dial, fd, NULL, dial->data);
}

static void on_timeout(void *data)
{
	fail_with(data, ETIMEDOUT, "");
}

/* ---- SOCKS5 -------------------------------------------------------------- */

/* A few bytes into an empty socket buffer: they fit, or the proxy is gone. */
static bool say(struct dial *dial, const struct buf *bytes,
		enum dial_phase next, size_t want_bytes)
{
	ssize_t n = send(dial->fd, bytes->data, bytes->len_bytes, MSG_NOSIGNAL);

	dial->phase = next;
	dial->want_bytes = want_bytes;
	dial->in_bytes = 0;
	if (n == (ssize_t)bytes->len_bytes)
		return true;
	fail_with(dial, n < 0 ? errno : EPROTO, "proxy");
	return false;
}

static void say_hello(struct dial *dial)
{
	SCOPED_BUF struct buf out = { 0 };

	if (dial->proxy->user != NULL)
		buf_add(&out, "\5\2\0\2", 4);
	else
		buf_add(&out, "\5\1\0", 3);
	(void)say(dial, &out, DIAL_METHOD, 2);
}

static void say_password(struct dial *dial)
{
	SCOPED_BUF struct buf out = { 0 };

	buf_add_char(&out, 1);
	buf_add_char(&out, (char)strlen(dial->proxy->user));
	buf_add_text(&out, dial->proxy->user);
	buf_add_char(&out, (char)strlen(dial->proxy->password));
	buf_add_text(&out, dial->proxy->password);
	(void)say(dial, &out, DIAL_PASSWORD, 2);
}

static void say_where(struct dial *dial)
{
	SCOPED_BUF struct buf out = { 0 };

	buf_add(&out, "\5\1\0\3", 4);
	buf_add_char(&out, (char)strlen(dial->host));
	buf_add_text(&out, dial->host);
	buf_add_char(&out, (char)(dial->port >> 8));
	buf_add_char(&out, (char)(dial->port & 0xff));
	(void)say(dial, &out, DIAL_REPLY, 5);
}

static const char *socks_error(unsigned char code)
{
	static const char *const texts[] = {
		"",
		"proxy: general failure",
		"proxy: not allowed",
		"proxy: network unreachable",
		"proxy: host unreachable",
		"proxy: connection refused",
		"proxy: time to live expired",
		"proxy: command not supported",
		"proxy: address type not supported",
	};

	return code < COUNT_OF(texts) ? texts[code] : "proxy: failure";
}

/* The reply's first five bytes tell how long its address is. */
static void on_reply(struct dial *dial)
{
	const unsigned char *in = dial->in;
	size_t address_bytes = 0;

	if (in[0] == 5 && in[1] != 0) {
		fail_with(dial, 0, socks_error(in[1]));
		return;
	}
	if (in[3] == 1)
		address_bytes = 4;
	else if (in[3] == 3)
		address_bytes = (size_t)in[4] + 1;
	else if (in[3] == 4)
		address_bytes = 16;
	if (in[0] != 5 || address_bytes == 0) {
		fail_with(dial, 0, "proxy: not a SOCKS5 reply");
		return;
	}
	dial->phase = DIAL_ADDRESS;
	dial->want_bytes = 4 + address_bytes + 2;
}

static void on_answer(struct dial *dial)
{
	const unsigned char *in = dial->in;

	switch (dial->phase) {
	case DIAL_METHOD:
		if (in[0] == 5 && in[1] == 0)
			say_where(dial);
		else if (in[0] == 5 && in[1] == 2 && dial->proxy->user != NULL)
			say_password(dial);
		else
			fail_with(dial, 0,
				  in[0] == 5 ? "proxy: wants another login"
					     : "proxy: does not speak SOCKS5");
		return;
	case DIAL_PASSWORD:
		if (in[1] == 0)
			say_where(dial);
		else
			fail_with(dial, 0, "proxy: login refused");
		return;
	case DIAL_REPLY:
		on_reply(dial);
		return;
	case DIAL_ADDRESS:
		succeed(dial);
		return;
	case DIAL_CONNECTING:
		break;
	}
}

/* Not a byte more than is asked for: what follows is the server's. */
static void on_readable(int fd, int what, void *data)
{
	struct dial *dial = data;
	ssize_t n = recv(fd, dial->in + dial->in_bytes,
			 dial->want_bytes - dial->in_bytes, 0);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		if (n < 0)
			fail_with(dial, errno, "proxy");
		else
			fail_with(dial, 0, "proxy: closed the connection");
		return;
	}
	dial->in_bytes += (size_t)n;
	if (dial->in_bytes == dial->want_bytes)
		on_answer(dial);
}

/* ---- connecting ---------------------------------------------------------- */

static void on_connected(int fd, int what, void *data)
{
	struct dial *dial = data;
	int code = 0;
	socklen_t len = sizeof(code);

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		code = errno;
	if (code != 0) {
		fail_with(dial, code, "");
		return;
	}
	if (dial->proxy->host == NULL) {
		succeed(dial);
		return;
	}
	watch_free(dial->watch);
	dial->watch = loop_fd(dial->loop, fd, LOOP_READ, on_readable, dial);
	say_hello(dial);
}

/* A failure that is known at once is still reported from the loop. */
static void on_failed_at_once(void *data)
{
	struct dial *dial = data;

	fail_with(dial, dial->failed, "");
}

/* "127.0.0.1:6697", "[::1]:6697". */
static void dial_name(const struct sockaddr *address, socklen_t address_bytes,
		      char *out, size_t out_bytes)
{
	char host[64], port[8];

	if (getnameinfo(address, address_bytes, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(out, out_bytes, "address");
	else
		snprintf(out, out_bytes,
			 address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
			 host, port);
}

/* Lines are small and want to go at once. */
static void tune(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

struct dial *dial_new(struct loop *loop, const struct sockaddr *address,
		      socklen_t address_bytes, const struct proxy *keep_proxy,
		      const char *host, uint16_t port, uint64_t timeout_ms,
		      dial_fn *fn, void *keep_data)
{
	struct dial *dial = mem_new(sizeof(*dial));

	dial->loop = loop;
	dial->proxy = keep_proxy;
	dial->host = mem_copy(host);
	dial->port = port;
	dial->fn = fn;
	dial->data = keep_data;
	dial_name(address, address_bytes, dial->name, sizeof(dial->name));
	dial->fd = socket(address->sa_family,
			  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (dial->fd < 0 || (connect(dial->fd, address, address_bytes) < 0 &&
			     errno != EINPROGRESS)) {
		dial->failed = errno;
		dial->timer = loop_timer(loop, on_failed_at_once, dial);
		watch_after(dial->timer, 0);
		return dial;
	}
	tune(dial->fd);
	dial->timer = loop_timer(loop, on_timeout, dial);
	watch_after(dial->timer, timeout_ms);
	dial->watch = loop_fd(loop, dial->fd, LOOP_WRITE, on_connected, dial);
	return dial;
}
