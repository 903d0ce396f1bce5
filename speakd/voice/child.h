/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* child.h - the voice process at work: phrases in, sound out, until QUIT. */
#ifndef SPEAKD_VOICE_CHILD_H
#define SPEAKD_VOICE_CHILD_H

#include "speakd/voice/control.h"
#include "speakd/voice/engines.h"
#include "speakd/voice/sink.h"

/* What speakd asked for on the command line; borrowed for the call. */
struct child_config {
	const char *output, *voice;
	const char *const *engines;
	size_t engine_count;
	unsigned channels; /* of the sound, 1 or 2 */
	bool marks;
	bool again; /* a child before this one died: go on after it */
};

/* The sink of config->output. 0 with both set, or -errno. */
int child_open_sink(struct control *control, const struct child_config *config,
		    const struct sink_kind **ret_kind, struct sink **ret,
		    struct err *e) MUST_CHECK;

/* Say phrases until the end. Returns the exit code. */
int child_serve(struct control *control, const struct child_config *config);

#endif
