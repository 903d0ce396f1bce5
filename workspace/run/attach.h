/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * attach.h - one command in a running workspace: join, run, hand its end on.
 */
#ifndef WORKSPACE_ATTACH_H
#define WORKSPACE_ATTACH_H

#include "core/err.h"
#include "workspace/run/confine.h"
#include "workspace/run/scope.h"
#include "workspace/run/supervisor.h"

/*
 * Another way inside than joining the supervisor: start a process there that
 * runs then(data) as root; the caller waits for it. 0 or -errno.
 */
typedef int attach_enter_fn(const void *place, int (*then)(void *data),
			    void *data, pid_t *ret_pid);

struct attach {
	attach_enter_fn *enter; /* NULL: join the supervisor */
	const void *place; /* for enter */
	const char *const *argv; /* NULL: a shell */
	const char *const *env; /* complete, NULL-terminated */
	const char *dir; /* first choice of working directory */
	const char *user; /* NULL: root; "me", or as in user.h */
	bool image_user; /* it is an image's */
	const char *image_dir; /* an image's, to be made if missing; or NULL */
	const char *home; /* $HOME: the second choice */
	struct confine confine;
	bool say; /* output lines also into speakd */
	struct limits limits;
	bool rlimits; /* not in a scope of systemd's: cpus are refused */
};

/*
 * Run it; supervisor is not used with an enter function. Returns the command's
 * exit code, 128 + signal, 126 or 127 as sh(1) does, with e filled for the last
 * two; or -errno.
 */
int attach_run(const struct supervisor *supervisor, const struct attach *attach,
	       struct err *e) MUST_CHECK;

#endif
