/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * outgoing.h - a way out for a network of a workspace's own, and ports of it
 * that the host has: by slirp4netns(1), which makes connections as an ordinary
 * user's program. It ends when the workspace does.
 */
#ifndef WORKSPACE_OUTGOING_H
#define WORKSPACE_OUTGOING_H

#include "core/err.h"
#include "workspace/run/supervisor.h"

enum { PORTS_MAX = 64 };

/* The name server that is seen inside. */
#define OUTGOING_DNS "10.0.2.3"

struct port {
	char address[16]; /* of the host, IPv4: text */
	bool udp;
	unsigned outside, inside;
};

struct ports {
	struct port list[PORTS_MAX];
	size_t count;
};

/* "[ADDRESS:]OUTSIDE[:INSIDE][/udp]": err_usage when it is none. */
int ports_add(struct ports *ports, const char *text, struct err *e) MUST_CHECK;

/* Whether it can be had here; else what is missing. */
int outgoing_check(struct err *e) MUST_CHECK;

/*
 * For a workspace that has just been started: returns when its network is
 * there. alive: a descriptor that hangs up when the workspace ends.
 */
int outgoing_start(const struct store *store, const char *name,
		   const struct supervisor *supervisor, int alive,
		   struct err *e) MUST_CHECK;

/* Of a running one that has it. */
int outgoing_publish(const struct store *store, const char *name,
		     const struct ports *ports, struct err *e) MUST_CHECK;

#endif
