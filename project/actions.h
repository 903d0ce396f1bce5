/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * actions.h - read a project's actions: what is open, and what is next.
 *
 * The file is the user's: an outline, one action a line. Indentation by tabs
 * or blanks; "-", "*" or "+" in front does not matter. Open: "[ ] text",
 * "[_] text" (VimOutliner), or no box at all. Done: "[x]", "[X]", "[-]", and
 * todo.txt's "x " in front. No actions: empty lines, "#" comments,
 * VimOutliner body text (":", ";", "|", "<", ">" in front), and headings (a
 * line that ends in ":").
 *
 * An action that has open actions below it is not something to do now: the
 * first of those is. Words in the text: @context, @waiting, @someday,
 * due:YYYY-MM-DD, t:YYYY-MM-DD (not before), ~15m.
 */
#ifndef PROJECT_ACTIONS_H
#define PROJECT_ACTIONS_H

#include "core/buf.h"
#include "project/date.h"

enum { ACTIONS_DEPTH_MAX = 32 };

struct action {
	const char *text; /* borrowed from the file's text, not terminated */
	size_t len_bytes;
	size_t line_at; /* offset of the line in the file's text */
	size_t mark_at; /* offset of what is in front of text */
	unsigned indent;
	bool done;
	bool has_open_below;
	bool waiting; /* @waiting, or "waiting for" in front */
	bool someday; /* @someday */
	struct date due, not_before;
};

struct actions {
	struct action *list; /* owned */
	size_t count, room;
};

/* Read a file's text; actions borrow from it. Add to what is there. */
void actions_read(struct actions *actions, const char *text, size_t len_bytes);
void actions_fini(struct actions *actions);

/* Whether it can be done today: open, a leaf, not waiting, not put off. */
bool action_is_next(const struct action *action, struct date today);

/* The first action to do; NULL when there is none. */
const struct action *actions_next(const struct actions *actions,
				  struct date today);

/* Whether the text has the word, with word boundaries ("@home"). */
bool action_has_word(const struct action *action, const char *word);

/* The first @context but @waiting and @someday: its bytes, or 0. */
size_t action_context(const struct action *action, const char **ret_context);

/*
 * The whole file's text with one action marked as done, added to out. The box
 * is VimOutliner's "[X]" when outliner, else "[x]".
 */
void action_mark_done(const struct action *action, const char *text,
		      size_t len_bytes, bool outliner, struct buf *out);

#endif
