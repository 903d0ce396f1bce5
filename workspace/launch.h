/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * launch.h - from a workspace's name to a command that runs in it.
 */
#ifndef WORKSPACE_LAUNCH_H
#define WORKSPACE_LAUNCH_H

#include "core/err.h"
#include "workspace/run/outgoing.h"
#include "workspace/run/scope.h"
#include "workspace/run/shares.h"
#include "workspace/store/store.h"

struct launch {
	const char *name;
	const char *const *argv; /* NULL: a shell */
	bool image_command; /* argv is the image's Entrypoint and Cmd */
	const char *user; /* NULL: root inside */
	struct shares shares;
	const char *const *env; /* "NAME=VALUE" or "NAME" of the host's */
	size_t env_count;
	const char *net; /* "host", "none", "private", "bridge:NAME"; NULL:
			    the usual */
	struct ports ports; /* of a private one */
	bool nested, say;
	bool keep; /* launch_start() */
	struct limits limits;
	/* Filled by launch_run() and launch_start(): */
	const char *project_name;
	char *project; /* its directory as shown inside, the caller's; NULL */
	bool project_known;
	const char *bridge;
	bool private_net, outgoing;
	bool host; /* the host is below */
};

typedef void launch_told_fn(const char *text);

/*
 * Start what does not run yet, run the command, wait. Returns its exit code
 * (attach_run), with e filled when it could not be started, or -errno.
 */
int launch_run(const struct store *store, struct launch *launch,
	       launch_told_fn *told_fn, struct err *e) MUST_CHECK;

/*
 * Start it without a command; with launch->keep it then goes on until it is
 * stopped.
 */
int launch_start(const struct store *store, struct launch *launch,
		 launch_told_fn *told_fn, struct err *e) MUST_CHECK;

/*
 * The rootfs of a workspace without its upper being written: for export, diff.
 * chain is the state to show. The host layer is made when the host is below.
 */
int launch_rootfs(const struct store *store, const struct meta *meta,
		  const struct chain *chain, launch_told_fn *told_fn,
		  struct rootfs *ret, struct err *e) MUST_CHECK;

/* The same with its upper, as it is now, to be written to. */
int launch_state(const struct store *store, const struct meta *meta,
		 launch_told_fn *told_fn, struct rootfs *ret,
		 struct err *e) MUST_CHECK;

#endif
