/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * marks.h - the dates that travel with a project, in its file ".project".
 *
 * "until = 2026-12-01" while it is postponed to a day, "reviewed = ..." since
 * its last review. Hidden, so that gtdtools and editors pass it by; other
 * lines in it are kept. A project in one file has them in its front matter, as
 * "until: 2026-12-01"; a file that is no note has no place for them.
 */
#ifndef PROJECT_MARKS_H
#define PROJECT_MARKS_H

#include "project/directory/change.h"

#define MARKS_FILE ".project"

/* Due: of a project whose note has it in its front matter, and only read. */
enum mark { MARK_UNTIL, MARK_REVIEWED, MARK_DUE, MARK_COUNT };

struct marks {
	struct date dates[MARK_COUNT];
	bool bad; /* one of them is no day */
};

void marks_parse(struct marks *marks, const char *text, size_t len_bytes);

/* The same from a note's front matter. */
void marks_parse_front(struct marks *marks, const char *text, size_t len_bytes);

/* project_path relative to the directory; no file: no marks. */
int marks_read(const struct gtd *gtd, const char *project_path,
	       struct marks *ret, struct err *e) MUST_CHECK;

/* Set one; an unset date removes it. Nothing happens when it is so already. */
int marks_set(struct change *change, const char *project_path, enum mark mark,
	      struct date date, struct err *e) MUST_CHECK;

#endif
