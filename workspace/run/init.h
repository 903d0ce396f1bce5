/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * init.h - process 1 of a workspace: assembles what is seen, keeps the
 * namespaces, serves its sessions (the other end of supervisor.h).
 *
 * Requests are one byte: 'p' pause ('P' when everything inside stands still,
 * 'E' when that did not succeed), 'c' continue ('C'), 'j' join ('J' with the
 * descriptors of the namespaces), 'l' here is a listener (SCM_RIGHTS) for the
 * calls of this session ('L' when it is served from now on, 'F' when there are
 * too many), 'k' keep on without sessions ('K'), 'g' and a byte: the seconds
 * between TERM and KILL (no answer), 'd' which project's directory is shown
 * ('D' and its path, up to a NUL), 's' stop (no answer that matters: the
 * connection closes when all is over). Any other comes back as it is.
 *
 * It hides from all (ns_hide()), which also means that its namespaces cannot
 * be entered by its pidfd: it hands them out.
 */
#ifndef WORKSPACE_INIT_H
#define WORKSPACE_INIT_H

#include "core/err.h"
#include "workspace/run/rootfs.h"
#include "workspace/run/supervisor.h"

enum {
	GREETING = 'k',
	GREETING_REFUSAL = 'f', /* closed at once: too many connections */
};

/* In the order of joining: the first gives the right to the others. */
struct supervisor_namespace {
	const char *file;
	int type;
};
extern const struct supervisor_namespace
	supervisor_namespaces[SUPERVISOR_NAMESPACES];
size_t supervisor_namespace_count(bool private_net);

/* What a connection hears first. */
struct greeting {
	char magic;
	bool private_net;
	bool outgoing; /* and a way out of it */
	bool exposed; /* 0 inside is root of the host */
	bool copies_up; /* wants the listeners of sessions */
	bool full; /* no session more, only who asks for something */
};

struct init_start {
	struct store store; /* copies: the child moves their descriptors */
	struct rootfs rootfs;
	struct share *shares; /* rootfs.shares, when it has trees */
	const struct idmap *map;
	int listener, lock, go, verdict;
	int alive; /* held as long as it lives; -1: nobody watches */
	int *namespaces; /* to be opened */
};

/*
 * In the new process: wait for the word through go, tell through verdict how
 * it went, and serve until the last session has ended.
 */
_Noreturn void init_main(struct init_start *start);

#endif
