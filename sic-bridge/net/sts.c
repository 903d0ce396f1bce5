/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/net/sts.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include <arpa/inet.h>

#include "core/buf.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

/* "6697 1795305672\n", padded with blanks, so that it is replaced whole. */
enum { STS_RECORD_BYTES = 40, STS_HOST_BYTES = 200 };

struct sts {
	int fd; /* -1: not on disk */
	uint16_t port;
	int64_t until_s; /* epoch */
};

/* A host's name as a file's: nothing of it may lead elsewhere. */
static char *file_name(const char *host)
{
	SCOPED_BUF struct buf name = { 0 };

	buf_add_text(&name, "sts/");
	for (size_t i = 0; i < STS_HOST_BYTES && host[i] != '\0'; i++) {
		char c = (char)tolower((unsigned char)host[i]);

		buf_add_char(&name, isalnum((unsigned char)c) || c == '-' ||
						    (c == '.' && i > 0)
					    ? c
					    : '_');
	}
	return buf_give(&name);
}

static bool is_address(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 ||
	       inet_pton(AF_INET6, host, address) == 1;
}

/* What cannot be read as a policy is none. */
static void read_record(struct sts *sts)
{
	char record[STS_RECORD_BYTES + 1] = "";
	unsigned port;
	int64_t until;

	if (pread(sts->fd, record, STS_RECORD_BYTES, 0) <= 0 ||
	    sscanf(record, "%5u %15" SCNd64, &port, &until) != 2 || port == 0 ||
	    port > 65535)
		return;
	sts->port = (uint16_t)port;
	sts->until_s = until;
}

struct sts *sts_open(const char *host, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_TEXT char *path = NULL;
	struct sts *sts;

	if (is_address(host))
		return NULL;
	sts = mem_new(sizeof(*sts));
	sts->fd = -1;
	name = file_name(host);
	path = path_state(name);
	if (dir_make_parent(path, 0700, e) < 0)
		return sts;
	sts->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (sts->fd < 0)
		err_set(e, errno, "open %s", path);
	else
		read_record(sts);
	return sts;
}

void sts_close(struct sts *sts)
{
	if (sts == NULL)
		return;
	scope_close(&sts->fd);
	free(sts);
}

uint16_t sts_port(const struct sts *sts, int64_t now_s)
{
	return sts != NULL && now_s < sts->until_s ? sts->port : 0;
}

int sts_learn(struct sts *sts, uint16_t port, int64_t seconds, int64_t now_s,
	      struct err *e)
{
	char record[STS_RECORD_BYTES + 1];
	int n;

	sts->port = port;
	/* A server cannot bind us for longer than ten years. */
	sts->until_s = now_s + (seconds < 315360000 ? seconds : 315360000);
	n = snprintf(record, sizeof(record), "%u %" PRId64, (unsigned)port,
		     sts->until_s);
	memset(record + n, ' ', STS_RECORD_BYTES - (size_t)n);
	record[STS_RECORD_BYTES - 1] = '\n';
	if (sts->fd >= 0 &&
	    pwrite(sts->fd, record, STS_RECORD_BYTES, 0) != STS_RECORD_BYTES)
		return err_set(e, errno, "write the STS policy");
	return 0;
}
