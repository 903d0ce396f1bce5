/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * output.h - lines to a pipe, terminal or file, never blocking the loop and
 * never dropping one.
 *
 * Lines that the reader has not taken yet wait here. The one who fills it asks
 * output_is_full() and stops its own source until drained() is called.
 * Whole lines are written at a time, so that programs which share a file do
 * not mix theirs.
 */
#ifndef SIC_BRIDGE_OUTPUT_H
#define SIC_BRIDGE_OUTPUT_H

#include "core/buf.h"
#include "core/err.h"
#include "core/loop.h"

enum { OUTPUT_FULL_BYTES = 262144, OUTPUT_LOW_BYTES = 65536 };

struct output;

struct output_handler {
	/* Below OUTPUT_LOW_BYTES again after it was full. */
	void (*drained)(void *data);
	/* Nobody will ever read it. */
	void (*broken)(const struct err *e, void *data);
};

/* fd stays the caller's. */
struct output *output_new(struct loop *loop, int fd,
			  const struct output_handler *keep_handler,
			  void *keep_data) MUST_CHECK;
void output_free(struct output *output);

/* Where to add lines; output_flush() sends them on their way. */
struct buf *output_lines(struct output *output);
void output_flush(struct output *output);

/* From here on, after the whole lines that wait, to fd. */
void output_replace(struct output *output, int fd);

/*
 * While is_held says so lines wait, but for output_finish(): somebody is
 * typing. output_flush() when it may have changed.
 */
void output_hold_while(struct output *output, bool (*is_held)(void));

bool output_is_full(const struct output *output);

/* The end: write what waits, for at most limit_ms. */
void output_finish(struct output *output, int limit_ms);

#endif
