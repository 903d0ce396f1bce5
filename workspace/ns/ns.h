/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ns.h - user namespaces: become root over one's own range of ids.
 *
 * What a workspace stores belongs to several ids of the user's range, so that
 * also copying and deleting happens in such a namespace. Source:
 * user_namespaces(7), newuidmap(1).
 */
#ifndef WORKSPACE_NS_H
#define WORKSPACE_NS_H

#include <sys/types.h>

#include "core/err.h"
#include "workspace/ns/idmap.h"

/*
 * Fork into new namespaces: flags of clone(2), CLONE_NEWUSER among them.
 * Returns the child's pid, 0 in the child, or -errno with e telling which
 * switch of this machine forbids it. The child's ids are not mapped yet: it
 * waits for its parent's word before doing anything.
 */
pid_t ns_fork(unsigned long flags, struct err *e) MUST_CHECK;

/* Give the child its ids: directly as root or for one id, else newuidmap(1). */
int ns_map(pid_t pid, const struct idmap *map, struct err *e) MUST_CHECK;

/*
 * Nobody may look into this process from now on, nor at what it has open or is
 * run by: neither whoever shares its namespaces, whatever rights he has there,
 * nor the user outside. Again after a change of user, which undoes it. execve
 * ends it. Source: PR_SET_DUMPABLE in prctl(2), ptrace(2).
 */
void ns_hide(void);
/* The opposite: /proc/self/uid_map belongs to the user again. */
void ns_show(void);

/*
 * In the child, once mapped: become user and group 0 of the namespace. Where
 * the map has no 0 the child stays who it is: whoever made a namespace has all
 * capabilities in it.
 */
int ns_become_root(const struct idmap *map, struct err *e) MUST_CHECK;

/* Runs in a child process: memory changed there is lost. 0 or -errno. */
typedef int ns_fn(void *data, struct err *e);

/*
 * Run fn in a child that is root of a new user namespace. With a dir also of a
 * private mount namespace, and in that directory, which is entered while the
 * child still is the calling user: root of the namespace may be somebody who
 * could not find the way there. Returns what fn returned, e included.
 */
int ns_run(const struct idmap *map, const char *dir, ns_fn *fn, void *data,
	   struct err *e) MUST_CHECK;

/*
 * The same, but report, which is part of what fn changes, is afterwards as fn
 * left it: how much it did.
 */
int ns_run_report(const struct idmap *map, const char *dir, ns_fn *fn,
		  void *data, void *report, size_t report_bytes,
		  struct err *e) MUST_CHECK;

/*
 * The same with fn as process 1 of a namespace of processes:
 * what it starts and mounts ends with it, however it ends, and it ends with
 * the calling process.
 */
int ns_run_alone(const struct idmap *map, const char *dir, ns_fn *fn,
		 void *data, struct err *e) MUST_CHECK;

/*
 * A user namespace with that map, to mount with (mount_idmapped) and not to be
 * in. Returns its descriptor, or -errno.
 */
int ns_open(const struct idmap *map, struct err *e) MUST_CHECK;

/* The same for an idmapped mount: idmap_join(). */
int ns_open_joined(const struct idmap *disk, const struct idmap *shown,
		   struct err *e) MUST_CHECK;

/* Whether the running kernel calls itself older than major.minor. */
bool ns_kernel_before(unsigned major, unsigned minor) MUST_CHECK;

/* Put what this machine forbids, and what would allow it, into e. */
int ns_explain(int code, const char *doing, struct err *e);

/* Pass the child's verdict through a pipe: send in it, receive outside. */
void ns_verdict_send(int fd, const struct err *e);
/* 0 when the child said that all is well, else what it said in e. */
int ns_verdict_receive(int fd, struct err *e) MUST_CHECK;
/* Run fn in a child, in the namespaces of now. Returns what it returned. */
int ns_in_child(ns_fn *fn, void *data, struct err *e) MUST_CHECK;

#endif
