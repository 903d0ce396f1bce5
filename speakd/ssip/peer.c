/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base.h"

enum {
	TCP_ESTABLISHED_STATE = 1,
	TABLE_LINE_BYTES = 256,
	/* "0100007F:1F90 0100007F:D431 01" */
	ENDS_BYTES = 2 * (8 + 1 + 4) + 1,
};

static bool is_owner(uid_t uid)
{
	return uid == geteuid() || uid == 0;
}

static enum peer of_unix(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return PEER_STRANGER;
	return is_owner(peer.uid) ? PEER_OWNER : PEER_STRANGER;
}

/*
 * A line of the table: "sl: local remote state tx:rx tr:when retrnsmt uid
 * timeout inode ...". An end without a process has no inode, and uid 0.
 */
static bool is_owners_line(const char *line, const char *ends)
{
	unsigned state = 0;
	unsigned long uid = 0, inode = 0;
	const char *at = strchr(line, ':');

	if (at == NULL)
		return false;
	at += 1 + strspn(at + 1, " ");
	return strncmp(at, ends, strlen(ends)) == 0 &&
	       sscanf(at + strlen(ends), " %x %*s %*s %*s %lu %*u %lu", &state,
		      &uid, &inode) == 3 &&
	       state == TCP_ESTABLISHED_STATE && inode != 0 &&
	       is_owner((uid_t)uid);
}

static enum peer of_inet(const struct sockaddr_in *here,
			 const struct sockaddr_in *there)
{
	char line[TABLE_LINE_BYTES], ends[ENDS_BYTES + 1];
	enum peer peer = PEER_GUEST;
	FILE *table = fopen("/proc/net/tcp", "re");

	if (table == NULL)
		return PEER_GUEST;
	/* As the other end sees it: its own address first. */
	snprintf(ends, sizeof(ends), "%08X:%04X %08X:%04X",
		 there->sin_addr.s_addr, ntohs(there->sin_port),
		 here->sin_addr.s_addr, ntohs(here->sin_port));
	while (peer == PEER_GUEST && fgets(line, sizeof(line), table) != NULL)
		if (is_owners_line(line, ends))
			peer = PEER_OWNER;
	(void)fclose(table);
	return peer;
}

enum peer peer_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_storage room;
	} here = { .room = { 0 } }, there = { .room = { 0 } };
	socklen_t here_len = sizeof(here), there_len = sizeof(there);

	if (getsockname(fd, &here.any, &here_len) < 0)
		return PEER_STRANGER;
	if (here.any.sa_family == AF_UNIX)
		return of_unix(fd);
	if (here.any.sa_family != AF_INET ||
	    getpeername(fd, &there.any, &there_len) < 0)
		return PEER_GUEST;
	return of_inet(&here.in, &there.in);
}
