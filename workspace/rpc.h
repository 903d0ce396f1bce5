/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * rpc.h - verbs for other programs: JSON lines over a socket.
 *
 * project-workspace(1), PROTOCOL, has the lines. Each request becomes a process
 * of its own: what a verb does to itself (ids, namespaces, an abort) it does
 * not do to the server, and several run at a time.
 */
#ifndef WORKSPACE_RPC_H
#define WORKSPACE_RPC_H

enum {
	RPC_PROTOCOL = 1,
	RPC_LINE_MAX_BYTES = 1 << 20, /* of a request */
	RPC_CALLS_MAX = 64, /* at a time; further ones wait */
};

/*
 * Serve the stream socket whose descriptor is number until its other end is
 * closed. Returns the exit code.
 */
int rpc_main(const char *number);

#endif
