/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * control.h - the child's end of protocol.h: requests in, events out, and the
 * one place where the child waits.
 *
 * Whatever the child waits for (sound device, engine command), it waits in
 * control_wait(), which takes requests as they come and keeps the heartbeat.
 */
#ifndef SPEAKD_VOICE_CONTROL_H
#define SPEAKD_VOICE_CONTROL_H

#include <poll.h>

#include "speakd/voice/protocol.h"

enum { CONTROL_WAIT_FDS_MAX = 24, CONTROL_FOREVER_MS = -1 };

/* One SPEAK as it came, its texts NUL-terminated. */
struct control_phrase {
	struct voice_request head;
	char voice[VOICE_TEXT_MAX_BYTES + 1];
	char sound[VOICE_TEXT_MAX_BYTES + 1];
	struct style styles[VOICE_STYLES_MAX];
	char text[VOICE_TEXT_MAX_BYTES + 1];
};

struct control {
	int fd;
	struct voice_shared *keep_shared;
	struct control_phrase inbox; /* of the SPEAK that came last */
	bool has_phrase; /* it is there, and not yet taken */
	uint64_t stop_id; /* STOP came for it, 0: none */
	uint64_t retract_id; /* RETRACT came for it, 0: none */
	bool quit; /* QUIT came, or the parent is gone */
	bool is_idle; /* nothing to say: waiting for ever needs no heartbeat */
	bool device_fails; /* as last told by control_device() */
};

/* Whether a request has come that has still to be seen to. */
bool control_is_called(const struct control *control);

/*
 * Poll fds[0 .. count). Returns how many are ready, 0 after timeout_ms, or
 * -ECANCELED as soon as a request has come.
 */
int control_wait(struct control *control, struct pollfd *fds, size_t count,
		 int timeout_ms) MUST_CHECK;

/* Tell the parent. text may be NULL. */
void control_tell(struct control *control, struct voice_event event,
		  const char *text);

/* Tell that the device works or not, once a change. */
void control_device(struct control *control, bool works, const char *why);
/* Another device than the one asked for is used; "": that one again. */
void control_instead(struct control *control, const char *text);

/* Where the child is from now on, and with which phrase; also a beat. */
void control_stage(struct control *control, enum voice_stage stage,
		   uint64_t id);

#endif
