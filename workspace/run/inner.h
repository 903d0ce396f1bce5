/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * inner.h - the side of a session that runs inside the workspace.
 *
 * It joins the holder's namespaces, starts the command in a session of its own
 * and tells the other side, through a socket: first the terminal (if one is
 * wanted, with its descriptor) or a failure, in the end how the command ended.
 */
#ifndef WORKSPACE_INNER_H
#define WORKSPACE_INNER_H

#include "workspace/run/session.h"

enum inner_kind { INNER_STARTED, INNER_FAILED, INNER_ENDED };

struct inner_report {
	enum inner_kind kind;
	int wait_status; /* INNER_ENDED */
	int exit_code; /* INNER_FAILED: 126, 127, or 1 */
	struct err err; /* INNER_FAILED */
};

struct inner {
	const struct session *session;
	const struct holder *holder;
	int sock;
	int fds[3]; /* standard ones of the command, -1: the terminal */
	bool wants_pty;
};

/* Never returns. */
_Noreturn void inner_main(const struct inner *inner);

#endif
