/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sheet.h - the files that items are in, read: a project's actions, or a list
 * of the directory. Where two layouts lie side by side both are read.
 */
#ifndef PROJECT_SHEET_H
#define PROJECT_SHEET_H

#include "project/text/actions.h"
#include "project/directory/place.h"

struct sheet {
	char *file; /* owned: relative to the directory */
	struct buf text; /* UTF-8; the actions borrow from it */
	struct buf raw; /* the file's bytes, if it had to be converted */
	struct actions actions;
	enum reading reading;
	bool outliner; /* its boxes are VimOutliner's */
};

struct sheets {
	struct sheet list[GTD_FILES_MAX];
	size_t count;
};

/*
 * A plain-file project has no sheets. Fill what can be read; the first error
 * is returned at the end. ret is all-zero, or what another call filled: its
 * memory is used again.
 */
int sheets_of_project(const struct gtd *gtd, const struct place *place,
		      struct sheets *ret, struct err *e) MUST_CHECK;
int sheets_of_list(const struct gtd *gtd, enum list_file file,
		   struct sheets *ret, struct err *e) MUST_CHECK;

/* How a file is read, by its name: a list's at the top, a project's below. */
enum reading file_reading(const char *file);

/* One file, as the list or the project's actions that its name says. */
int sheet_of_file(const struct gtd *gtd, const char *file, struct sheet *ret,
		  struct err *e) MUST_CHECK;
void sheet_fini(struct sheet *sheet);
void sheets_fini(struct sheets *sheets);

#define SCOPED_SHEET  ON_SCOPE_EXIT(sheet_fini)
#define SCOPED_SHEETS ON_SCOPE_EXIT(sheets_fini)

/* The file's bytes as they are: what a change must be based on. */
const struct buf *sheet_raw(const struct sheet *sheet);

/* A line's bytes as a number: whether it is still the one that was listed. */
uint64_t action_hash(const struct action *action, const struct sheet *sheet);
uint64_t line_hash(const char *line, size_t len_bytes);

#endif
