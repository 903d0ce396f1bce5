/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * child.h - start another program with a clean signal state.
 *
 * The one place that starts programs: empty signal mask, default
 * dispositions, only the descriptors that are asked for, no shell unless the
 * user wrote a shell command.
 */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/err.h"

enum {
	CHILD_FDS_MAX = 8,
	CHILD_INHERIT = -1, /* the parent's descriptor of the same number */
	CHILD_NULL = -2, /* /dev/null */
};

/*
 * What a started program must not inherit. Always left out: LISTEN_FDS and its
 * like and NOTIFY_SOCKET, which speak of our descriptors and of our readiness.
 */
enum child_without {
	/* A repository that our caller had in mind: GIT_DIR, GIT_INDEX_FILE
	 * and whatever else git rev-parse --local-env-vars lists. */
	CHILD_WITHOUT_GIT = 1 << 0,
	/* Code that is loaded into every program: LD_PRELOAD, LD_AUDIT ... */
	CHILD_WITHOUT_LOADER = 1 << 1,
};

struct child {
	const char *const *argv; /* NULL-terminated; argv[0] through $PATH */
	const char *shell; /* or a command of the user's, for /bin/sh -c */
	const char *dir; /* working directory; NULL: as it is */
	const char *const *env; /* NULL: the parent's */
	unsigned without; /* a mask of enum child_without */
	/* Descriptor n of the child; further ones follow standard error. */
	int fds[CHILD_FDS_MAX];
	size_t fd_count; /* 0: the three standard ones of the parent */
	bool own_group; /* its own process group, to signal it as a whole */
	bool dies_with_us; /* killed when the thread that started it ends */
	unsigned limit_ms; /* child_capture(): then it is killed; 0: never */
};

/*
 * Start it. 0 with *ret_pid set, or -errno (-ENOENT: no such program).
 * The caller reaps the process.
 */
int child_start(const struct child *child, pid_t *ret_pid,
		struct err *e) MUST_CHECK;

/* What waitpid() reported, as a shell shows it: the exit code, or 128 + signal.
 */
int child_code(int wait_status);

/* Wait for pid. Returns child_code(), or -errno. */
int child_wait(pid_t pid, struct err *e) MUST_CHECK;

/* child_start() and child_wait(). Returns the code, or -errno. */
int child_run(const struct child *child, struct err *e) MUST_CHECK;

/*
 * Run it and add what it writes to standard output to out, at most max_bytes
 * (-EFBIG beyond). Returns the code, or -errno; -ETIMEDOUT when it was killed
 * because its output had not ended after limit_ms. fds[1] is not used; with an
 * fd_count below 3 the standard descriptors not given are the parent's.
 */
int child_capture(const struct child *child, size_t max_bytes, struct buf *out,
		  struct err *e) MUST_CHECK;

/*
 * The same in two steps, for what can be done meanwhile. One that was begun is
 * to be ended; pid is 0 when there is none.
 */
struct capture {
	pid_t pid;
	int reader;
	bool own_group;
	uint64_t until_ms;
};
int child_capture_begin(const struct child *child, struct capture *ret,
			struct err *e) MUST_CHECK;
int child_capture_end(struct capture *capture, size_t max_bytes,
		      struct buf *out, struct err *e) MUST_CHECK;

#endif
