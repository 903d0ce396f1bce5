/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * stream.h - the lines of a descriptor that ends: standard input, a pipe, a
 * file read once.
 *
 * Lines go out the moment that they are complete; at the end of the input an
 * unfinished line is a line.
 */
#ifndef SPEAKD_INPUT_STREAM_H
#define SPEAKD_INPUT_STREAM_H

#include "core/err.h"
#include "core/lines.h"
#include "core/loop.h"

struct stream;

struct stream_handler {
	lines_fn *line;
	/* What was there to read has been given: let it out. */
	void (*flush)(void *data);
	/* The end; failure NULL, or why reading failed. */
	void (*end)(const char *failure, void *data);
	void *data;
};

/*
 * take_fd is read until its end and closed by stream_free(). Never NULL.
 * sniffs: its first bytes decide whether it is unpacked, or read as UTF-16, or
 * refused because it is no text (the end's failure says so).
 */
struct stream *stream_start(struct loop *loop, int take_fd, bool sniffs,
			    const struct stream_handler *handler) MUST_CHECK;

/*
 * Whether lines come when somebody says something (a pipe, a terminal, a
 * socket), not when we read (a regular file).
 */
bool stream_is_live(const struct stream *stream);

/* Bytes that somebody else read from it before; bytes[len_bytes] is writable.
 */
void stream_push(struct stream *stream, char *bytes, size_t len_bytes);

/* Back-pressure: read nothing until resumed. */
void stream_pause(struct stream *stream);
void stream_resume(struct stream *stream);

void stream_free(struct stream *stream);

#endif
