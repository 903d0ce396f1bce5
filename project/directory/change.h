/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * change.h - everything that changes the GTD directory, and the way back.
 *
 * A command's changes form one group. Each is written to the journal, synced,
 * before it happens, so that a crash leaves either nothing or something that
 * "undo" knows. A move never replaces anything; a file is the old one or the
 * new one. The caller holds gtd_lock().
 *
 * The journal is $XDG_STATE_HOME/earshot/project/journal-HASH: one record a
 * line, fields separated by tabs, other bytes escaped as %XX. Beyond its limits
 * the older ones are dropped.
 */
#ifndef PROJECT_CHANGE_H
#define PROJECT_CHANGE_H

#include "project/directory/gtd.h"

enum {
	JOURNAL_MAX_BYTES = 4
			    << 20, /* of small records: then half of them go */
	JOURNAL_LARGE_BYTES = 64 << 10, /* a record that is not small */
	JOURNAL_LARGE_MAX_BYTES = 64 << 20, /* of those: then the oldest go */
	JOURNAL_READ_MAX_BYTES = 512 << 20,
};

struct change {
	struct gtd *gtd; /* borrowed */
	char *journal; /* owned: its path */
	int journal_fd;
	char id[40]; /* of the group */
	char *what; /* owned: "complete trip", for undo and git */
	char **paths; /* owned: what changed, for git */
	size_t path_count;
};

/* Begin a group called what ("complete trip"). Nothing changes yet. */
int change_begin(struct change *change, struct gtd *gtd, const char *what,
		 struct err *e) MUST_CHECK;

/*
 * The same for what only adds: where the journal cannot be written it goes on
 * with a warning, as what is captured must not be lost for want of a way back.
 */
void change_begin_capture(struct change *change, struct gtd *gtd,
			  const char *what);

/* The group is complete: follow-ons (commit) run. Frees everything. */
void change_end(struct change *change);

#define SCOPED_CHANGE ON_SCOPE_EXIT(change_end)
#define CHANGE_NONE                                                            \
	{                                                                      \
		.journal_fd = -1                                               \
	}

/* Lock, and add one line to a file as a group of its own. */
int change_one_line(struct gtd *gtd, const char *what, const char *path,
		    const char *line, struct err *e) MUST_CHECK;

/*
 * Move a project or file. errors: -EEXIST when to is taken; -EXDEV when it
 * lies on another file system; else -errno. Nothing has moved then.
 */
int change_move(struct change *change, const char *from, const char *to,
		struct err *e) MUST_CHECK;

/* The same, for what was built aside: undo moves it to the trash. */
int change_publish(struct change *change, const char *from, const char *to,
		   struct err *e) MUST_CHECK;

/* Replace a file's text, old being what it is now ("" for a new file). */
int change_text(struct change *change, const char *path, const char *old,
		size_t old_bytes, const char *text, size_t len_bytes,
		struct err *e) MUST_CHECK;

/* Add one line, with a newline in front if the last one lacks it. */
int change_append(struct change *change, const char *path, const char *line,
		  struct err *e) MUST_CHECK;

/* The group comes by itself (a postponed project's day): undo passes it. */
int change_automatic(struct change *change, struct err *e) MUST_CHECK;

/* Remove a file. */
int change_remove(struct change *change, const char *path,
		  struct err *e) MUST_CHECK;

/* An editor has changed a file from old to text already: note it. */
int change_note_edit(struct change *change, const char *path, const char *old,
		     size_t old_bytes, const char *text, size_t len_bytes,
		     struct err *e) MUST_CHECK;

/* Make a directory of the GTD directory if it is missing. */
int change_make_dir(struct gtd *gtd, const char *path,
		    struct err *e) MUST_CHECK;

/*
 * A free name beside path: path itself, else path.1, path.2, ... The caller's
 * to free.
 */
char *change_free_name(const struct gtd *gtd, const char *path) MUST_CHECK;

#endif
