/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * slept.c - to be loaded first (LD_PRELOAD): three seconds after a program's
 * start its machine has slept for an hour. CLOCK_BOOTTIME shows it, timers do
 * not.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { AWAKE_S = 3, SLEPT_S = 3600 };

int clock_gettime(clockid_t id, struct timespec *ret)
{
	static time_t started;
	struct timespec now;
	long rc = syscall(SYS_clock_gettime, id, ret);

	if (rc != 0 || id != CLOCK_BOOTTIME)
		return (int)rc;
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	if (started == 0)
		started = now.tv_sec;
	if (now.tv_sec - started >= AWAKE_S)
		ret->tv_sec += SLEPT_S;
	return 0;
}
