/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink.h - where samples go: sound device, WAV file, a command, nowhere.
 *
 * A sink waits only in control_wait(), so that STOP is answered at once.
 */
#ifndef SPEAKD_VOICE_SINK_H
#define SPEAKD_VOICE_SINK_H

#include "core/err.h"
#include "speakd/voice/control.h"

enum sink_result {
	SINK_OK,
	SINK_STOPPED, /* STOP or QUIT came while waiting */
	SINK_LOST, /* no device now: say the phrase again when there is */
	SINK_REFUSED, /* not this phrase: it failed */
	SINK_BROKEN, /* a full disk: nothing can be said from now on */
};

struct sink;

/* Results other than SINK_OK and SINK_STOPPED come with e filled. */
struct sink_kind {
	/* arg is what follows "NAME:". again: after a child that died. */
	int (*open)(struct sink **ret, const char *arg, bool again,
		    struct control *keep_control, struct err *e);
	/* Be ready for samples of rate_hz; opens the device when needed. */
	enum sink_result (*start)(struct sink *sink, unsigned rate_hz,
				  struct err *e);
	enum sink_result (*write)(struct sink *sink, const int16_t *samples,
				  size_t count, struct err *e);
	/* Wait until everything written was heard. */
	enum sink_result (*drain)(struct sink *sink, struct err *e);
	/* Drop what was written and not yet heard: silence at once. */
	void (*stop)(struct sink *sink);
	/* Nothing was said for SINK_IDLE_MS: let go of the device. */
	void (*idle)(struct sink *sink);
	/* Finish the output. 0 or -errno; the sink is gone in any case. */
	int (*close)(struct sink *sink, struct err *e);
};

enum { SINK_IDLE_MS = 5000 };

extern const struct sink_kind sink_alsa, sink_wav, sink_null, sink_command;

#endif
