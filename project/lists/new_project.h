/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* new_project.h - make a project: its directory and three files, whole or not
 * at all. */
#ifndef PROJECT_NEW_PROJECT_H
#define PROJECT_NEW_PROJECT_H

#include "project/directory/change.h"

/* Whether it may be made: a good name that is neither active nor postponed. */
int project_check_new(const struct gtd *gtd, const char *name,
		      struct err *e) MUST_CHECK;

/* Make it as a change of its own. */
int project_create(struct gtd *gtd, const char *name, struct err *e) MUST_CHECK;

/* The same in a group of the caller's, who has checked the name; about: what
 * its summary says the purpose is, or NULL. */
int project_create_in(struct change *change, const char *name,
		      const char *about, struct err *e) MUST_CHECK;

#endif
