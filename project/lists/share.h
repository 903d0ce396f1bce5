/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * share.h - a long list that two threads work on, from both of its ends.
 *
 * Each project costs half a dozen system calls that mostly wait for the
 * kernel's look-up of names: two threads need little more than half the time.
 */
#ifndef PROJECT_SHARE_H
#define PROJECT_SHARE_H

#include <stddef.h>

#include "core/err.h"

enum {
	SHARE_CHUNK = 64, /* what is worked on at a time */
	SHARE_THREAD_MIN = 512, /* below, a second thread costs more */
};

struct share {
	size_t count;
	/* What each thread keeps for itself. aside is not touched by this one
	 * between begin and end. */
	void *mine, *aside;
	/* NULL, or called in the thread, before and after its work. */
	void (*begin)(void *worker), (*end)(void *worker);
	void (*work)(void *worker, size_t first, size_t count);
	/* NULL, or called by this thread, in the order of the list, of what is
	 * done. Non-zero stops, and is returned. */
	int (*done)(void *data, size_t first, size_t count, struct err *e);
	void *data;
};

int share_work(const struct share *share, struct err *e) MUST_CHECK;

#endif
