/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * handover.h - phrases on their way from one speakd to the one that serves.
 *
 * One phrase a line, fields separated by tabs, the text last:
 *
 *	LIVE PRIORITY CUE RATE PITCH VOLUME VOICE NICK CHANNEL TEXT
 *
 * Numbers as in struct phrase, -1 for the default; LIVE is 1 or 0; an empty
 * field is none. The protocol's verb for it is PHRASES (speakd-protocol(7)).
 */
#ifndef SPEAKD_HANDOVER_H
#define SPEAKD_HANDOVER_H

#include "core/buf.h"
#include "core/loop.h"
#include "speakd/queue/phrase.h"

/* Add phrase as a line. */
void handover_print(const struct phrase *phrase, bool live, struct buf *out);

/*
 * A phrase from such a line, made safe for the synthesiser; NULL when it is
 * none. Borrows nothing.
 */
struct phrase *handover_parse(const char *line, size_t len_bytes,
			      bool *ret_live) MUST_CHECK;

/* ---- the sending side ---------------------------------------------------- */

struct handover_handler {
	/* There is room again after handover_is_full(). */
	void (*room)(void *data);
	/* All was said (true), or the serving speakd is gone. */
	void (*ended)(void *data, bool good);
	void *data;
};

struct handover;

/*
 * Reach the speakd that serves and introduce ourselves as a source. NULL with
 * e filled (-ECONNREFUSED or -ENOENT: nobody serves).
 */
struct handover *handover_start(struct loop *loop, const char *name,
				const struct handover_handler *handler,
				struct err *e) MUST_CHECK;
void handover_say(struct handover *handover, const struct phrase *phrase,
		  bool live);
bool handover_is_full(const struct handover *handover);
/* No more phrases: ended() is called when all were said. */
void handover_finish(struct handover *handover);
void handover_free(struct handover *handover);

#endif
