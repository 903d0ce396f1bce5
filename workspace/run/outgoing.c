/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/outgoing.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/child.h"
#include "core/files.h"
#include "core/json.h"
#include "core/mem.h"
#include "workspace/run/init.h"

enum {
	PORT_MAX = 65535,
	ANSWER_MAX_BYTES = 4096,
	/* What the program finds, after its standard descriptors. */
	FD_USERNS = 3,
	FD_NETNS,
	FD_ALIVE,
	FD_READY,
	FD_COUNT,
};

static const char tun[] = "/dev/net/tun";

/* ---- ports -------------------------------------------------------------- */

/* A number up to 65535, which ends where end is. */
static bool take_port(const char **at, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(*at, &end, 10);

	if (end == *at || **at < '0' || **at > '9' || n < 1 || n > PORT_MAX)
		return false;
	*ret = (unsigned)n;
	*at = end;
	return true;
}

static bool take_address(const char **at, char ret[16])
{
	size_t len = strcspn(*at, ":");
	struct in_addr parsed;

	if (memchr(*at, '.', len) == NULL) {
		memcpy(ret, "127.0.0.1", sizeof("127.0.0.1"));
		return true;
	}
	if (len >= 16 || (*at)[len] != ':')
		return false;
	memcpy(ret, *at, len);
	ret[len] = '\0';
	*at += len + 1;
	return inet_pton(AF_INET, ret, &parsed) == 1;
}

static bool parse_port(const char *at, struct port *ret)
{
	if (!take_address(&at, ret->address) || !take_port(&at, &ret->outside))
		return false;
	ret->inside = ret->outside;
	if (*at == ':') {
		at++;
		if (!take_port(&at, &ret->inside))
			return false;
	}
	ret->udp = strcmp(at, "/udp") == 0;
	return ret->udp || *at == '\0' || strcmp(at, "/tcp") == 0;
}

int ports_add(struct ports *ports, const char *text, struct err *e)
{
	struct port port = { 0 };

	if (!parse_port(text, &port))
		return err_usage(e,
				 "publish: '%s' is not "
				 "[ADDRESS:]PORT[:PORT-INSIDE][/udp]",
				 text);
	if (ports->count >= PORTS_MAX)
		return err_usage(e, "publish: more than %d", PORTS_MAX);
	ports->list[ports->count++] = port;
	return 0;
}

/* ---- the program -------------------------------------------------------- */

int outgoing_check(struct err *e)
{
	static const char *const argv[] = { "slirp4netns", "--version", NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
		.fd_count = 3,
	};

	if (child_run(&child, NULL) < 0)
		return err_say(e, ENOENT,
			       "net private: slirp4netns is missing (Debian: "
			       "apt install slirp4netns)");
	if (access(tun, F_OK) < 0)
		return err_say(e, ENOENT,
			       "net private: there is no %s; root makes it "
			       "with: modprobe tun",
			       tun);
	if (access(tun, R_OK | W_OK) < 0)
		return err_say(e, EACCES,
			       "net private: %s is not for everybody here, as "
			       "it usually is; root allows it with: chmod 666 "
			       "%s",
			       tun, tun);
	return 0;
}

/* The last thing that it said; before that it tells what it does. */
static char *complaint(int log)
{
	char text[512];
	off_t size = lseek(log, 0, SEEK_END);
	off_t from = size >= (off_t)sizeof(text)
			     ? size - (off_t)sizeof(text) + 1
			     : 0;
	ssize_t n = pread(log, text, sizeof(text) - 1, from);
	const char *line = text;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = '\0';
	for (const char *p = text; *p != '\0'; p++)
		if (*p == '\n')
			line = p + 1;
	return mem_copy(line[0] != '\0' ? line : "it ended");
}

