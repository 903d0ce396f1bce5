/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * say.h - output lines also into speakd, without coupling to it.
 *
 * speakd is started as a child with a pipe on standard input. Whole lines are
 * written as they come; when speakd does not keep up they wait in memory up to
 * SAY_WAIT_MAX_BYTES, and beyond that are dropped and counted. A speakd that
 * is not there or dies changes nothing for the command.
 */
#ifndef WORKSPACE_SAY_H
#define WORKSPACE_SAY_H

#include <sys/types.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/lines.h"

enum { SAY_WAIT_MAX_BYTES = 1 << 20, SAY_END_WAIT_MS = 1000 };

/* All-zero: does nothing. */
struct say {
	int pipe; /* to speakd, non-blocking; -1 when it is gone */
	pid_t pid;
	struct buf waiting; /* whole lines */
	uint64_t dropped_lines;
};

/* Start speakd: beside the running program, else the one in $PATH. */
int say_start(struct say *say, struct err *e) MUST_CHECK;
/*
 * Feed one stream's output, with the unfinished line of that stream in lines;
 * escape sequences are speakd's to remove.
 */
void say_feed(struct say *say, struct lines *lines, const char *bytes,
	      size_t len_bytes);
/* The end of one stream: an unfinished line is a line. */
void say_line_end(struct say *say, struct lines *lines);
/* What waits is written for at most SAY_END_WAIT_MS; speakd then speaks on. */
void say_end(struct say *say);

#endif
