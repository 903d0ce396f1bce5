/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * worker.h - a program that stays and makes sound of one text after the other.
 *
 * Whatever it does, hang, die or write rubbish, costs no more than the text
 * that it was given: every wait has a limit, and is one of engine.h's, so that
 * sound goes on and STOP is heard. One that is only slow, on a busy machine, is
 * waited for (core/stall.h). All-zero but for the descriptors -1 is one that
 * does not run.
 */
#ifndef SPEAKD_VOICE_WORKER_H
#define SPEAKD_VOICE_WORKER_H

#include <poll.h>
#include <sys/types.h>

#include "core/child.h"
#include "speakd/voice/engine.h"

enum { WORKER_LINE_MAX_BYTES = 4096, WORKER_READ_BYTES = 16384 };

struct worker {
	pid_t pid; /* 0: it does not run */
	int to, from; /* its standard input and output */
	char bytes[WORKER_READ_BYTES]; /* read, and not yet taken: */
	size_t at, end;
};

/* Start it with its standard input and output here; it is killed with us. */
int worker_start(struct worker *worker, struct child *child,
		 struct err *e) MUST_CHECK;
/* Kill it and whatever it started. */
void worker_end(struct worker *worker);
bool worker_runs(const struct worker *worker);

/*
 * Until one of fds is ready, or pid, which is to make it so, hangs for
 * limit_ms. out is as below, and so is what is returned.
 */
int worker_wait(pid_t pid, const struct engine_out *out, struct pollfd *fds,
		size_t count, int limit_ms, struct err *e) MUST_CHECK;

/*
 * Below, out NULL waits for nothing else. 0 or more, -ECANCELED after a stop,
 * -ETIMEDOUT, -EPIPE when it has ended, or another -errno.
 */
int worker_write(struct worker *worker, const struct engine_out *out,
		 const char *bytes, size_t len_bytes, int limit_ms,
		 struct err *e) MUST_CHECK;
/* At least one byte is in bytes[at .. end) then. */
int worker_fill(struct worker *worker, const struct engine_out *out,
		int limit_ms, struct err *e) MUST_CHECK;
/*
 * A line without its end, NUL-terminated. -EPROTO when it is too long, or has
 * a NUL that is not for_sound: then it ends there, and sound follows.
 */
int worker_line(struct worker *worker, const struct engine_out *out,
		char line[WORKER_LINE_MAX_BYTES], bool *ret_sound, int limit_ms,
		struct err *e) MUST_CHECK;

#endif
