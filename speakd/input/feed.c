/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/feed.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/mem.h"
#include "speakd/input/stream.h"

struct feed {
	struct loop *loop;
	struct feed_handler handler;
	char *command; /* owned; NULL: a FIFO */
	struct stream *stream;
	pid_t pid; /* 0: it does not run */
	struct watch *exit, *restart;
	uint64_t started_ms, delay_ms;
	bool paused;
};

static void ignore_flush(void *data)
{
	(void)data;
}

static void on_end(const char *failure, void *data)
{
	struct feed *feed = data;

	if (failure != NULL)
		feed->handler.warn(failure, feed->handler.data);
}

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct feed *feed = data;

	return feed->handler.line(line, len_bytes, cut, feed->handler.data);
}

static void read_from(struct feed *feed, int take_fd)
{
	const struct stream_handler handler = {
		.line = on_line,
		.flush = ignore_flush,
		.end = on_end,
		.data = feed,
	};

	feed->stream = stream_start(feed->loop, take_fd, false, &handler);
	if (feed->paused)
		stream_pause(feed->stream);
}

static struct feed *feed_new(struct loop *loop,
			     const struct feed_handler *handler)
{
	struct feed *feed = mem_new(sizeof(*feed));

	feed->loop = loop;
	feed->handler = *handler;
	feed->delay_ms = FEED_RESTART_FIRST_MS;
	return feed;
}

/* ---- a FIFO -------------------------------------------------------------- */

int feed_fifo(struct loop *loop, const char *path,
	      const struct feed_handler *handler, struct feed **ret,
	      struct err *e)
{
	SCOPED_FD int fd = -1;
	struct stat st;

	if (mkfifo(path, 0600) < 0 && errno != EEXIST)
		return err_set(e, errno, "make the FIFO %s", path);
	/* Read and write: there is no end of file when the last writer goes. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "open %s", path);
	if (!S_ISFIFO(st.st_mode))
		return err_say(e, EINVAL, "%s is not a FIFO", path);
	*ret = feed_new(loop, handler);
	read_from(*ret, fd_give(&fd));
	return 0;
}

/* ---- a command ----------------------------------------------------------- */

static void on_exit_of_child(pid_t pid, int wait_status, void *data);

static int start(struct feed *feed, struct err *e)
{
	struct child child = {
		.shell = feed->command,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
		.own_group = true,
	};
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	child.fds[STDOUT_FILENO] = writer;
	rc = child_start(&child, &feed->pid, e);
	if (rc < 0)
		return rc;
	feed->started_ms = clock_ms();
	feed->exit = loop_child(feed->loop, feed->pid, on_exit_of_child, feed);
	read_from(feed, fd_give(&reader));
	return 0;
}

static void on_restart(void *data)
{
	struct feed *feed = data;
	struct err e = { 0 };
	char why[ERR_TEXT_BYTES + 128];

	stream_free(feed->stream);
	feed->stream = NULL;
	if (start(feed, &e) < 0)
		feed->handler.warn(err_text(&e, why, sizeof(why)),
				   feed->handler.data);
}

/* What it wrote last may still be in the pipe: read until it is restarted. */
static void on_exit_of_child(pid_t pid, int wait_status, void *data)
{
	struct feed *feed = data;
	char why[128];

	(void)pid;
	watch_free(feed->exit);
	feed->exit = NULL;
	feed->pid = 0;
	if (clock_ms() - feed->started_ms > FEED_RESTART_LAST_MS)
		feed->delay_ms = FEED_RESTART_FIRST_MS;
	snprintf(why, sizeof(why),
		 "its command ended with code %d; again in %ju s",
		 child_code(wait_status), (uintmax_t)feed->delay_ms / 1000);
	feed->handler.warn(why, feed->handler.data);
	watch_after(feed->restart, feed->delay_ms);
	feed->delay_ms *= 2;
	if (feed->delay_ms > FEED_RESTART_LAST_MS)
		feed->delay_ms = FEED_RESTART_LAST_MS;
}

int feed_command(struct loop *loop, const char *command,
		 const struct feed_handler *handler, struct feed **ret,
		 struct err *e)
{
	struct feed *feed = feed_new(loop, handler);
	int rc;

	feed->command = mem_copy(command);
	feed->restart = loop_timer(loop, on_restart, feed);
	rc = start(feed, e);
	if (rc < 0) {
		feed_free(feed);
		return rc;
	}
	*ret = feed;
	return 0;
}

/* ---- both ---------------------------------------------------------------- */

void feed_pause(struct feed *feed)
{
	feed->paused = true;
	if (feed->stream != NULL)
		stream_pause(feed->stream);
}

void feed_resume(struct feed *feed)
{
	feed->paused = false;
	if (feed->stream != NULL)
		stream_resume(feed->stream);
}

bool feed_is_up(const struct feed *feed)
{
	return feed->command == NULL || feed->pid > 0;
}

void feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	watch_free(feed->exit);
	watch_free(feed->restart);
	stream_free(feed->stream);
	if (feed->pid > 0) {
		kill(-feed->pid, SIGTERM);
		/* Reaped by init when it takes its time. */
		waitpid(feed->pid, NULL, WNOHANG);
	}
	free(feed->command);
	free(feed);
}
