/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/clock.h"
#include "core/stall.h"

/* How often one that is silent is looked at. */
enum { LOOK_MS = 500 };

int worker_start(struct worker *worker, struct child *child, struct err *e)
{
	SCOPED_FD int its_input = -1;
	SCOPED_FD int its_output = -1;
	SCOPED_FD int to = -1;
	SCOPED_FD int from = -1;
	int ends[2];
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	its_input = ends[0];
	to = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	from = ends[0];
	its_output = ends[1];
	fcntl(to, F_SETFL, O_NONBLOCK);
	fcntl(from, F_SETFL, O_NONBLOCK);
	child->fds[STDIN_FILENO] = its_input;
	child->fds[STDOUT_FILENO] = its_output;
	child->fds[STDERR_FILENO] = CHILD_INHERIT;
	child->fd_count = 3;
	child->own_group = true;
	child->dies_with_us = true;
	rc = child_start(child, &worker->pid, e);
	if (rc < 0) {
		worker->pid = 0;
		return rc;
	}
	worker->to = fd_give(&to);
	worker->from = fd_give(&from);
	worker->at = worker->end = 0;
	return 0;
}

void worker_end(struct worker *worker)
{
	scope_close(&worker->to);
	scope_close(&worker->from);
	worker->to = worker->from = -1;
	worker->at = worker->end = 0;
	if (worker->pid <= 0)
		return;
	kill(-worker->pid, SIGKILL);
	while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	worker->pid = 0;
}

bool worker_runs(const struct worker *worker)
{
	return worker->pid > 0;
}

int worker_wait(pid_t pid, const struct engine_out *out, struct pollfd *fds,
		size_t count, int limit_ms, struct err *e)
{
	struct stall stall = { .with_children = true };
	int first_ms = limit_ms < LOOK_MS ? limit_ms : LOOK_MS;
	bool looked = false;

	for (;;) {
		int rc = out != NULL
				 ? out->wait(out->data, fds, count, first_ms)
				 : poll(fds, count, first_ms);

		if (rc > 0 || rc == -ECANCELED)
			return rc;
		if (rc < 0)
			return err_set(e, out != NULL ? -rc : errno,
				       "wait for it");
		/* Most answer so soon that nobody need look at them. */
		if (!looked)
			stall_progress(&stall, pid, clock_ms());
		looked = true;
		if (stall_is_hang(&stall, pid, clock_ms(),
				  (uint64_t)(limit_ms - first_ms)))
			return err_say(e, ETIMEDOUT, "it did nothing for %d s",
				       limit_ms / 1000);
	}
}

static int wait_for(const struct worker *worker, int fd, short events,
		    const struct engine_out *out, int limit_ms, struct err *e)
{
	struct pollfd fds[1] = { { .fd = fd, .events = events } };

	return worker_wait(worker->pid, out, fds, 1, limit_ms, e);
}

static int has_ended(struct err *e)
{
	return err_say(e, EPIPE, "it ended by itself");
}

int worker_write(struct worker *worker, const struct engine_out *out,
		 const char *bytes, size_t len_bytes, int limit_ms,
		 struct err *e)
{
	while (len_bytes > 0) {
		ssize_t n = write(worker->to, bytes, len_bytes);

		if (n > 0) {
			bytes += n;
			len_bytes -= (size_t)n;
			continue;
		}
		if (n < 0 && errno == EPIPE)
			return has_ended(e);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_set(e, errno, "write to it");
		if (n < 0 && errno == EAGAIN) {
			int rc = wait_for(worker, worker->to, POLLOUT, out,
					  limit_ms, e);

			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

int worker_fill(struct worker *worker, const struct engine_out *out,
		int limit_ms, struct err *e)
{
	if (worker->at < worker->end)
		return 0;
	for (;;) {
		int rc = wait_for(worker, worker->from, POLLIN, out, limit_ms,
				  e);
		ssize_t n;

		if (rc < 0)
			return rc;
		n = read(worker->from, worker->bytes, sizeof(worker->bytes));
		if (n > 0) {
			worker->at = 0;
			worker->end = (size_t)n;
			return 0;
		}
		if (n == 0)
			return has_ended(e);
		if (errno != EAGAIN && errno != EINTR)
			return err_set(e, errno, "read from it");
	}
}

int worker_line(struct worker *worker, const struct engine_out *out,
		char line[WORKER_LINE_MAX_BYTES], bool *ret_sound, int limit_ms,
		struct err *e)
{
	size_t len_bytes = 0;

	*ret_sound = false;
	for (;;) {
		int rc = worker_fill(worker, out, limit_ms, e);
		char c;

		if (rc < 0)
			return rc;
		c = worker->bytes[worker->at++];
		*ret_sound = c == '\0';
		if (c == '\n' || c == '\0')
			break;
		if (len_bytes + 1 == WORKER_LINE_MAX_BYTES)
			return err_say(e, EPROTO,
				       "it writes a line without "
				       "end");
		line[len_bytes++] = c;
	}
	line[len_bytes] = '\0';
	return 0;
}
