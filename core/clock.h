/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* clock.h - time that only moves forward, for measuring and timers. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <time.h>

#include "core/base.h"

static inline uint64_t clock_of_ms(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Milliseconds, without those that the machine was asleep. */
static inline uint64_t clock_ms(void)
{
	return clock_of_ms(CLOCK_MONOTONIC);
}

/* And with them. */
static inline uint64_t clock_boot_ms(void)
{
	return clock_of_ms(CLOCK_BOOTTIME);
}

#endif