static int run_tool(const struct store *store, const char *socket,
		    const int *namespaces, int alive, int ready, int log,
		    struct err *e)
{
	/* A socket's path is at most 107 bytes; the store's may be longer. */
	SCOPED_TEXT char *dir = mem_printf("%s/run", store->path);
	const char *const argv[] = {
		"slirp4netns",
		"--configure",
		"--mtu=65520",
		/* Or 10.0.2.2 would be all that listens on the host only. */
		"--disable-host-loopback",
		"--netns-type=path",
		"--userns-path=/proc/self/fd/3",
		"--exit-fd=5",
		"--ready-fd=6",
		"--api-socket",
		socket,
		"/proc/self/fd/4",
		"tap0",
		NULL,
	};
	const struct child child = {
		.argv = argv,
		.dir = dir,
		.fds = { CHILD_NULL, log, log, namespaces[0],
			 namespaces[SUPERVISOR_NAMESPACES - 1], alive, ready },
		.fd_count = FD_COUNT,
		/* An interrupt from the terminal is the command's. */
		.own_group = true,
	};
	pid_t pid;

	return child_start(&child, &pid, e);
}

int outgoing_start(const struct store *store, const char *name,
		   const struct supervisor *supervisor, int alive,
		   struct err *e)
{
	SCOPED_TEXT char *socket = mem_printf("%s.net", name);
	SCOPED_FD int run = dir_open(store->dir, "run", e);
	SCOPED_FD int log = memfd_create("slirp4netns", MFD_CLOEXEC);
	SCOPED_FD int ready = -1;
	int namespaces[SUPERVISOR_NAMESPACES];
	int ends[2], rc;
	char byte;

	if (run < 0)
		return run;
	if (log < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "net private");
	ready = ends[0];
	(void)unlinkat(run, socket, 0);
	rc = supervisor_get_namespaces(supervisor, namespaces, e);
	if (rc == 0) {
		rc = run_tool(store, socket, namespaces, alive, ends[1], log,
			      e);
		for (int i = 0; i < SUPERVISOR_NAMESPACES; i++)
			close(namespaces[i]);
	}
	close(ends[1]);
	if (rc == 0 && read(ready, &byte, 1) != 1) {
		SCOPED_TEXT char *why = complaint(log);

		rc = err_say(e, EIO, "net private: slirp4netns: %s", why);
	}
	return rc;
}

/* ---- its socket --------------------------------------------------------- */

static int connect_tool(const struct store *store, const char *name,
			struct err *e)
{
	SCOPED_FD int run = dir_open(store->dir, "run", e);
	SCOPED_FD int sock = -1;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n;

	if (run < 0)
		return run;
	n = snprintf(address.sun_path, sizeof(address.sun_path),
		     "/proc/self/fd/%d/%s.net", run, name);
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || n < 0 || (size_t)n >= sizeof(address.sun_path) ||
	    connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_say(e, ECONNREFUSED,
			       "publish: the network of %s takes no more ports",
			       name);
	return fd_give(&sock);
}

static int ask_for(int sock, const struct port *port, struct err *e)
{
	SCOPED_TEXT char *request = mem_printf(
		"{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"%s\","
		"\"host_addr\":\"%s\",\"host_port\":%u,\"guest_port\":%u}}",
		port->udp ? "udp" : "tcp", port->address, port->outside,
		port->inside);
	char answer[ANSWER_MAX_BYTES];
	size_t have = 0;
	ssize_t n;

	if (write_all(sock, request, strlen(request)) < 0)
		return err_set(e, errno, "publish");
	(void)shutdown(sock, SHUT_WR);
	while (have < sizeof(answer) - 1 &&
	       (n = read(sock, answer + have, sizeof(answer) - 1 - have)) > 0)
		have += (size_t)n;
	answer[have] = '\0';
	if (strstr(answer, "\"return\"") != NULL)
		return 0;
	return err_say(e, EADDRINUSE,
		       "publish: port %u of %s cannot be had; something "
		       "listens on it, or it is below 1024",
		       port->outside, port->address);
}

int outgoing_publish(const struct store *store, const char *name,
		     const struct ports *ports, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ports->count; i++) {
		SCOPED_FD int sock = connect_tool(store, name, e);

		rc = sock < 0 ? sock : ask_for(sock, &ports->list[i], e);
	}
	return rc;
}
