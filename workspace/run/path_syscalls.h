/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * path_syscalls.h - system calls that change a file by its name, and where in
 * their arguments that name is.
 *
 * One table, for both sides: a session's filter lets these calls wait for an
 * answer (seccomp_unotify(2)), and who answers reads the name from the memory
 * of the caller. Calls on descriptors are not among them: what is open already
 * cannot be exchanged. Nor are calls that make a new file (O_EXCL, O_TMPFILE)
 * or set the times of an open one. access(2) is one of them where it asks for
 * writing, so that nobody is told that something is read-only which is not.
 */
#ifndef WORKSPACE_PATH_SYSCALLS_H
#define WORKSPACE_PATH_SYSCALLS_H

#include <limits.h>
#include <linux/seccomp.h>
#include <sys/types.h>

#include "core/err.h"
#include "core/syscalls.h"

struct path_syscall {
	pid_t pid; /* the calling thread, in the reader's pid namespace */
	int dir; /* descriptor of the caller, or AT_FDCWD */
	char path[PATH_MAX];
	bool follow; /* if path is a symbolic link: what it leads to is meant */
	bool asks; /* only whether it could be written: access(2) */
};

/* Let these calls wait, in a filter that is being made. */
int path_syscalls_watch(struct syscalls *filter, struct err *e) MUST_CHECK;

/*
 * Read a call that waits. False when it is none of these (a 32-bit program's
 * may not be known) or its memory cannot be read. The caller may have ended
 * since, and its number be another's: ask SECCOMP_IOCTL_NOTIF_ID_VALID before
 * believing what was read.
 */
bool path_syscalls_read(const struct seccomp_notif *notice,
			struct path_syscall *ret) MUST_CHECK;

#endif
