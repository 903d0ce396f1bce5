/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * confine.h - give up what a fault in the parser could abuse.
 *
 * Afterwards the process starts no programs, writes and creates no files, and
 * opens for reading only what looking up names needs (/etc, and the directories
 * that /etc/resolv.conf points into): Landlock sees to that. Where the kernel
 * has no Landlock nothing can be opened at all. Network connections stay
 * possible. libseccomp underneath, and Landlock's own system calls.
 * Source: landlock(7), seccomp(2).
 */
#ifndef SIC_BRIDGE_CONFINE_H
#define SIC_BRIDGE_CONFINE_H

#include "core/err.h"

/*
 * Confine this process for the rest of its life. 0, or -errno. A kernel
 * without seccomp is told on standard error, and is no failure.
 */
int confine(bool terminal, struct err *e) MUST_CHECK;

/*
 * Whether this build confines at all. Sanitizers and coverage open files of
 * their own at the end of the process, and LeakSanitizer starts a thread that
 * traces this one: in such a build confine() does nothing.
 */
bool confine_is_built_in(void);

#endif
