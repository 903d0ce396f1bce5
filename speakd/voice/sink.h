/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink.h - where frames go: sound server, sound device, WAV file, a command,
 * nowhere.
 *
 * A sink takes what it has room for and tells how much of it was not heard yet:
 * the player keeps what happens in step with that. It waits only in its wait(),
 * so that STOP is answered at once.
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

/* 16-bit samples in native byte order, channels of them a frame. */
struct sink_format {
	unsigned rate_hz, channels;
};

enum {
	SINK_CHANNELS_MAX = 2,
	SINK_PERIOD_MS = 20, /* what a stop may cost */
	SINK_IDLE_MS = 5000,
};

struct sink;

/* Results other than SINK_OK and SINK_STOPPED come with e filled. */
struct sink_kind {
	/*
	 * It has a clock of its own: silence keeps it running between phrases,
	 * silence_ms() of it at most (0: as much as there is room for).
	 */
	bool runs;
	unsigned (*silence_ms)(const struct sink *sink);
	/*
	 * Frames without which it runs dry, where silence_ms() is not 0:
	 * without what is beyond it (a server, a radio) and makes delay()
	 * longer.
	 */
	size_t (*queued)(struct sink *sink);
	/* It takes everything at once: time means nothing to it. */
	bool is_timeless;

	/* arg is what follows "NAME:". again: after a child that died. */
	int (*open)(struct sink **ret, const char *arg, bool again,
		    struct control *keep_control, struct err *e);
	/* Be ready for this format; opens the device when needed. */
	enum sink_result (*start)(struct sink *sink,
				  const struct sink_format *format,
				  struct err *e);
	/* Take up to count frames, without waiting: *ret of them. */
	enum sink_result (*write)(struct sink *sink, const int16_t *samples,
				  size_t count, size_t *ret, struct err *e);
	/* Frames that were taken and not yet heard. */
	size_t (*delay)(struct sink *sink);
	/*
	 * Give up to count of the last frames back that are not heard yet;
	 * returns how many. NULL: it cannot. for_sound: only those of which it
	 * is certain that what is put there is heard, which a server may have
	 * to be asked for; silence is put there at once, for what it is worth.
	 */
	size_t (*rewind)(struct sink *sink, size_t count, bool for_sound);
	/* Wait as control_wait() does, for room as well when for_room. */
	int (*wait)(struct sink *sink, struct pollfd *fds, size_t count,
		    bool for_room, int timeout_ms);
	/* A phrase was heard to its end. NULL: no matter. */
	enum sink_result (*settle)(struct sink *sink, struct err *e);
	/* Drop what was written and not yet heard: silence at once. */
	void (*stop)(struct sink *sink);
	/* Nothing was said for SINK_IDLE_MS: let go of the device. */
	void (*idle)(struct sink *sink);
	/* Finish the output. 0 or -errno; the sink is gone in any case. */
	int (*close)(struct sink *sink, struct err *e);
};

/* Whether ALSA's device leads to a sound server. */
bool sink_alsa_is_server(const char *device);

extern const struct sink_kind sink_alsa, sink_auto, sink_command, sink_null,
	sink_pulse, sink_wav;

#endif
