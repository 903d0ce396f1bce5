/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/net/opener.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/mem.h"

struct opener {
	int fd;
	pid_t pid;
};

/* A program that was killed, or a disk that was full, may have left half a
 * line: what comes next is another one. */
static void end_last_line(int fd, const char *path)
{
	SCOPED_FD int reader = -1;
	struct stat st;
	char last = '\n';

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return;
	reader = open(path, O_RDONLY | O_CLOEXEC);
	if (reader >= 0 && pread(reader, &last, 1, st.st_size - 1) == 1 &&
	    last != '\n')
		(void)!write(fd, "\n", 1);
}

int opener_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		end_last_line(fd, path);
	return fd;
}

/* ---- one answer: an errno and, when it is 0, a descriptor ---------------- */

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void send_answer(int to, int fd, int code)
{
	struct iovec iov = { &code, sizeof(code) };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	(void)!sendmsg(to, &message, MSG_NOSIGNAL);
}

static int take_answer(int from)
{
	int code = 0, fd = -1;
	struct iovec iov = { &code, sizeof(code) };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != sizeof(code))
		return -EPIPE;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return code != 0 || fd < 0 ? -(code != 0 ? code : EPROTO) : fd;
}

/* ---- the second process -------------------------------------------------- */

static int open_one(unsigned char file, const char *output)
{
	switch (file) {
	case OPENER_RESOLV:
		return open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC);
	case OPENER_HOSTS:
		return open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	case OPENER_OUTPUT:
		if (output != NULL)
			return opener_append(output);
		break;
	default:
		break;
	}
	errno = EPERM;
	return -1;
}

/*
 * It holds nothing that others wait to see closed, and ends when the first
 * process does, not when the terminal sends a signal to both.
 */
static void serve(int fd, const char *output)
{
	unsigned char file;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (dup2(fd, 0) < 0 || close_range(1, ~0U, 0) < 0)
		_exit(1);
	while (recv(0, &file, 1, 0) == 1) {
		SCOPED_FD int opened = open_one(file, output);

		send_answer(0, opened, opened >= 0 ? 0 : errno);
	}
	_exit(0);
}

/* ---- the first ----------------------------------------------------------- */

struct opener *opener_start(const char *output, struct err *e)
{
	struct opener *opener;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		err_set(e, errno, "socketpair");
		return NULL;
	}
	pid = fork();
	if (pid == 0)
		serve(pair[1], output);
	close(pair[1]);
	if (pid < 0) {
		err_set(e, errno, "start the process that opens files");
		close(pair[0]);
		return NULL;
	}
	opener = mem_new(sizeof(*opener));
	opener->fd = pair[0];
	opener->pid = pid;
	return opener;
}

int opener_open(struct opener *opener, enum opener_file file)
{
	unsigned char byte = (unsigned char)file;

	if (send(opener->fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return -EPIPE;
	return take_answer(opener->fd);
}

void opener_stop(struct opener *opener)
{
	if (opener == NULL)
		return;
	close(opener->fd);
	/* Refused once we are confined; then it is init's. */
	(void)waitpid(opener->pid, NULL, 0);
	free(opener);
}
