/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * follow.h - the lines of a file that grows, followed by its name for ever.
 *
 * Survives rotation by rename-and-create (the old file is read until the next
 * rotation, as its writer may still hold it; while paused, the files of up to
 * 16 rotations are held open), truncation and copytruncate, a
 * file or directory that is not there yet, and removal. No line is lost or
 * given twice, with two exceptions: what a writer wrote and cut away again
 * before we were scheduled, and a file that was put in the name's place and
 * renamed away again before that (inotify tells of names, not of files).
 *
 * notify.h wakes it, for the file and for the nearest directory that exists;
 * while one of them cannot be watched it looks every FOLLOW_POLL_MS, and every
 * FOLLOW_NETWORK_POLL_MS as well on file systems that another machine, or the
 * other side of an overlay, may change (network.h). What woke it does not
 * matter: each time the same question is asked, "what does the name mean now,
 * and what is there to read".
 */
#ifndef SPEAKD_INPUT_FOLLOW_H
#define SPEAKD_INPUT_FOLLOW_H

#include <limits.h>

#include "core/lines.h"
#include "core/err.h"
#include "core/loop.h"
#include "speakd/input/notify.h"

enum {
	FOLLOW_POLL_MS = 250,
	FOLLOW_NETWORK_POLL_MS = 1000, /* as tail -F */
	/* Read in one go before other events get their turn. */
	FOLLOW_TURN_BYTES = 1 << 20,
	/* Bytes in front of the reading position that show a rewritten file. */
	FOLLOW_PRINT_BYTES = 64,
};

struct follow;

/* All lines of the file that there is, for last_lines. */
#define FOLLOW_ALL_LINES UINT_MAX

/*
 * Follow path from last_lines complete lines before its end as it is now; a
 * file that is not there yet is read from its beginning when it comes. line_fn
 * gets every line, from the loop; its result is ignored.
 *
 * warn_fn is called once when the file is not there yet.
 *
 * errors: -EISDIR when path is a directory. A file that cannot be opened
 *         (permission) is reported to warn_fn once and tried again at
 *         each event.
 */
typedef void follow_warn_fn(const char *text, void *data);

int follow_start(struct loop *loop, struct notify *keep_notify,
		 const char *path, unsigned last_lines, lines_fn *line_fn,
		 follow_warn_fn *warn_fn, void *keep_data, struct follow **ret,
		 struct err *e) MUST_CHECK;

/* Read what there is, now: lines come from within the call. */
void follow_look(struct follow *follow);

/* Back-pressure: read nothing until resumed. */
void follow_pause(struct follow *follow);
void follow_resume(struct follow *follow);

void follow_free(struct follow *follow);

#endif
