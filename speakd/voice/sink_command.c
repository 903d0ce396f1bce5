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
#include <limits.h>
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
	struct sink_format format;
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

static bool is_running_in(const struct sink *sink,
			  const struct sink_format *format)
{
	return sink->fd >= 0 && sink->format.rate_hz == format->rate_hz &&
	       sink->format.channels == format->channels;
}

static void set_number(const char *name, unsigned value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	setenv(name, text, 1);
}

static enum sink_result command_start(struct sink *sink,
				      const struct sink_format *format,
				      struct err *e)
{
	struct child child = { .shell = sink->shell,
			       .fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
			       .fd_count = 3,
			       .own_group = true };
	SCOPED_FD int reader = -1;
	int ends[2];

	if (is_running_in(sink, format))
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
	set_number("EARSHOT_RATE_HZ", format->rate_hz);
	set_number("EARSHOT_CHANNELS", format->channels);
	child.fds[STDIN_FILENO] = reader;
	if (child_start(&child, &sink->pid, e) < 0) {
		scope_close(&sink->fd);
		sink->fd = -1;
		return SINK_BROKEN;
	}
	sink->format = *format;
	return SINK_OK;
}

static size_t frame_bytes(const struct sink *sink)
{
	return sink->format.channels * sizeof(int16_t);
}

/* Whole frames: a command that reads halves of them hears noise. */
static enum sink_result command_write(struct sink *sink, const int16_t *samples,
				      size_t count, size_t *ret, struct err *e)
{
	size_t most = PIPE_BUF / frame_bytes(sink);
	ssize_t n;

	/* Up to PIPE_BUF is written whole or not at all: pipe(7). */
	n = write(sink->fd, samples, min_size(count, most) * frame_bytes(sink));
	if (n > 0)
		*ret = (size_t)n / frame_bytes(sink);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		return ended(sink, e);
	return SINK_OK;
}

/* Heard is what the command has read: more cannot be known. */
static size_t command_delay(struct sink *sink)
{
	int waiting = 0;

	if (sink->fd < 0 || ioctl(sink->fd, FIONREAD, &waiting) < 0)
		return 0;
	return (size_t)waiting / frame_bytes(sink);
}

/* A pipe tells no one that it has become empty, so that it is asked. */
static int command_wait(struct sink *sink, struct pollfd *fds, size_t count,
			bool for_room, int timeout_ms)
{
	struct pollfd all[CONTROL_WAIT_FDS_MAX];
	size_t n = min_size(count, CONTROL_WAIT_FDS_MAX - 1);
	int rc;

	if (n > 0)
		memcpy(all, fds, n * sizeof(*fds));
	all[n] = (struct pollfd){ .fd = sink->fd,
				  .events = for_room ? POLLOUT : 0 };
	if (!for_room && (timeout_ms < 0 || timeout_ms > COMMAND_POLL_MS) &&
	    command_delay(sink) > 0)
		timeout_ms = COMMAND_POLL_MS;
	rc = control_wait(sink->control, all, n + (for_room || n > 0),
			  timeout_ms);
	for (size_t i = 0; i < n; i++)
		fds[i].revents = all[i].revents;
	return rc;
}

static enum sink_result command_settle(struct sink *sink, struct err *e)
{
	(void)e;
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
	.delay = command_delay,
	.wait = command_wait,
	.settle = command_settle,
	.stop = command_stop,
	.idle = command_idle,
	.close = command_close,
};
