/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * capture.h - a text of the user's on its way into a file: dates in words
 * become dates, and the line reads back as that very text.
 */
#ifndef PROJECT_CAPTURE_H
#define PROJECT_CAPTURE_H

#include "core/buf.h"
#include "project/text/actions.h"

/*
 * Add text as one line of a file: a tab is a space, but in front, where it is
 * an outline's; other control characters are made visible.
 */
void capture_clean(const char *text, size_t len_bytes, struct buf *out);

/*
 * Add text with "due:fri", "due:+2w", "t:12-01" as due:YYYY-MM-DD. A day that
 * is none ("due:2026-02-30"): err_usage, and the word is added as it is.
 */
int capture_dates(const char *text, struct date today, struct buf *out,
		  struct err *e) MUST_CHECK;

/*
 * The line that a file gets for a text: "[ ] text" among a project's actions,
 * "- text" in a list, the bare text in the inbox and todo.txt; with a box where
 * the text alone would be read as something else, or boxed. The caller's to
 * free.
 */
char *capture_line(const char *text, enum reading reading, bool outliner,
		   bool boxed) MUST_CHECK;

#endif
