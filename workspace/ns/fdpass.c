/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/ns/fdpass.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for the descriptors of one message. */
union rights {
	char bytes[CMSG_SPACE(FDPASS_MAX * sizeof(int))];
	struct cmsghdr align;
};

bool fdpass_send(int sock, const void *bytes, size_t len_bytes, const int *fds,
		 size_t count)
{
	struct iovec part = { (void *)(uintptr_t)bytes, len_bytes };
	union rights rights = { { 0 } };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (count > 0) {
		/* The first one, which has its room there. */
		struct cmsghdr *header = &rights.align;

		message.msg_control = rights.bytes;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	return sendmsg(sock, &message, MSG_NOSIGNAL) == (ssize_t)len_bytes;
}

static void take(const struct cmsghdr *header, int *fds, size_t max,
		 size_t *count)
{
	size_t came = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < came; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
		if (*count < max)
			fds[(*count)++] = fd;
		else
			close(fd);
	}
}

ssize_t fdpass_receive(int sock, void *bytes, size_t len_bytes, int *fds,
		       size_t max, size_t *ret_count)
{
	struct iovec part = { bytes, len_bytes };
	union rights rights;
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = rights.bytes,
				  .msg_controllen = sizeof(rights.bytes) };
	ssize_t n = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);

	*ret_count = 0;
	for (struct cmsghdr *header = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
	     header != NULL; header = CMSG_NXTHDR(&message, header))
		if (header->cmsg_level == SOL_SOCKET &&
		    header->cmsg_type == SCM_RIGHTS)
			take(header, fds, max, ret_count);
	return n;
}
