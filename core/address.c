/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/address.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/paths.h"

enum { CONNECT_LIMIT_S = 5 };

/* speech-dispatcher's defaults. */
#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT "6560"

/* ---- what an address says ------------------------------------------------ */

/* What follows METHOD in an address: "" or ":...". NULL: another method. */
static const char *after(const char *address, const char *method)
{
	size_t n = strlen(method);

	if (strncmp(address, method, n) != 0 ||
	    (address[n] != '\0' && address[n] != ':'))
		return NULL;
	return address + n;
}

static char *usual_place(struct err *e)
{
	return path_check_runtime(e) < 0 ? NULL : path_runtime("speakd.sock");
}

static char *absolute(const char *path)
{
	SCOPED_TEXT char *dir = getcwd(NULL, 0);

	return path_join(dir != NULL ? dir : "/", path);
}

/* rest is "", ":HOST" or ":HOST:PORT"; an IPv6 HOST stands in brackets. */
static char *inet_place(const char *rest)
{
	const char *host = *rest == ':' ? rest + 1 : rest;
	const char *end = *host == '[' ? strchr(host, ']') : NULL;
	const char *colon = strchr(end != NULL ? end : host, ':');
	int n = (int)(colon != NULL ? (size_t)(colon - host) : strlen(host));

	return mem_printf("%.*s:%s", n > 0 ? n : (int)strlen(DEFAULT_HOST),
			  n > 0 ? host : DEFAULT_HOST,
			  colon != NULL && colon[1] != '\0' ? colon + 1
							    : DEFAULT_PORT);
}

char *address_place(const char *given, struct err *e)
{
	const char *environment = getenv("SPEECHD_ADDRESS");
	const char *address = given != NULL ? given : environment;
	const char *rest;

	if (address == NULL || *address == '\0')
		return usual_place(e);
	rest = after(address, "unix_socket");
	if (rest != NULL)
		return rest[0] != '\0' && rest[1] != '\0' ? absolute(rest + 1)
							  : usual_place(e);
	rest = after(address, "inet_socket");
	if (rest != NULL)
		return inet_place(rest);
	if (given != NULL)
		return absolute(given);
	err_say(e, EINVAL,
		"unknown method in SPEECHD_ADDRESS=%s, expected "
		"unix_socket:PATH or inet_socket:HOST:PORT",
		address);
	return NULL;
}

/* ---- connecting ---------------------------------------------------------- */

/*
 * What is sent is private, and the answers are believed. Of a socket that
 * systemd made it is the user's systemd that listened.
 */
static int check_server(int fd, const char *path, struct err *e)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return err_set(e, errno, "who serves %s", path);
	if (peer.uid != geteuid() && peer.uid != 0)
		return err_say(e, EACCES,
			       "%s is served by another user (id %u): not used",
			       path, (unsigned)peer.uid);
	return 0;
}

static int not_connected(const char *place, int code, struct err *e)
{
	if (code == ENOENT || code == ECONNREFUSED)
		return err_say(e, code,
			       "speakd does not serve (nobody listens on %s)",
			       place);
	return err_set(e, code, "connect to %s", place);
}

static int connect_unix(const char *path, struct err *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	SCOPED_FD int fd = -1;
	size_t len = strlen(path);
	int rc;

	if (len >= sizeof(address.sun_path))
		return err_set(e, ENAMETOOLONG, "connect to %s", path);
	memcpy(address.sun_path, path, len + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(e, errno, "socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return not_connected(path, errno, e);
	rc = check_server(fd, path, e);
	return rc < 0 ? rc : fd_give(&fd);
}

/* connect(2) takes the limit of send(2), which has none afterwards. */
static int connect_to(const struct addrinfo *to)
{
	struct timeval limit = { .tv_sec = CONNECT_LIMIT_S };
	SCOPED_FD int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC,
				  0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, to->ai_addr, to->ai_addrlen) < 0)
		return errno == EINPROGRESS ? -ETIMEDOUT : -errno;
	limit.tv_sec = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd_give(&fd);
}

static int connect_inet(const char *place, struct err *e)
{
	const struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(place, ':');
	bool bracketed = *place == '[' && colon > place && colon[-1] == ']';
	SCOPED_TEXT char *host =
		mem_printf("%.*s", (int)(colon - place) - 2 * bracketed,
			   place + bracketed);
	struct addrinfo *found;
	int rc = getaddrinfo(host, colon + 1, &want, &found);
	int fd = -ECONNREFUSED;

	if (rc != 0)
		return err_say(e, EINVAL, "no such address %s: %s", place,
			       gai_strerror(rc));
	for (const struct addrinfo *at = found; at != NULL && fd < 0;
	     at = at->ai_next)
		fd = connect_to(at);
	freeaddrinfo(found);
	return fd < 0 ? not_connected(place, -fd, e) : fd;
}

int address_connect(const char *place, struct err *e)
{
	return *place == '/' ? connect_unix(place, e) : connect_inet(place, e);
}
