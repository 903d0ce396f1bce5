/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * editor.h - the user's editor on the user's files.
 *
 * The command is --editor, $PROJECT_EDITOR or the configuration's, $VISUAL
 * (unless TERM is dumb), $EDITOR, else vim or vi; a shell interprets it, as
 * git does, so that "code --wait" works. The files follow as arguments. What
 * it changed can be undone.
 */
#ifndef PROJECT_EDITOR_H
#define PROJECT_EDITOR_H

#include "project/directory/place.h"

/* Open summary, actions and log; a plain-file project as it is. */
int editor_open_project(struct gtd *gtd, const struct place *place,
			struct err *e) MUST_CHECK;

/* Open files, relative to the directory. what is for the undo journal. */
int editor_open(struct gtd *gtd, const char *what, const char *const *paths,
		size_t count, struct err *e) MUST_CHECK;

#endif
