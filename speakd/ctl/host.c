/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ctl/host.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/address.h"
#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "speakd/ctl/ctl.h"

/* What a login prints by itself on that machine comes before this line. */
#define GREETING "earshot-stdio"

enum { RELAY_BYTES = 65536, GREETING_MAX_BYTES = 1 << 20 };

int host_check(const char *host, struct err *e)
{
	if (*host == '-' || *host == '\0')
		return err_usage(e, "host: '%s' is no name of a host", host);
	return 0;
}

/* ---- from here: a verb for that speakd ----------------------------------- */

/* Nothing behind the greeting is read: the server is silent until asked. */
static int read_greeting(int fd, const char *host, struct err *e)
{
	static const char greeting[] = GREETING "\n";
	char line[sizeof(greeting)];
	size_t n = 0;

	for (size_t all = 0; all < GREETING_MAX_BYTES; all++) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (n < sizeof(line))
			line[n++] = c;
		if (c != '\n')
			continue;
		if (n == sizeof(greeting) - 1 && memcmp(line, greeting, n) == 0)
			return 0;
		n = 0;
	}
	return err_say(e, ECONNRESET, "no connection to the speakd of %s",
		       host);
}

struct speech *host_open(const char *host, pid_t *ret_ssh, struct err *e)
{
	SCOPED_FD int ours = -1;
	SCOPED_FD int its = -1;
	const char *const argv[] = { "ssh",	 "-T",	  host,
				     "speakctl", "stdio", NULL };
	struct child child = { .argv = argv, .fd_count = 3 };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		err_set(e, errno, "socket");
		return NULL;
	}
	ours = ends[0];
	its = ends[1];
	child.fds[STDIN_FILENO] = child.fds[STDOUT_FILENO] = its;
	child.fds[STDERR_FILENO] = CHILD_INHERIT;
	if (child_start(&child, ret_ssh, e) < 0)
		return NULL;
	scope_close(&its);
	its = -1;
	if (read_greeting(ours, host, e) < 0)
		return NULL;
	return speech_new(fd_give(&ours));
}

/* ---- over there: "speakctl stdio" ---------------------------------------- */

static int pass_on(int fd, const char *bytes, size_t len_bytes, struct err *e)
{
	return write_all(fd, bytes, len_bytes) < 0
		       ? err_set(e, errno, "write to the other side")
		       : 0;
}

/* 1, 0 at the end, or -errno. */
static int relay(int from, int to, struct err *e)
{
	char bytes[RELAY_BYTES];
	ssize_t n = read(from, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EINTR ? 1 : err_set(e, errno, "read");
	if (n == 0)
		return 0;
	return pass_on(to, bytes, (size_t)n, e) < 0 ? -e->code : 1;
}

int ctl_stdio(struct ctl *ctl, struct err *e)
{
	SCOPED_TEXT char *place = address_place(ctl->socket, e);
	SCOPED_FD int server = place != NULL ? address_connect(place, e) : -1;
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = server, .events = POLLIN },
	};
	int rc = 1;

	if (server < 0 || pass_on(STDOUT_FILENO, GREETING "\n",
				  sizeof(GREETING "\n") - 1, e) < 0)
		return -e->code;

	while (rc > 0) {
		if (poll(fds, COUNT_OF(fds), -1) < 0) {
			if (errno != EINTR)
				rc = err_set(e, errno, "wait");
			continue;
		}
		if (fds[1].revents != 0)
			rc = relay(server, STDOUT_FILENO, e);
		if (rc > 0 && fds[0].revents != 0)
			rc = relay(STDIN_FILENO, server, e);
	}
	return rc;
}

/* ---- from there: what speaks on that machine is heard here --------------- */

/* A name that nobody can have taken. */
static int socket_name(char name[64], struct err *e)
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return err_set(e, errno, "getrandom");
	snprintf(name, 64, "/tmp/earshot-%016llx%016llx.sock",
		 (unsigned long long)random[0], (unsigned long long)random[1]);
	return 0;
}

/* 'text', for any shell, with the quotes in it. */
static void add_quoted(struct buf *out, const char *text)
{
	buf_add_char(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buf_add_text(out, "'\\''");
		else
			buf_add_char(out, *text);
	buf_add_char(out, '\'');
}

/*
 * What ssh's login shell is given, whichever it is. sshd does not remove the
 * socket that it made.
 */
static void add_command(struct buf *out, const char *name, char **words,
			int count)
{
	SCOPED_BUF struct buf script = { 0 };

	buf_addf(&script,
		 "SPEECHD_ADDRESS=unix_socket:%s; export SPEECHD_ADDRESS; "
		 "trap 'rm -f %s' EXIT; trap 'exit 129' HUP INT TERM\n",
		 name, name);
	for (int i = 0; i < count; i++)
		buf_addf(&script, "%s%s", i > 0 ? " " : "", words[i]);
	if (count == 0)
		buf_add_text(&script, "\"${SHELL:-sh}\" -l");
	buf_add_text(out, "exec sh -c ");
	add_quoted(out, buf_text(&script));
}

int ctl_hear(struct ctl *ctl, struct err *e)
{
	SCOPED_TEXT char *place = address_place(ctl->socket, e);
	SCOPED_BUF struct buf command = { 0 };
	SCOPED_TEXT char *forward = NULL;
	SCOPED_FD int here = -1;
	char name[64];

	if (ctl->host == NULL)
		return err_usage(e, "hear: of which --host?");
	if (place == NULL || socket_name(name, e) < 0)
		return -e->code;
	/* Better said now than by whatever speaks there. */
	here = address_connect(place, e);
	if (here < 0)
		return here;
	scope_close(&here);
	here = -1;
	forward = mem_printf("%s:%s", name, place);
	add_command(&command, name, ctl->argv, ctl->argc);
	execlp("ssh", "ssh", ctl->argc > 0 ? "-T" : "-t", "-o",
	       "ExitOnForwardFailure=yes", "-R", forward, ctl->host,
	       buf_text(&command), (char *)NULL);
	return err_set(e, errno, "start ssh");
}
