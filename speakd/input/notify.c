/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/notify.h"

#include <string.h>
#include <sys/inotify.h>

#include "core/log.h"
#include "core/mem.h"

enum { EVENTS_BYTES = 16384 };

/* An inode that is watched, and by whom. */
struct watched {
	int watch;
	struct notify_watcher **watchers; /* owned array; at least one */
	size_t count, size;
};

struct notify {
	struct loop *loop;
	struct watched *all; /* owned, by number */
	size_t count, size;
	int fd; /* -1: none yet, or refused */
	struct watch *events;
	bool told; /* that something was refused */
};

/* ---- who watches what ---------------------------------------------------- */

/* Where watch is, or would have to be. */
static size_t place_of(const struct notify *notify, int watch)
{
	size_t low = 0, high = notify->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (notify->all[middle].watch < watch)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct notify *notify, size_t place, int watch)
{
	return place < notify->count && notify->all[place].watch == watch;
}

static struct watched *insert(struct notify *notify, size_t place, int watch)
{
	struct watched *at;

	if (notify->count == notify->size) {
		notify->size = notify->size * 2 + 16;
		notify->all = mem_resize(notify->all, notify->size,
					 sizeof(*notify->all));
	}
	at = &notify->all[place];
	memmove(at + 1, at, (notify->count - place) * sizeof(*at));
	notify->count++;
	*at = (struct watched){ .watch = watch };
	return at;
}

static void erase(struct notify *notify, size_t place)
{
	struct watched *at = &notify->all[place];

	free(at->watchers);
	notify->count--;
	memmove(at, at + 1, (notify->count - place) * sizeof(*at));
}

static void add_watcher(struct watched *watched, struct notify_watcher *watcher)
{
	for (size_t i = 0; i < watched->count; i++)
		if (watched->watchers[i] == watcher)
			return;
	if (watched->count == watched->size) {
		watched->size = watched->size * 2 + 1;
		watched->watchers = mem_resize(watched->watchers, watched->size,
					       sizeof(void *));
	}
	watched->watchers[watched->count++] = watcher;
}

/* Whether nobody is left. */
static bool drop_watcher(struct watched *watched,
			 const struct notify_watcher *watcher)
{
	for (size_t i = 0; i < watched->count; i++) {
		if (watched->watchers[i] != watcher)
			continue;
		watched->watchers[i] = watched->watchers[--watched->count];
		break;
	}
	return watched->count == 0;
}

/* ---- what happens -------------------------------------------------------- */

static void wake(const struct watched *watched)
{
	for (size_t i = 0; i < watched->count; i++)
		watched->watchers[i]->wake(watched->watchers[i]->data);
}

static void on_event(struct notify *notify, const struct inotify_event *event)
{
	size_t place = place_of(notify, event->wd);

	/* More happened than the kernel keeps. */
	if ((event->mask & IN_Q_OVERFLOW) != 0)
		for (size_t i = 0; i < notify->count; i++)
			wake(&notify->all[i]);
	if (!is_at(notify, place, event->wd))
		return;
	wake(&notify->all[place]);
	/* The inode is gone, and its number never comes again. */
	if ((event->mask & IN_IGNORED) != 0)
		erase(notify, place);
}

static void on_events(int fd, int what, void *data)
{
	_Alignas(struct inotify_event) char events[EVENTS_BYTES];
	ssize_t n;

	(void)what;
	while ((n = read(fd, events, sizeof(events))) > 0) {
		const char *at = events;

		while (at < events + n) {
			const struct inotify_event *event = (const void *)at;

			on_event(data, event);
			at += sizeof(*event) + event->len;
		}
	}
}

/* ---- for who watches ----------------------------------------------------- */

struct notify *notify_new(struct loop *keep_loop)
{
	struct notify *notify = mem_new(sizeof(*notify));

	notify->loop = keep_loop;
	notify->fd = -1;
	return notify;
}

void notify_free(struct notify *notify)
{
	if (notify == NULL)
		return;
	while (notify->count > 0)
		erase(notify, notify->count - 1);
	free(notify->all);
	watch_free(notify->events);
	scope_close(&notify->fd);
	free(notify);
}

/* -1, with errno as it was. */
static int refused(struct notify *notify, const char *what)
{
	int reason = errno;

	if (!notify->told)
		log_warn("inotify: %s: %s; looking four times a second instead",
			 what, strerror(reason));
	notify->told = true;
	errno = reason;
	return -1;
}

static int begin(struct notify *notify)
{
	notify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (notify->fd < 0)
		return refused(notify, "no instance "
				       "(fs.inotify.max_user_instances)");
	notify->events = loop_fd(notify->loop, notify->fd, LOOP_READ, on_events,
				 notify);
	return 0;
}

int notify_watch(struct notify *notify, struct notify_watcher *keep_watcher,
		 const char *path, uint32_t mask)
{
	size_t place;
	int watch;

	if (notify->fd < 0 && begin(notify) < 0)
		return -1;
	/* Without IN_MASK_ADD another watcher's mask would be replaced. */
	watch = inotify_add_watch(notify->fd, path, mask | IN_MASK_ADD);
	if (watch < 0)
		return errno == ENOSPC
			       ? refused(notify,
					 "no watch left "
					 "(fs.inotify.max_user_watches)")
			       : -1;
	place = place_of(notify, watch);
	add_watcher(is_at(notify, place, watch) ? &notify->all[place]
						: insert(notify, place, watch),
		    keep_watcher);
	return watch;
}

static void unwatch_at(struct notify *notify,
		       const struct notify_watcher *watcher, size_t place)
{
	if (!drop_watcher(&notify->all[place], watcher))
		return;
	inotify_rm_watch(notify->fd, notify->all[place].watch);
	erase(notify, place);
}

void notify_unwatch(struct notify *notify, const struct notify_watcher *watcher,
		    int watch)
{
	size_t place = place_of(notify, watch);

	if (is_at(notify, place, watch))
		unwatch_at(notify, watcher, place);
}

void notify_leave(struct notify *notify, const struct notify_watcher *watcher)
{
	for (size_t i = notify->count; i > 0; i--)
		unwatch_at(notify, watcher, i - 1);
}
