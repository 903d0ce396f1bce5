/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/output.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"

enum {
	FILE_CHUNK_BYTES = 65536,
	RETRY_MS = 1000, /* a full disk */
};

struct output {
	int fd;
	bool is_file;
	const struct output_handler *handler;
	void *data;
	struct buf lines;
	size_t done; /* bytes of lines that are written */
	bool was_full, complained, broken;
	struct watch *writable; /* NULL while nothing waits; never for files */
	struct watch *retry;
	struct loop *loop;
	bool (*is_held)(void); /* NULL: never */
};

static size_t waiting(const struct output *output)
{
	return output->lines.len_bytes - output->done;
}

bool output_is_full(const struct output *output)
{
	return waiting(output) >= OUTPUT_FULL_BYTES;
}

struct buf *output_lines(struct output *output)
{
	return &output->lines;
}

/* As many whole lines as go into one write; a longer one goes in pieces. */
static size_t next_chunk(const struct output *output)
{
	size_t max = output->is_file ? FILE_CHUNK_BYTES : PIPE_BUF;
	size_t n = min_size(waiting(output), max);
	const char *start = output->lines.data + output->done;
	const char *newline = memrchr(start, '\n', n);

	return newline != NULL ? (size_t)(newline - start) + 1 : n;
}

/*
 * The descriptor may be shared with other programs (a terminal), so it is not
 * made non-blocking. A pipe that polls writable takes PIPE_BUF bytes at once:
 * pipe(7).
 */
static bool can_write(const struct output *output, int timeout_ms)
{
	struct pollfd poller = { .fd = output->fd, .events = POLLOUT };

	return output->is_file || poll(&poller, 1, timeout_ms) > 0;
}

/* Bytes written are moved out of the way once they are the larger part. */
static void tidy(struct output *output)
{
	size_t rest = waiting(output);

	if (output->done <= rest)
		return;
	if (rest > 0)
		memmove(output->lines.data, output->lines.data + output->done,
			rest);
	buf_cut(&output->lines, rest);
	output->done = 0;
}

/* Returns false when it has to wait. */
static bool write_chunk(struct output *output)
{
	ssize_t n = write(output->fd, output->lines.data + output->done,
			  next_chunk(output));
	struct err e = { 0 };

	if (n >= 0) {
		output->done += (size_t)n;
		output->complained = false;
		return true;
	}
	if (errno == EINTR || errno == EAGAIN)
		return false;
	err_set(&e, errno, "output");
	if (!output->is_file) {
		output->broken = true;
		output->handler->broken(&e, output->data);
		return false;
	}
	/* A full disk may have room again: nothing is given up. */
	if (!output->complained)
		log_failure(&e);
	output->complained = true;
	watch_after(output->retry, RETRY_MS);
	return false;
}

static void on_writable(int fd, int what, void *data);

static void wait_until_writable(struct output *output)
{
	if (output->is_file || output->broken)
		return;
	if (waiting(output) == 0) {
		watch_free(output->writable);
		output->writable = NULL;
	} else if (output->writable == NULL) {
		output->writable = loop_fd(output->loop, output->fd, LOOP_WRITE,
					   on_writable, output);
	}
}

void output_flush(struct output *output)
{
	if (output->is_held != NULL && output->is_held())
		return;
	while (!output->broken && waiting(output) > 0 && can_write(output, 0))
		if (!write_chunk(output))
			break;
	tidy(output);
	wait_until_writable(output);
	if (output_is_full(output)) {
		output->was_full = true;
	} else if (output->was_full && waiting(output) < OUTPUT_LOW_BYTES) {
		output->was_full = false;
		output->handler->drained(output->data);
	}
}

static void on_writable(int fd, int what, void *data)
{
	(void)fd;
	(void)what;
	output_flush(data);
}

static void on_retry(void *data)
{
	output_flush(data);
}

void output_hold_while(struct output *output, bool (*is_held)(void))
{
	output->is_held = is_held;
}

void output_finish(struct output *output, int limit_ms)
{
	uint64_t end = clock_ms() + (uint64_t)limit_ms;

	while (!output->broken && waiting(output) > 0) {
		uint64_t now = clock_ms();

		if (now >= end || !can_write(output, (int)(end - now)) ||
		    (!write_chunk(output) && output->is_file))
			break;
	}
	if (waiting(output) > 0 && !output->broken)
		log_warn("output: %zu bytes could not be written",
			 waiting(output));
}

static void set_fd(struct output *output, int fd)
{
	struct stat st;

	output->fd = fd;
	output->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

void output_replace(struct output *output, int fd)
{
	output_flush(output);
	/* A line that was written in part is whole in the new file. */
	while (output->done > 0 && output->lines.data[output->done - 1] != '\n')
		output->done--;
	watch_free(output->writable);
	output->writable = NULL;
	set_fd(output, fd);
	output->complained = false;
	output_flush(output);
}

struct output *output_new(struct loop *loop, int fd,
			  const struct output_handler *keep_handler,
			  void *keep_data)
{
	struct output *output = mem_new(sizeof(*output));

	output->loop = loop;
	set_fd(output, fd);
	output->handler = keep_handler;
	output->data = keep_data;
	output->retry = loop_timer(loop, on_retry, output);
	return output;
}

void output_free(struct output *output)
{
	if (output == NULL)
		return;
	watch_free(output->writable);
	watch_free(output->retry);
	buf_fini(&output->lines);
	free(output);
}
