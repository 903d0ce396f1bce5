/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * feed.h - a FIFO or a command's output as a stream that does not end.
 *
 * A FIFO is opened for both ends, so that writers may come and go. A command
 * that ends is started again, after FEED_RESTART_FIRST_MS and then ever later
 * up to FEED_RESTART_LAST_MS, as long as it ends at once.
 */
#ifndef SPEAKD_INPUT_FEED_H
#define SPEAKD_INPUT_FEED_H

#include "core/err.h"
#include "core/lines.h"
#include "core/loop.h"

enum { FEED_RESTART_FIRST_MS = 1000, FEED_RESTART_LAST_MS = 60000 };

struct feed;

struct feed_handler {
	lines_fn *line;
	/* Something went wrong, or a command ended: for the log. */
	void (*warn)(const char *text, void *data);
	void *data;
};

/* The FIFO is made when it is not there. 0, or -errno with e filled. */
int feed_fifo(struct loop *loop, const char *path,
	      const struct feed_handler *handler, struct feed **ret,
	      struct err *e) MUST_CHECK;
int feed_command(struct loop *loop, const char *command,
		 const struct feed_handler *handler, struct feed **ret,
		 struct err *e) MUST_CHECK;

/* Back-pressure: read nothing until resumed. */
void feed_pause(struct feed *feed);
void feed_resume(struct feed *feed);
/* Whether a command runs, or a FIFO is open. */
bool feed_is_up(const struct feed *feed);

/* A command is ended with it. */
void feed_free(struct feed *feed);

#endif
