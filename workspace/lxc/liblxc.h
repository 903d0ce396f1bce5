/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * liblxc.h - the part of liblxc that we use, loaded at run time.
 *
 * liblxc is optional: without it all but full system containers and its own
 * stores works. Not used on purpose, as each of them has lost containers:
 * restoring in place, renaming, and destroying with snapshots. What a
 * workspace is stands in our own file (meta.h); to liblxc a layer is a
 * container that is created, cloned, run and destroyed.
 *
 * The functions of a container work in the calling process, which should be a
 * helper's (liblxc_call): liblxc forks, changes signals and prints to standard
 * error. Source: lxc/lxccontainer.h of liblxc 5.0.
 */
#ifndef WORKSPACE_LIBLXC_H
#define WORKSPACE_LIBLXC_H

#include <sys/types.h>

#include "core/err.h"

struct container_item {
	char *key, *value; /* owned */
};

/* All-zero but for the names is valid: a container with its own config file. */
struct container {
	const char *path; /* the directory that holds it */
	const char *name;
	struct container_item *items; /* instead of its config file; owned */
	size_t count;
};

void container_set(struct container *container, const char *key,
		   const char *fmt, ...) PRINTF_LIKE(3, 4);
void container_fini(struct container *container);
#define SCOPED_CONTAINER ON_SCOPE_EXIT(container_fini)

/* -ENOENT with the package that brings it when it cannot be loaded. */
int liblxc_load(struct err *e) MUST_CHECK;

/*
 * Run fn in a helper process, with liblxc loaded. Returns what it returned;
 * when that is negative, e has "doing: " and liblxc's first complaint.
 */
typedef int liblxc_fn(void *data);
int liblxc_call(liblxc_fn *fn, void *data, const char *doing,
		struct err *e) MUST_CHECK;

/* A file in memory for what liblxc prints, and its first complaint put in e. */
int liblxc_log_open(struct err *e) MUST_CHECK;
int liblxc_log_explain(int log, const char *doing, struct err *e);
/* In a helper process: liblxc's complaints go to the log from now on. */
void liblxc_log_use(int log);

/*
 * Run it until it ends: its own init, or argv below liblxc's init. All of them
 * return 0 or -EIO; the reason is printed.
 */
int container_run(const struct container *container,
		  const char *const *argv) MUST_CHECK;
/* Process 1 of a container that runs, 0 while it does not. */
pid_t container_init_pid(const struct container *container);
int container_freeze(const struct container *container, bool on) MUST_CHECK;

/*
 * Start a process that runs fn inside, as root there and with an empty
 * environment; the caller waits for it.
 */
int container_attach(const struct container *container, int (*fn)(void *data),
		     void *data, pid_t *ret_pid) MUST_CHECK;

/* size_bytes is for stores that have one; 0: liblxc's choice. */
int container_create(const struct container *container, const char *type,
		     uint64_t size_bytes) MUST_CHECK;
/* type NULL: as it is. */
int container_clone(const struct container *container, const char *new_name,
		    const char *type, bool snapshot) MUST_CHECK;
int container_destroy(const struct container *container) MUST_CHECK;

#endif
