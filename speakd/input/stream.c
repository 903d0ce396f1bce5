/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/stream.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "speakd/input/decode.h"
#include "speakd/input/unpack.h"

enum { STREAM_READ_BYTES = 65536 };

struct stream {
	struct loop *loop;
	int fd;
	bool live;
	bool sniffs; /* find out what the bytes are */
	bool paused;
	bool ended;
	struct decode decode;
	struct buf decoded;
	pid_t unpacking; /* 0: the bytes are read as they are */
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

static void on_readable(int fd, int what, void *data);

/* From now on what the packed bytes contain is read, and looked at anew. */
static void start_unpacking(struct stream *stream, const char *head,
			    size_t head_bytes)
{
	struct err e = { 0 };
	int fd;

	if (unpack_start(stream->fd, head, head_bytes, &fd, &stream->unpacking,
			 &e) < 0) {
		stream_finish(stream, e.text);
		return;
	}
	watch_free(stream->watch);
	close(stream->fd);
	stream->fd = fd;
	stream->watch = loop_fd(stream->loop, fd, LOOP_READ, on_readable,
				stream);
	if (stream->paused)
		watch_pause(stream->watch);
}

static void feed(struct stream *stream, char *bytes, size_t len_bytes)
{
	struct buf *decoded = &stream->decoded;

	if (stream->decode.kind > DECODE_TEXT) {
		buf_clear(decoded);
		decode_add(&stream->decode, bytes, len_bytes, decoded);
		buf_reserve(decoded, 1);
		bytes = decoded->data;
		len_bytes = decoded->len_bytes;
	}
	(void)!lines_feed(&stream->lines, bytes, len_bytes,
			  stream->handler.line, stream->handler.data);
	stream->handler.flush(stream->handler.data);
}

/* The first bytes: what they are. False when there is nothing more to do. */
static bool sniff(struct stream *stream, const char *bytes, size_t len_bytes)
{
	stream->decode.kind = decode_sniff(bytes, len_bytes, !stream->live);
	if (stream->decode.kind == DECODE_BINARY ||
	    (stream->decode.kind == DECODE_PACKED && stream->unpacking > 0)) {
		stream_finish(stream, "it is not text");
		return false;
	}
	if (stream->decode.kind != DECODE_PACKED)
		return true;
	stream->decode.kind = DECODE_UNKNOWN;
	start_unpacking(stream, bytes, len_bytes);
	return false;
}

static void on_end(struct stream *stream, int code)
{
	const char *failure = code != 0 ? strerror(code) : NULL;

	if (stream->unpacking > 0) {
		const char *why = unpack_end(stream->unpacking);

		stream->unpacking = 0;
		failure = failure != NULL ? failure : why;
	}
	stream_finish(stream, failure);
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
	if (n <= 0)
		on_end(stream, n < 0 ? errno : 0);
	else if (!stream->sniffs || stream->decode.kind != DECODE_UNKNOWN ||
		 sniff(stream, bytes, (size_t)n))
		feed(stream, bytes, (size_t)n);
}

struct stream *stream_start(struct loop *loop, int take_fd, bool sniffs,
			    const struct stream_handler *handler)
{
	struct stream *stream = mem_new(sizeof(*stream));
	struct stat st;

	stream->loop = loop;
	stream->fd = take_fd;
	stream->sniffs = sniffs;
	stream->live = fstat(take_fd, &st) < 0 || !S_ISREG(st.st_mode);
	stream->handler = *handler;
	stream->lines.overwrites = true;
	stream->watch = loop_fd(loop, take_fd, LOOP_READ, on_readable, stream);
	return stream;
}

void stream_push(struct stream *stream, char *bytes, size_t len_bytes)
{
	feed(stream, bytes, len_bytes);
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
	buf_fini(&stream->decoded);
	if (stream->unpacking > 0) {
		kill(stream->unpacking, SIGKILL);
		(void)!unpack_end(stream->unpacking);
	}
	close(stream->fd);
	free(stream);
}
