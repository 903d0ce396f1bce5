/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * confine.h - take away what a program inside a workspace has no use for.
 *
 * Order matters and is the caller's: user ids, then confine_apply(), then
 * execve. What is taken away stays away from everything started afterwards.
 */
#ifndef WORKSPACE_CONFINE_H
#define WORKSPACE_CONFINE_H

#include "core/err.h"

struct confine {
	bool private_net; /* may configure its own network */
	bool nested; /* may make namespaces and mount in them */
	bool keep_caps; /* stays root of its namespace, for that */
	bool watched; /* calls that change files wait for an answer */
};

/*
 * no_new_privs, the seccomp filter, and every descriptor above standard error
 * closed on execve; confine_caps() must have been called before.
 *
 * With watched *ret_listener is the listener to hand over (path_syscalls.h), or
 * -1: a process has only one, and this one has had it from outside. Until it is
 * served this process must not change a file by its name.
 */
int confine_apply(const struct confine *confine, int *ret_listener,
		  struct err *e) MUST_CHECK;

/* Only the capabilities: before becoming another user. */
int confine_caps(const struct confine *confine, struct err *e) MUST_CHECK;

#endif
