/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * notify.h - one inotify(7) instance for all files and directories of a
 * process: a user has 128 of them in all, for every program.
 *
 * Who watches is woken, and is not told by what: it looks for itself. When the
 * kernel gives no instance or no watch, that is written to standard error
 * once; whoever is refused looks from time to time, and asks again.
 */
#ifndef SPEAKD_INPUT_NOTIFY_H
#define SPEAKD_INPUT_NOTIFY_H

#include <stdint.h>

#include "core/loop.h"

struct notify;

/* Embedded in whoever watches. wake must not watch, leave or free. */
struct notify_watcher {
	void (*wake)(void *data);
	void *data;
};

/* The instance is made with the first watch. */
struct notify *notify_new(struct loop *keep_loop);
/* Nobody may watch any more. */
void notify_free(struct notify *notify);

/*
 * Watch path for mask (IN_CREATE ...) until notify_unwatch() or
 * notify_leave(). The watch's number; the same again where it was watched
 * already, also by others: the kernel has one for each inode. -1: refused,
 * errno says why.
 */
int notify_watch(struct notify *notify, struct notify_watcher *keep_watcher,
		 const char *path, uint32_t mask) MUST_CHECK;
void notify_unwatch(struct notify *notify, const struct notify_watcher *watcher,
		    int watch);
/* Unwatch all that watcher has. */
void notify_leave(struct notify *notify, const struct notify_watcher *watcher);

#endif
