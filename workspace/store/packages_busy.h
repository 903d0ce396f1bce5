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

/*
 * Return when nobody changes the host's packages. told_fn is called once if
 * that has to be waited for.
 */
typedef void packages_told_fn(const char *text);
void packages_wait(packages_told_fn *told_fn);

#endif
