/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink_command.c - raw 16-bit mono PCM to a shell command's standard input.
 *
 * $EARSHOT_RATE_HZ tells the command the sample rate. A command that ends is
 * started again, a little later each time, and the phrase is said again; one
 * that ends COMMAND_TRIES times before it took a whole phrase is broken.
 */
#include "speakd/voice/sink.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/mem.h"

enum {
	COMMAND_TRIES = 5,
	COMMAND_PIPE_BYTES = 8192, /* 0.19 s at 22050 Hz: STOP is to be heard */
	COMMAND_POLL_MS = 10,
	COMMAND_END_MS =
		1500, /* how long it may take to end, after its input */
};

struct sink {
	char *shell;
	struct control *control;
	int fd; /* its standard input, -1: not running */
	pid_t pid;
	unsigned rate_hz;
	unsigned failures; /* ends since the last phrase it took whole */
};

static int command_open(struct sink **ret, const char *shell, bool again,
			struct control *keep_control, struct err *e)
{
	struct sink *sink;

	(void)again;
	if (*shell == '\0')
		return err_usage(e, "output command: no shell command given");
	sink = mem_new(sizeof(*sink));
	sink->shell = mem_copy(shell);
	sink->control = keep_control;
	sink->fd = -1;
	*ret = sink;
	return 0;
}

/* Wait at most limit_ms for the command's end; then its group is killed. */
static int reap(struct sink *sink, int limit_ms)
{
	uint64_t until_ms = clock_ms() + (uint64_t)limit_ms;
	int status = 0;

	scope_close(&sink->fd);
	sink->fd = -1;
	while (waitpid(sink->pid, &status, WNOHANG) == 0) {
		if (clock_ms() >= until_ms) {
			kill(-sink->pid, SIGKILL);
			waitpid(sink->pid, &status, 0);
			break;
		}
		poll(NULL, 0, COMMAND_POLL_MS);
	}
	sink->pid = 0;
	return child_code(status);
}

/* The command ended, or closed its input. */
static enum sink_result ended(struct sink *sink, struct err *e)
{
	int code = reap(sink, COMMAND_END_MS);

	err_say(e, EPIPE, "output command ended with code %d", code);
	return ++sink->failures < COMMAND_TRIES ? SINK_LOST : SINK_BROKEN;
}

static enum sink_result command_start(struct sink *sink, unsigned rate_hz,
				      struct err *e)
{
	struct child child = { .shell = sink->shell,
			       .fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
			       .fd_count = 3,
			       .own_group = true };
	SCOPED_FD int reader = -1;
	char rate[16];
	int ends[2];

	if (sink->fd >= 0 && sink->rate_hz == rate_hz)
		return SINK_OK;
	if (sink->fd >= 0)
		reap(sink, COMMAND_END_MS);
	if (pipe2(ends, O_CLOEXEC) < 0) {
		err_set(e, errno, "pipe");
		return SINK_LOST;
	}
	reader = ends[0];
	sink->fd = ends[1];
	fcntl(sink->fd, F_SETFL, O_NONBLOCK);
	fcntl(sink->fd, F_SETPIPE_SZ, COMMAND_PIPE_BYTES);
	snprintf(rate, sizeof(rate), "%u", rate_hz);
	setenv("EARSHOT_RATE_HZ", rate, 1);
	child.fds[STDIN_FILENO] = reader;
	if (child_start(&child, &sink->pid, e) < 0) {
		scope_close(&sink->fd);
		sink->fd = -1;
		return SINK_BROKEN;
	}
	sink->rate_hz = rate_hz;
	return SINK_OK;
}

static enum sink_result command_write(struct sink *sink, const int16_t *samples,
				      size_t count, struct err *e)
{
	const char *bytes = (const char *)samples;
	size_t left = count * sizeof(*samples);

	while (left > 0) {
		struct pollfd fd = { .fd = sink->fd, .events = POLLOUT };
		ssize_t n = write(sink->fd, bytes, left);

		if (n > 0) {
			bytes += n;
			left -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			if (control_wait(sink->control, &fd, 1,
					 CONTROL_FOREVER_MS) < 0)
				return SINK_STOPPED;
		} else if (n < 0 && errno != EINTR) {
			return ended(sink, e);
		}
	}
	return SINK_OK;
}

/*
 * Heard is what the command has read: more cannot be known. A pipe tells no
 * one that it has become empty, so that it is asked.
 */
static enum sink_result command_drain(struct sink *sink, struct err *e)
{
	int waiting = 0;

	while (ioctl(sink->fd, FIONREAD, &waiting) == 0 && waiting > 0) {
		struct pollfd fd = { .fd = sink->fd };
		int rc = control_wait(sink->control, &fd, 1, COMMAND_POLL_MS);

		if (rc < 0)
			return SINK_STOPPED;
		if (rc > 0 && fd.revents & POLLERR)
			return ended(sink, e);
	}
	sink->failures = 0;
	return SINK_OK;
}

/* Read the pipe empty through a second reader of our own: proc(5), fd/. */
static void command_stop(struct sink *sink)
{
	SCOPED_FD int fd = -1;
	char path[48], bytes[COMMAND_PIPE_BYTES];

	if (sink->fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", sink->fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	while (fd >= 0 && read(fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static void command_idle(struct sink *sink)
{
	(void)sink;
}

static int command_close(struct sink *sink, struct err *e)
{
	int code = sink->fd >= 0 ? reap(sink, COMMAND_END_MS) : 0;

	free(sink->shell);
	free(sink);
	if (code != 0)
		return err_say(e, EIO, "output command ended with code %d",
			       code);
	return 0;
}

const struct sink_kind sink_command = {
	.open = command_open,
	.start = command_start,
	.write = command_write,
	.drain = command_drain,
	.stop = command_stop,
	.idle = command_idle,
	.close = command_close,
};
