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
#include "project/text/date.h"

/* Say lines and wait until speakd has taken or spoken them. */
int say_lines(const char *lines, size_t len_bytes, struct err *e) MUST_CHECK;

/* Add a name as it is best heard: "_", "-" and "." become spaces. */
void say_name(struct buf *out, const char *name);

/* Add an item's text as it is best heard: "due:2026-12-01" becomes "due in 3
 * days", "@home" becomes "at home"; control characters are made visible. */
void say_text(struct buf *out, const char *text, struct date today);

/* The same without the days, which are said otherwise. */
void say_text_undated(struct buf *out, const char *text, struct date today);

/* End a sentence that may have its own full stop, and the line. */
void say_end(struct buf *out);

#endif
