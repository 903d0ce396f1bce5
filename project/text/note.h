/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * note.h - where a line goes in a note in Markdown: an action after the others,
 * a line of the log below its heading, a date into the front matter. Pure; all
 * else in the note stays as it is.
 */
#ifndef PROJECT_NOTE_H
#define PROJECT_NOTE_H

#include "project/text/actions.h"

/*
 * Add text with line to out: after the last action and what is indented below
 * it; without one below the heading "Actions", "Tasks" or "To do"; else at the
 * end.
 */
void note_add_action(const struct buf *text, const struct actions *actions,
		     const char *line, struct buf *out);

/* The same below the last line of the section "Log", which is made at the end
 * if there is none. */
void note_add_log(const struct buf *text, const char *line, struct buf *out);

/* Add text with "key: value" in its front matter; value NULL: without it. Front
 * matter that would be empty goes. */
void note_set(const struct buf *text, const char *key, const char *value,
	      struct buf *out);

#endif
