/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * syscalls.h - a process gives system calls up for good. seccomp(2), through
 * libseccomp.
 *
 * A filter either allows or refuses (EPERM) what it does not name. A name that
 * this architecture or library does not know is passed over: it cannot be
 * called either.
 */
#ifndef CORE_SYSCALLS_H
#define CORE_SYSCALLS_H

#include "core/err.h"

struct syscalls;

enum syscalls_rest { SYSCALLS_ALLOW_REST, SYSCALLS_REFUSE_REST };

/* Only calls whose argument number (from 0), under mask, has this value. */
struct syscalls_when {
	unsigned number;
	uint64_t mask, value;
};

/* NULL with e filled. */
struct syscalls *syscalls_new(enum syscalls_rest rest,
			      struct err *e) MUST_CHECK;
void syscalls_free(struct syscalls *syscalls);

/* 32-bit programs come under the same rules; call it before adding any. */
int syscalls_add_32bit(struct syscalls *syscalls, struct err *e) MUST_CHECK;

/* when NULL: whatever its arguments are. 0 or -errno. */
int syscalls_allow(struct syscalls *syscalls, const char *name,
		   const struct syscalls_when *when, struct err *e) MUST_CHECK;

/* The call fails with code. */
int syscalls_refuse(struct syscalls *syscalls, const char *name, int code,
		    const struct syscalls_when *when, struct err *e) MUST_CHECK;

/* The call waits until whoever reads the listener has answered. */
int syscalls_notify(struct syscalls *syscalls, const char *name,
		    const struct syscalls_when *when, struct err *e) MUST_CHECK;

/* The same, only if that argument (from 0) is not 0. */
int syscalls_notify_nonzero(struct syscalls *syscalls, const char *name,
			    unsigned argument, struct err *e) MUST_CHECK;

/*
 * From here on, for this thread and all that comes of it. -ENOSYS: this kernel
 * has no filters. Without privileges PR_SET_NO_NEW_PRIVS must be set before.
 */
int syscalls_load(struct syscalls *syscalls, struct err *e) MUST_CHECK;

/*
 * The same for a filter with syscalls_notify(): returns the listener, a
 * descriptor (seccomp_unotify(2)). -EBUSY: this process has one already, of a
 * filter before. Until another process serves it this one must not make a call
 * that waits. A call that is being answered can then only be interrupted by a
 * signal that kills (Linux 5.19; before, by any).
 */
int syscalls_listen(struct syscalls *syscalls, struct err *e) MUST_CHECK;

/*
 * What a call is called, from struct seccomp_data's arch and nr; NULL when the
 * library does not know. The text is the caller's.
 */
char *syscalls_name(uint32_t arch, int number) MUST_CHECK;

#endif
