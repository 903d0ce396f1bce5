/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * fdpass.h - open descriptors over a unix socket: SCM_RIGHTS, unix(7).
 */
#ifndef WORKSPACE_FDPASS_H
#define WORKSPACE_FDPASS_H

#include <sys/types.h>

#include "core/base.h"

enum { FDPASS_MAX = 8 };

/*
 * Send bytes with count (at most FDPASS_MAX, or none) descriptors. Never
 * raises SIGPIPE. False, with errno, when not all of it went.
 */
bool fdpass_send(int sock, const void *bytes, size_t len_bytes, const int *fds,
		 size_t count) MUST_CHECK;

/*
 * Receive at most len_bytes, and descriptors up to max (FDPASS_MAX at most),
 * close-on-exec: the caller's. More are closed. As recv(2), -1 with errno.
 */
ssize_t fdpass_receive(int sock, void *bytes, size_t len_bytes, int *fds,
		       size_t max, size_t *ret_count) MUST_CHECK;

#endif
