/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/stream.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"

enum { STREAM_READ_BYTES = 65536 };

struct stream {
	int fd;
	bool live;
	bool paused;
	bool ended;
	struct lines lines;
	struct watch *watch;
	struct stream_handler handler;
};

static void stream_finish(struct stream *stream, const char *failure)
{
	watch_pause(stream->watch);
	stream->ended = true;
	(void)!lines_end(&stream->lines, stream->handler.line,
			 stream->handler.data);
	stream->handler.end(failure, stream->handler.data);
}

/*
 * One read(2) a turn: a blocking descriptor is safe that way, and standard
 * input stays as our parent wants it (O_NONBLOCK belongs to the open file, so
 * setting it would change the parent's terminal too).
 */
static void on_readable(int fd, int what, void *data)
{
	struct stream *stream = data;
	char bytes[STREAM_READ_BYTES + 1];
	ssize_t n = read(fd, bytes, STREAM_READ_BYTES);

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		stream_finish(stream, n < 0 ? strerror(errno) : NULL);
		return;
	}
	(void)!lines_feed(&stream->lines, bytes, (size_t)n,
			  stream->handler.line, stream->handler.data);
	stream->handler.flush(stream->handler.data);
}

struct stream *stream_start(struct loop *loop, int take_fd,
			    const struct stream_handler *handler)
{
	struct stream *stream = mem_new(sizeof(*stream));
	struct stat st;

	stream->fd = take_fd;
	stream->live = fstat(take_fd, &st) < 0 || !S_ISREG(st.st_mode);
	stream->handler = *handler;
	stream->watch = loop_fd(loop, take_fd, LOOP_READ, on_readable, stream);
	return stream;
}

void stream_push(struct stream *stream, char *bytes, size_t len_bytes)
{
	(void)!lines_feed(&stream->lines, bytes, len_bytes,
			  stream->handler.line, stream->handler.data);
	stream->handler.flush(stream->handler.data);
}

bool stream_is_live(const struct stream *stream)
{
	return stream->live;
}

void stream_pause(struct stream *stream)
{
	if (stream->paused || stream->ended)
		return;
	stream->paused = true;
	watch_pause(stream->watch);
}

void stream_resume(struct stream *stream)
{
	if (!stream->paused || stream->ended)
		return;
	stream->paused = false;
	watch_resume(stream->watch);
}

void stream_free(struct stream *stream)
{
	if (stream == NULL)
		return;
	watch_free(stream->watch);
	lines_fini(&stream->lines);
	close(stream->fd);
	free(stream);
}
