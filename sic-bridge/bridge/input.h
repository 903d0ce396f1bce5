/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * input.h - the user's lines: standard input, or a FIFO that outlives its
 * writers.
 */
#ifndef SIC_BRIDGE_INPUT_H
#define SIC_BRIDGE_INPUT_H

#include "core/buf.h"
#include "core/err.h"
#include "core/lines.h"
#include "core/loop.h"

/*
 * The descriptor to read commands from: the FIFO path, made (0600) when it is
 * not there and held open for writing too, so that it never ends; or standard
 * input when path is NULL. Returns it, the caller's to close when it is not
 * standard input, or a negative errno.
 */
int input_open(const char *path, struct err *e) MUST_CHECK;

struct input;

struct input_handler {
	lines_fn *line;
	void (*ended)(void *data); /* standard input is at its end */
	/* With a person typing: what completes a word; and a key was hit. */
	void (*words)(struct buf *out, void *data);
	void (*key)(void *data);
};

/* fd stays the caller's. /dev/null never ends: there is just nobody typing. */
struct input *input_new(struct loop *loop, int fd,
			const struct input_handler *keep_handler,
			void *keep_data) MUST_CHECK;
void input_free(struct input *input);

/*
 * Standard input is a terminal with a person at it: lines are edited, with
 * history and completion. -ENOENT without readline.
 */
int input_make_human(struct input *input, struct err *e) MUST_CHECK;

/* Stop reading for a while, so that the writer has to wait, and go on. */
void input_pause(struct input *input);
void input_resume(struct input *input);

#endif
