/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * clocks.c - to be loaded first (LD_PRELOAD): three seconds after a program's
 * start its clocks jump.
 *
 * Built with -DSLEPT_S=3600 the machine has slept for an hour: CLOCK_BOOTTIME
 * shows it, timers do not. With -DSET_BACK_S=10800 somebody sets the time back
 * by three hours.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SLEPT_S
#define SLEPT_S 0
#endif
#ifndef SET_BACK_S
#define SET_BACK_S 0
#endif

enum { AWAKE_S = 3 };

int clock_gettime(clockid_t id, struct timespec *ret)
{
	static time_t started;
	struct timespec now;
	long rc = syscall(SYS_clock_gettime, id, ret);

	if (rc != 0 || (id != CLOCK_BOOTTIME && id != CLOCK_REALTIME))
		return (int)rc;
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	if (started == 0)
		started = now.tv_sec;
	if (now.tv_sec - started >= AWAKE_S)
		ret->tv_sec += id == CLOCK_BOOTTIME ? SLEPT_S : -SET_BACK_S;
	return 0;
}
