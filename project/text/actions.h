/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * actions.h - read a file of the user's, one item a line: what is open, what is
 * next. The one reader behind every view.
 *
 * A project's actions are an outline. Indentation by tabs or spaces; "-", "*",
 * "+" or "1." in front does not matter. Open: "[ ] text", "[_] text"
 * (VimOutliner), or no box at all. Done: "[x]", "[X]", "[-]", and todo.txt's
 * "x " in front. No actions: empty lines, "#" comments, VimOutliner body text
 * (":", ";", "|", "<", ">" in front), and headings (a line that ends in ":").
 * An action that has open actions below it is not something to do now: the
 * first of those is.
 *
 * The lists of the directory are lines, and whatever was put there is shown: in
 * the inbox every line is an open item; in nextactions, waiting and someday a
 * box or todo.txt's "x DATE" says that it is done, and "# text" or "text:"
 * without "-" or a box is a heading, which is shown as one.
 *
 * In Markdown the front matter ("---") and, in notes, fenced code are passed
 * by. Its boxes may hold any sign: "x", "-" (dropped) and ">" (moved on) are
 * done, all others are open, as "/" (begun) and "!".
 *
 * In all of them org's "* TODO text" is an action, DONE and CANCELLED are done,
 * WAITING and HOLD wait; "DEADLINE: <2026-12-01 Tue>" below is the day due,
 * "SCHEDULED:" that before which it cannot be done.
 *
 * Words in the text: @context, @waiting, @someday, due:YYYY-MM-DD,
 * t:YYYY-MM-DD (not before), ~15m, and what Obsidian's Tasks and Dataview
 * write for the days; in any case, and with the punctuation of a
 * sentence around them. A byte order mark in front of the file is passed by,
 * and so are git's conflict markers: both sides are read; where there is no
 * newline at all a lone carriage return ends a line.
 */
#ifndef PROJECT_ACTIONS_H
#define PROJECT_ACTIONS_H

#include "core/buf.h"
#include "project/text/date.h"

enum { ACTIONS_DEPTH_MAX = 32 };

enum reading {
	READ_ACTIONS, /* a project's actions */
	READ_LIST, /* nextactions, waiting, someday */
	READ_INBOX,
	READ_BOXES, /* a note in Markdown: only what has a box is to do */
	READ_NOTE, /* a list in Markdown: as READ_LIST, after its front matter
		    */
	READ_TODOTXT, /* a project's todo.txt: as READ_ACTIONS, but what has no
			 box is written as todo.txt's programs do */
};

struct action {
	const char *text; /* borrowed from the file's text, not terminated */
	size_t len_bytes;
	size_t line_at; /* offset of the line in the file's text */
	size_t line_bytes; /* without its end */
	unsigned line; /* its number, from 1 */
	size_t mark_at; /* offset of what is in front of text */
	bool org; /* which is org's "TODO" */
	unsigned indent;
	bool done, heading;
	bool bad_date; /* "due:" or "t:" with what is no day */
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
void actions_read(struct actions *actions, const char *text, size_t len_bytes,
		  enum reading reading);
void actions_fini(struct actions *actions);

/* How many bytes of a text are UTF-8's byte order mark: 3 or 0. */
size_t text_bom_bytes(const char *text, size_t len_bytes);

/* How many bytes of a Markdown text are its front matter: from "---" to "---".
 */
size_t text_front_matter(const char *text, size_t len_bytes);

/* Not done, and no heading. */
bool action_is_open(const struct action *action);

/* Whether it can be done today: open, a leaf, not waiting, not put off. */
bool action_is_next(const struct action *action, struct date today);

/* The first action to do; NULL when there is none. */
const struct action *actions_next(const struct actions *actions,
				  struct date today);

/* The text as well-formed UTF-8, the caller's to free. */
char *action_text(const struct action *action) MUST_CHECK;

/* Whether the text has the word, with word boundaries, in any case ("@home").
 */
bool action_has_word(const struct action *action, const char *word);

/*
 * The next @context but @waiting and @someday, from *pos on (0 at first): its
 * bytes, or 0.
 */
size_t action_context(const struct action *action, size_t *pos,
		      const char **ret_context);

/*
 * The whole file's text with one action marked as done, added to out. The box
 * is VimOutliner's "[X]" when outliner, else "[x]".
 */
void action_mark_done(const struct action *action, const char *text,
		      size_t len_bytes, bool outliner, struct buf *out);

/* How many bytes the keyword of org mode in front of a text has ("TODO"), which
 * a space follows, and what it says; 0: there is none. */
size_t org_keyword(const char *at, size_t len_bytes, bool *ret_done,
		   bool *ret_waiting);

/* Add text to out without the markers of git's conflicts: both sides stay. */
void text_without_markers(const char *text, size_t len_bytes, struct buf *out);

/* The line end that a file uses: "\n", "\r\n" or "\r". */
const char *text_line_end(const char *text, size_t len_bytes);

#endif
