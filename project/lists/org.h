/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * org.h - items as Emacs' org mode keeps them: headings with a keyword.
 *
 * A task belongs to the nearest heading above it that is none. Tags are
 * contexts, a deadline is "due:", what is scheduled "t:", a repeater "rec:" and
 * a priority "pri:". What else there is is counted by its name.
 */
#ifndef PROJECT_ORG_H
#define PROJECT_ORG_H

#include "project/lists/tasks.h"

void org_import(const char *text, struct tasks *ret);

/* One heading for each place, one below it for each task. */
void org_export(struct tasks *tasks, struct buf *out);

#endif
