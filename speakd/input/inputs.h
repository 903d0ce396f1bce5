/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * inputs.h - every source that was asked for, read side by side.
 *
 * FILEs (or standard input) are read one after the other to their end; beside
 * them what following.h follows for ever, and what other programs hand over.
 */
#ifndef SPEAKD_INPUTS_H
#define SPEAKD_INPUTS_H

#include "core/loop.h"
#include "speakd/settings.h"

/* Of all kinds together: a further one is refused. */
enum { INPUTS_MAX = 512 };

struct inputs;

struct inputs_handler {
	/* live: it came from a stream that goes on whether we listen or not. */
	void (*say)(struct phrase *take_phrase, bool live, void *data);
	/* The words of what would be a phrase; NULL: they are not enough. */
	void (*words)(struct span words, enum cue cue, void *data);
	/* What was there to read has been given: let it out. */
	void (*flush)(void *data);
	/* Nothing is left to read, and nothing is followed. */
	void (*ended)(void *data);
	/* A rule says to run a command for message; NULL: none are run. */
	void (*run)(const char *command, const struct message *message,
		    const char *source, void *data);
	void *data;
};

/*
 * files: operands, "-" is standard input; none and nothing else to read: that.
 * serving: read the sections, and do not end.
 */
struct inputs *inputs_start(struct loop *loop,
			    const struct settings *keep_settings, bool serving,
			    char *const *keep_files, size_t file_count,
			    const struct inputs_handler *handler) MUST_CHECK;

/* Back-pressure: read nothing until resumed. */
void inputs_pause(struct inputs *inputs);
void inputs_resume(struct inputs *inputs);

/*
 * Lines that another program sends over take_fd, the first of them in
 * rest[0 .. len_bytes), which is changed; phrases: in wire.h's form. The
 * connection is closed when all of them were said.
 */
void inputs_adopt(struct inputs *inputs, const char *name, bool phrases,
		  int take_fd, char *rest, size_t len_bytes);

/* A phrase of the input with that number (phrase->input) was done with. */
void inputs_done(struct inputs *inputs, unsigned number);

/* Add "NAME\tKIND\tSTATE\tTARGET\n" for each. */
void inputs_list(const struct inputs *inputs, struct buf *out);

/* Whether something could not be read; it was logged. */
bool inputs_failed(const struct inputs *inputs);

void inputs_free(struct inputs *inputs);

#endif
