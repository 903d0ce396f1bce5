/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * listen.h - the control socket: ours alone, whoever else starts.
 *
 * A lock file beside the socket decides who serves, not a trial connect: of
 * two daemons started at once exactly one gets it. The lock goes with its
 * holder, so a socket file that was left behind belongs to nobody and is
 * replaced. From systemd (sd_listen_fds(3)) the socket comes ready-made.
 */
#ifndef SPEAKD_SSIP_LISTEN_H
#define SPEAKD_SSIP_LISTEN_H

#include <sys/types.h>

#include "core/err.h"

struct listener {
	int sock, lock; /* lock -1: of systemd's making */
	char *path; /* owned; NULL: nothing of ours to remove */
	dev_t dev; /* the socket file that path names */
	ino_t ino;
};

enum { LISTEN_BACKLOG = 64 };

/*
 * Listen on path, which becomes 0600 in a directory of ours, 0700.
 *
 * errors: -EADDRINUSE when another process serves it; -EACCES when the
 * directory or the lock belongs to somebody else, or others may write in the
 * directory; -EEXIST when path names anything but a socket of ours; -errno.
 */
int listen_open(const char *path, struct listener *ret,
		struct err *e) MUST_CHECK;

/* Listen on the loopback interface, for --communication-method=inet_socket. */
int listen_open_port(unsigned port, struct listener *ret,
		     struct err *e) MUST_CHECK;

/*
 * The sockets that systemd opened for us, at most max. Returns how many; the
 * environment that told of them is gone afterwards.
 */
size_t listen_inherited(struct listener *ret, size_t max);

/* Close it, and remove what listen_open() made. */
void listen_close(struct listener *listener);

/* Tell systemd "READY=1" or "STOPPING=1" (sd_notify(3)); else nothing. */
void listen_notify(const char *state);

#endif
