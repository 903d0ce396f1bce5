/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * say.h - hand lines to speakd, as any other source of lines would.
 *
 * speakd is the program beside the running one, else the one in $PATH. It gets
 * plain lines on standard input; if a speakd serves, they queue up there.
 */
#ifndef PROJECT_SAY_H
#define PROJECT_SAY_H

#include "core/buf.h"
#include "core/err.h"

/* Say lines and wait until speakd has taken or spoken them. */
int say_lines(const char *lines, size_t len_bytes, struct err *e) MUST_CHECK;

/* Add a name as it is best heard: "_", "-" and "." become blanks. */
void say_name(struct buf *out, const char *name);

#endif
