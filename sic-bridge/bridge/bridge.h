/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * bridge.h - lines of the user to IRC, and lines of IRC to the output.
 *
 *	input ─▶ commands ─▶ link ─▶ server
 *	server ─▶ link ─▶ history ─▶ format ─▶ output
 */
#ifndef SIC_BRIDGE_BRIDGE_H
#define SIC_BRIDGE_BRIDGE_H

#include "sic-bridge/link/link.h"

struct bridge;

/*
 * The link's configuration is borrowed for the life of the bridge. NULL when a
 * person is to type and readline is missing.
 */
struct bridge *bridge_new(struct loop *loop, const struct link_config *config,
			  int input_fd, int output_fd,
			  struct err *e) MUST_CHECK;
void bridge_free(struct bridge *bridge);

/* Connect; the loop then runs until bridge_result() is there. */
void bridge_start(struct bridge *bridge);

/* Leave the server; the second time, stop at once. */
void bridge_stop(struct bridge *bridge);

/* Lines go to fd from here on, which stays the caller's. */
void bridge_reopen(struct bridge *bridge, int output_fd);

/* Why it ended: 0, or negative with e filled. */
int bridge_result(const struct bridge *bridge, struct err *e) MUST_CHECK;

#endif
