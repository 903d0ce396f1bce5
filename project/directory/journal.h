/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * journal.h - the file behind undo: records written before each change.
 *
 * A record is one line: id, time, what, kind, and the kind's own fields. The
 * kinds are in journal_kinds. A line without its newline (a crash in the
 * middle of it) never happened.
 */
#ifndef PROJECT_JOURNAL_H
#define PROJECT_JOURNAL_H

#include "core/buf.h"
#include "core/err.h"
#include "project/text/patch.h"

enum { JOURNAL_FIELDS_MAX = 10 };

enum journal_kind {
	JOURNAL_MOVE, /* from, to, inode */
	JOURNAL_PUBLISH, /* path, inode */
	/* path, existed before, offset, size before, size after, old, new; and
	 * since 0.2 what is in front of it and after it */
	JOURNAL_TEXT,
	JOURNAL_UNDOING, /* the group that takes back the group id began */
	JOURNAL_UNDONE, /* and is complete */
	JOURNAL_REDONE, /* the group that takes back the one above: complete */
	JOURNAL_AUTO, /* nothing: the group came by itself, undo passes it */
	JOURNAL_KINDS,
};

struct record {
	const char *id, *what; /* borrowed from the journal's text */
	int64_t when; /* seconds since 1970 */
	enum journal_kind kind;
	const char *fields[JOURNAL_FIELDS_MAX]; /* unescaped, NUL-terminated */
	size_t bytes[JOURNAL_FIELDS_MAX];
	size_t count;
};

struct journal {
	struct buf text; /* unescaped in place */
	struct record *list;
	size_t count;
};

/* Add a field, escaped, with a tab in front unless it is the first. */
void journal_field(struct buf *line, const char *bytes, size_t len_bytes);

/* Add the line's common fields. */
void journal_start(struct buf *line, const char *id, const char *what,
		   enum journal_kind kind);

/* The fields of a JOURNAL_TEXT record. */
enum {
	TEXT_PATH,
	TEXT_EXISTED,
	TEXT_HEAD,
	TEXT_BEFORE,
	TEXT_AFTER,
	TEXT_OLD,
	TEXT_NEW,
	TEXT_LEAD,
	TEXT_TRAIL,
};

/* What a JOURNAL_TEXT record changed; borrows from it. */
struct patch journal_patch(const struct record *record);

/* Read a journal's text; malformed lines are left out. */
void journal_parse(struct journal *journal, const char *text, size_t len_bytes);
void journal_fini(struct journal *journal);

/* Write a line, with its newline, synced. */
int journal_write(int fd, struct buf *line, struct err *e) MUST_CHECK;

#endif
