/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* follow.h - a workspace goes where its project goes. */
#ifndef WORKSPACE_FOLLOW_H
#define WORKSPACE_FOLLOW_H

#include "project/follow_on.h"

/*
 * A renamed project renames its workspace; one that goes to the trash takes it
 * along, and undo brings both back. Postponed and completed projects keep
 * theirs, which finds their directory by name. A workspace in use stays.
 */
follow_on_move_fn workspace_follow;

/* Whether a workspace is called like a project: a look at one name. */
bool workspace_exists(const char *project);

#endif
