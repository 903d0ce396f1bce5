/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * workspaces.h - a project's workspace goes where the project goes.
 *
 * What a workspace is only project-workspace knows, a program of its own: it
 * is run with the verb "followed". Nothing is run where no workspace was ever
 * made.
 */
#ifndef PROJECT_WORKSPACES_H
#define PROJECT_WORKSPACES_H

#include "project/directory/follow_on.h"

/*
 * A renamed project renames its workspace; one that goes to the trash takes it
 * along, and undo brings both back. Postponed and completed projects keep
 * theirs, which finds their directory by name. A workspace in use stays, and
 * the helper says so.
 */
follow_on_move_fn workspaces_follow;

/* Whether a workspace is called like a project: a look at one name. */
bool workspaces_has(const char *project);

#endif
