/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * parts.h - which files of a directory a list or a part of a project is.
 */
#ifndef PROJECT_PARTS_H
#define PROJECT_PARTS_H

#include "project/directory/gtd.h"

/* How new files are called: as the directory's others, or as configured. Never
 * LAYOUT_AUTO. */
enum new_files parts_layout(const struct gtd *gtd);

/* The same in one project: as its other files are called. */
enum new_files parts_layout_of(const struct gtd *gtd, const char *project_path);

/* The file of a list as it is called in this directory, or as it will be. */
char *gtd_list_file(const struct gtd *gtd, enum list_file file) MUST_CHECK;

/* "Projects/NAME/actions.otl": the part's file as it is there, or will be. Of a
 * project in one file, "Projects/NAME.md", that file. */
char *gtd_part_file(const struct gtd *gtd, const char *project_path,
		    enum part part) MUST_CHECK;

/*
 * All files that a list or a part has: several layouts may lie side by side.
 * The first is the one that gtd_list_file() and gtd_part_file() name. Each is
 * the caller's to free; returns how many.
 */
size_t gtd_list_files(const struct gtd *gtd, enum list_file file,
		      char *files[GTD_FILES_MAX]);
size_t gtd_part_files(const struct gtd *gtd, const char *project_path,
		      enum part part, char *files[GTD_FILES_MAX]);

/* Of the actions, those that are neither "actions" nor "actions.otl": the
 * project's note ("NAME/NAME.md"), TODO.md, todo.txt, README.md ... */
size_t gtd_action_notes(const struct gtd *gtd, const char *project_path,
			char *files[GTD_FILES_MAX]);

#endif
