/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * packages_busy.h - whether apt or dpkg is changing the host just now.
 *
 * What stands over the host must not begin in the middle of that: half of a
 * package would be there, and its database would tell of the other half. dpkg
 * and apt hold POSIX locks on files that only root can open; /proc/locks shows
 * them to everybody.
 */
#ifndef WORKSPACE_PACKAGES_BUSY_H
#define WORKSPACE_PACKAGES_BUSY_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Return when nobody changes the host's packages. told_fn is called once if
 * that has to be waited for.
 */
typedef void packages_told_fn(const char *text);
void packages_wait(packages_told_fn *told_fn);

/*
 * A look that is taken while something else is done: the kernel lets nobody
 * read /proc/locks before all processors have agreed to it, some 10 ms. By a
 * process and not by a thread: who waits for it makes others, which would find
 * the thread's locks taken for ever. All zero is a look that was not begun.
 */
struct packages_look {
	pid_t pid;
	int reader;
	bool busy; /* known already */
};
void packages_look_begin(struct packages_look *look);
/* Whether they were being changed; false for one that was not begun. */
bool packages_look_end(struct packages_look *look);

#endif
