/*
 * inputs.h - every source that was asked for, read side by side.
 *
 * FILEs (or standard input) are read one after the other to their end; files
 * to follow are followed for ever beside them.
 */
#ifndef SPEAKD_INPUTS_H
#define SPEAKD_INPUTS_H

#include "core/loop.h"
#include "speakd/settings.h"

struct inputs;

struct inputs_handler {
	/* live: it came from a stream that goes on whether we listen or not. */
	void (*say)(struct phrase *take_phrase, bool live, void *data);
	/* What was there to read has been given: let it out. */
	void (*flush)(void *data);
	/* Nothing is left to read, and nothing is followed. */
	void (*ended)(void *data);
	void *data;
};

/* files: operands, "-" is standard input; none and nothing to follow: that. */
struct inputs *inputs_start(struct loop *loop,
			    const struct settings *keep_settings,
			    char *const *keep_files, size_t file_count,
			    const struct inputs_handler *handler) MUST_CHECK;

/* Back-pressure: read nothing until resumed. */
void inputs_pause(struct inputs *inputs);
void inputs_resume(struct inputs *inputs);

/* New settings: rules, wording, and which files to follow. */
void inputs_configure(struct inputs *inputs,
		      const struct settings *keep_settings);

/* Whether something could not be read; it was logged. */
bool inputs_failed(const struct inputs *inputs);

void inputs_free(struct inputs *inputs);

#endif
