/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * layout.h - what directories and files are called, as people have them.
 *
 * Three layouts are understood: plain names (summary, nextactions, a tickler
 * file), gtdtools' (summary.otl, next_actions.otl, a tickler directory), and
 * Markdown as Obsidian has it (Projects/NAME.md, NAME/NAME.md, Inbox.md).
 * "projects", "1 - Projects" and "4 Archives" are Projects and Completed, too,
 * where the directory has none of that very name; others by configuration.
 */
#ifndef PROJECT_LAYOUT_H
#define PROJECT_LAYOUT_H

#include "core/err.h"
#include "project/settings.h"

enum {
	GTD_FILES_MAX = 8, /* of one list or part, in several layouts */
};

enum state {
	STATE_ACTIVE, /* Projects/NAME */
	STATE_POSTPONED, /* Postponed/NAME */
	STATE_COMPLETED, /* Completed/YEAR/NAME */
	STATE_TRASH, /* .trash/NAME */
	STATE_COUNT,
};

/* state_word() of each. */
#define STATE_WORDS "active postponed completed deleted"

/* Masks of states, for looking things up. */
enum {
	IN_ACTIVE = 1 << STATE_ACTIVE,
	IN_POSTPONED = 1 << STATE_POSTPONED,
	IN_COMPLETED = 1 << STATE_COMPLETED,
	IN_TRASH = 1 << STATE_TRASH,
};

enum part { PART_SUMMARY, PART_ACTIONS, PART_LOG, PART_COUNT };

/* The directory's own files. */
enum list_file {
	FILE_INBOX,
	FILE_NEXT,
	FILE_WAITING,
	FILE_SOMEDAY,
	FILE_DONE,
	FILE_COUNT
};

/* A directory's own names, where they are not ours. */
struct layout {
	char *lists[FILE_COUNT]; /* owned: "Inbox.md"; NULL */
	bool vault; /* Markdown files are at home here: Obsidian's */
	bool folds; /* "Trip" and "trip" are one on this file system */
};

/*
 * Look at the directory that dir_fd is: what state_dir() is from now on, for
 * the whole process, and *ret. errors: err_usage for a configured name that is
 * none.
 */
int layout_find(int dir_fd, const struct settings *settings, struct layout *ret,
		struct err *e) MUST_CHECK;
void layout_fini(struct layout *layout);

/* Whether an entry is a project in one file, "NAME.md", and not just a file. */
bool name_is_markdown(const char *name);

/* Whether a file relative to the directory is the inbox, whatever its case. */
bool file_is_inbox(const char *file);

/* "Projects", "Postponed", "Completed", ".trash", or what they are here. */
const char *state_dir(enum state state);
/* "active", "postponed", "completed", "deleted": for people and JSON. */
const char *state_word(enum state state);
/* "summary", "actions", "log". */
const char *part_name(enum part part);

/* "inbox", "nextactions", "waiting", "someday", "done". */
const char *list_word(enum list_file file);

#define LIST_WORDS "inbox nextactions waiting someday"

/* The list that a word names ("next" too); false: none. */
bool list_by_word(const char *word, enum list_file *ret);

/* Names of the list that are ours, NULL-filled: the first of the plain ones and
 * the first outline are what we create. */
const char *const *list_files(enum list_file file);

#endif
