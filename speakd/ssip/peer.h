/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * peer.h - whose process is at the other end of a connection.
 *
 * A unix socket tells by its credentials (unix(7), SO_PEERCRED). On the
 * loopback interface everybody can connect: there the kernel's table of
 * connections names the owner of the other end (proc(5), /proc/net/tcp).
 */
#ifndef SPEAKD_SSIP_PEER_H
#define SPEAKD_SSIP_PEER_H

enum peer {
	PEER_STRANGER, /* another user's on a unix socket: not served */
	/* On the loopback interface, and not known to be ours: may speak. */
	PEER_GUEST,
	PEER_OWNER, /* ours or root's */
};

/* fd: a connected socket. In doubt the lesser. */
enum peer peer_of(int fd);

#endif
