/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/say.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/paths.h"

int say_start(struct say *say, struct err *e)
{
	SCOPED_TEXT char *program = path_program("speakd");
	const char *const argv[] = { program, "--give-up=10", NULL };
	int ends[2];
	struct child child = { .argv = argv, .own_group = true };
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	child.fds[0] = ends[0];
	child.fds[1] = CHILD_NULL;
	child.fds[2] = CHILD_INHERIT;
	child.fd_count = 3;
	rc = child_start(&child, &say->pid, e);
	close(ends[0]);
	say->pipe = ends[1];
	if (rc < 0) {
		close(say->pipe);
		say->pipe = -1;
		return rc;
	}
	(void)fcntl(say->pipe, F_SETFL, O_NONBLOCK);
	return 0;
}

static void flush_waiting(struct say *say)
{
	size_t done = 0;

	while (say->pipe >= 0 && done < say->waiting.len_bytes) {
		ssize_t n = write(say->pipe, say->waiting.data + done,
				  say->waiting.len_bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			close(fd_give(&say->pipe));
			break;
		}
		done += (size_t)n;
	}
	if (done == 0)
		return;
	memmove(say->waiting.data, say->waiting.data + done,
		say->waiting.len_bytes - done + 1);
	buf_cut(&say->waiting, say->waiting.len_bytes - done);
}

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct say *say = data;

	(void)cut;
	if (say->waiting.len_bytes + len_bytes + 1 > SAY_WAIT_MAX_BYTES) {
		say->dropped_lines++;
		return 0;
	}
	buf_add(&say->waiting, line, len_bytes);
	buf_add_char(&say->waiting, '\n');
	return 0;
}

void say_feed(struct say *say, struct lines *lines, const char *bytes,
	      size_t len_bytes)
{
	SCOPED_TEXT char *copy = NULL;

	if (say->pid == 0 || say->pipe < 0)
		return;
	/* lines_feed() writes into what it is given. */
	copy = mem_text(bytes, len_bytes);
	(void)!lines_feed(lines, copy, len_bytes, on_line, say);
	flush_waiting(say);
}

void say_line_end(struct say *say, struct lines *lines)
{
	if (say->pid != 0)
		(void)!lines_end(lines, on_line, say);
	lines_fini(lines);
}

void say_end(struct say *say)
{
	uint64_t until = clock_ms() + SAY_END_WAIT_MS;

	if (say->pid == 0)
		return;
	flush_waiting(say);
	while (say->pipe >= 0 && say->waiting.len_bytes > 0 &&
	       clock_ms() < until) {
		struct pollfd room = { .fd = say->pipe, .events = POLLOUT };

		(void)poll(&room, 1, 50);
		flush_waiting(say);
	}
	for (size_t i = 0; i < say->waiting.len_bytes; i++)
		say->dropped_lines += say->waiting.data[i] == '\n';
	scope_close(&say->pipe);
	say->pipe = -1;
	buf_fini(&say->waiting);
}
