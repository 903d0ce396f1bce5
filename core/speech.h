/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speech.h - a client of speakd's socket: what every program says aloud with.
 *
 * The protocol is SSIP, speech-dispatcher's, and speakd's verbs in its grammar
 * (speakd-protocol(7)). Blocking, with SPEECH_WAIT_MS for every answer.
 */
#ifndef CORE_SPEECH_H
#define CORE_SPEECH_H

#include "core/buf.h"
#include "core/err.h"

enum {
	SPEECH_WAIT_MS = 5000,
	SPEECH_REPLY_MAX_BYTES = 64 << 20, /* the whole history as JSON */
};

struct speech;

/*
 * Connect to an address or path, as address_place() has them. NULL with e
 * filled when nobody serves there (ENOENT, ECONNREFUSED: in plain words).
 */
struct speech *speech_open(const char *address, struct err *e) MUST_CHECK;
/* The client of a server that was connected to already. */
struct speech *speech_new(int take_fd) MUST_CHECK;
void speech_close(struct speech *speech);

/* "user:program:main", as SSIP wants to know its clients. */
int speech_set_name(struct speech *speech, const char *program,
		    struct err *e) MUST_CHECK;

/*
 * Send one command line and read its reply; the data lines are added to data
 * (NULL: nobody wants them), each ended by a newline. A line break in the
 * arguments becomes a space.
 *
 * Returns the reply's code (200..299), or -errno: -EPROTO when the server
 * refused (e says in its words why), -ETIMEDOUT, -ECONNRESET.
 */
int speech_command(struct speech *speech, struct buf *data, struct err *e,
		   const char *fmt, ...) PRINTF_LIKE(4, 5) MUST_CHECK;
/* The code of the last reply, 0: none; also after -EPROTO. */
int speech_code(const struct speech *speech);

/* Say text, of any length and content. 0 or -errno as above; *ret_id may be
 * NULL. */
int speech_say(struct speech *speech, const char *text, size_t len_bytes,
	       uint64_t *ret_id, struct err *e) MUST_CHECK;

/*
 * Wait for the next event: its data lines are added to data. Returns its code
 * (700..799), 0 when none came within timeout_ms (-1: for ever), or -errno;
 * -ECONNRESET: the server has gone.
 */
int speech_event(struct speech *speech, int timeout_ms, struct buf *data,
		 struct err *e) MUST_CHECK;

/* For poll(); readable when there may be an event. */
int speech_fd(const struct speech *speech);
/* Whether an event was read already: do not poll then. */
bool speech_has_event(const struct speech *speech);

/* The connection's descriptor, now the caller's; speech is freed. */
int speech_detach(struct speech *take_speech) MUST_CHECK;

#endif
