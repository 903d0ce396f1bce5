/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * names.h - what a project may be called, and what in a directory is none.
 *
 * A name is one path component. What a directory already holds is taken as it
 * is; what is to be created must be good enough for every file system, shell
 * and synchroniser that it may meet.
 */
#ifndef PROJECT_NAMES_H
#define PROJECT_NAMES_H

#include "core/buf.h"
#include "core/err.h"

enum {
	/* NAME_MAX is 255: room for ".12345" and for a temporary name. */
	PROJECT_NAME_MAX_BYTES = 200,
};

/*
 * Whether a project may be created under this name: not empty, one path
 * component, well-formed UTF-8 without control or invisible characters, no "-"
 * or "." in front, no space at either end, no list's name, at most
 * PROJECT_NAME_MAX_BYTES.
 * 0 or err_usage.
 */
int name_check_new(const char *name, struct err *e) MUST_CHECK;

/*
 * Whether name can be looked up at all: one path component that is neither
 * hidden nor "." nor "..". 0 or err_usage.
 */
int name_check_lookup(const char *name, struct err *e) MUST_CHECK;

/* To be called first: names_compare() is then the user's order. */
void names_set_locale(void);

/*
 * For sorting names: the locale's order. Where the locale that is asked for is
 * not installed, letters first, whatever their case and accents. Never 0 for
 * different names.
 */
int names_compare(const char *a, const char *b);

/* The beginning of that order as a number, for sorting many: what has the lower
 * one comes first, equal ones are for names_compare(). */
uint64_t names_key(const char *name);

/* name without case and in one Unicode form: equal for twins. */
void name_fold(struct buf *out, const char *name);

/* What file systems, file managers, synchronisers and the like keep for
 * themselves: "lost+found", "Thumbs.db", ".stversions". Nobody looks into it.
 */
bool name_is_foreign(const char *name);

/* Whether a directory entry counts as a project: not hidden, no back-up file,
 * no conflict copy, nothing foreign. */
bool name_is_project(const char *name);

/*
 * A copy that a synchroniser made because two machines changed a file:
 * Syncthing's "x.sync-conflict-20260102-030405-ABCDEFG.y", Dropbox's and
 * Nextcloud's "x (conflicted copy ...)", ownCloud's "x_conflict-2026...",
 * OneDrive's "x-DESKTOP-AB12CD", rclone's "x.conflict1", Obsidian's,
 * Seafile's; and what patch(1) leaves.
 */
bool name_is_conflict(const char *name);

/* What the copy is of, by its name; NULL: nothing that it could replace (a
 * back-up that patch(1) left). The caller's to free. */
char *name_of_original(const char *name) MUST_CHECK;

/* "zoo" of "zoo (1)", "log.md" of "log (2).md", what file managers and browsers
 * call a copy; NULL: no such name. The caller's to free. */
char *name_of_numbered(const char *name) MUST_CHECK;

/* A file that Syncthing is still writing. */
bool name_is_sync_temp(const char *name);

/* The half of a file that a crash of ours left: ".actions.01234567.tmp". */
bool name_is_our_temp(const char *name);

/* An editor's sign that a file is open: vim's ".x.swp", Kate's ".x.kate-swp",
 * Emacs' ".#x" and "#x#", LibreOffice's ".~lock.x#". */
bool name_is_swap(const char *name);

/* Whether name can be shown and completed as it is: well-formed UTF-8 without
 * control characters. */
bool name_is_clean(const char *name);

#endif
