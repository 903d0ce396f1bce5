/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * control.h - the child's end of protocol.h: requests in, events out, and the
 * one place where the child waits.
 *
 * Whatever the child waits for (sound device, engine command), it waits in
 * control_wait(), which answers STOP and QUIT at once and keeps the heartbeat.
 */
#ifndef SPEAKD_VOICE_CONTROL_H
#define SPEAKD_VOICE_CONTROL_H

#include <poll.h>

#include "speakd/voice/protocol.h"

enum { CONTROL_WAIT_FDS_MAX = 16, CONTROL_FOREVER_MS = -1 };

/* One SPEAK as it came, its texts NUL-terminated. */
struct control_phrase {
	struct voice_request head;
	char voice[VOICE_TEXT_MAX_BYTES + 1];
	char text[VOICE_TEXT_MAX_BYTES + 1];
};

struct control {
	int fd;
	struct voice_shared *keep_shared;
	uint64_t id; /* of the phrase being said */
	bool stop; /* STOP came for it; cleared by control_next() */
	bool quit; /* QUIT came, or the parent is gone */
	bool device_fails; /* as last told by control_device() */
};

/*
 * Wait until the next phrase or QUIT, timeout_ms at most. Returns 1 with
 * *phrase filled, 0 after the timeout, -ECANCELED when the child is to end.
 */
int control_next(struct control *control, int timeout_ms,
		 struct control_phrase *phrase) MUST_CHECK;

/*
 * Poll fds[0 .. count) while a phrase is being said. Returns how many are
 * ready, 0 after timeout_ms, or -ECANCELED as soon as the phrase is to stop.
 */
int control_wait(struct control *control, struct pollfd *fds, size_t count,
		 int timeout_ms) MUST_CHECK;

/* Tell the parent. text may be NULL. */
void control_tell(struct control *control, struct voice_event event,
		  const char *text);

/* Tell that the device works or not, once a change. */
void control_device(struct control *control, bool works, const char *why);

/* Where the child is from now on; also a beat of the heart. */
void control_stage(struct control *control, enum voice_stage stage);

#endif
