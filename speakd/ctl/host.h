/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * host.h - "--host": the speakd of another machine, through ssh(1).
 *
 * ssh runs "speakctl stdio" there, whose standard input and output are that
 * machine's control socket: no port and no socket file is opened for it.
 */
#ifndef SPEAKD_CTL_HOST_H
#define SPEAKD_CTL_HOST_H

#include <sys/types.h>

#include "core/speech.h"

/*
 * Waits as long as ssh does, which may ask for a password on the terminal.
 * host is as ssh has it, [USER@]HOST. NULL with e filled: it could not be
 * reached (ssh has said why), or nobody serves there.
 */
struct speech *host_open(const char *host, pid_t *ret_ssh,
			 struct err *e) MUST_CHECK;

/* An ssh option in place of a host name would run what it likes. */
int host_check(const char *host, struct err *e) MUST_CHECK;

#endif
