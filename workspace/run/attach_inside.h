/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * attach_inside.h - the side of attach.h that runs inside the workspace.
 *
 * It joins the supervisor's namespaces, starts the command in a session of its
 * own and tells the other side, through a socket: first the terminal (if one is
 * wanted, with its descriptor) or a failure, in the end how the command ended.
 */
#ifndef WORKSPACE_ATTACH_INSIDE_H
#define WORKSPACE_ATTACH_INSIDE_H

#include "workspace/run/attach.h"

enum attach_kind { ATTACH_STARTED, ATTACH_FAILED, ATTACH_ENDED };

struct attach_report {
	enum attach_kind kind;
	int wait_status; /* ATTACH_ENDED */
	int exit_code; /* ATTACH_FAILED: 126, 127, or 1 */
	struct err err; /* ATTACH_FAILED */
};

struct attach_inside {
	const struct attach *attach;
	const struct supervisor *supervisor;
	int sock;
	int fds[3]; /* standard ones of the command, -1: the terminal */
	bool wants_pty;
	bool scoped; /* its limits are those of a scope */
};

/* Never returns. */
_Noreturn void attach_inside_main(struct attach_inside *inner);

#endif
