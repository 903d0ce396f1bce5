/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * followed.h - project-workspace followed rename NAME NEW | delete NAME |
 * undelete NAME TRASH: what project did to a project, done to its workspace.
 *
 * For project only, which is a program of its own. All of them are 0 without
 * doing anything when there is no such workspace. delete prints under which
 * name the workspace lies in the trash, undelete its name when it is back;
 * what fails (it may be in use) is explained on standard error.
 */
#ifndef WORKSPACE_FOLLOWED_H
#define WORKSPACE_FOLLOWED_H

/* argv[0] is the word after "followed". Returns the exit code. */
int followed_main(int argc, char **argv);

#endif
