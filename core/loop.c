/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/loop.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/mem.h"

struct loop {
	struct event_base *base;
};

struct watch {
	struct event *event;
	union {
		loop_fd_fn *fd;
		loop_fn *timer;
		loop_signal_fn *signal;
		loop_exit_fn *exit;
	} fn;
	void *data;
	pid_t pid;
	int own_fd; /* ours to close: a pidfd, a timerfd; -1: none */
	bool is_boot_timer;
};

struct loop *loop_new(struct err *e)
{
	struct event_config *config = event_config_new();
	struct loop *loop = mem_new(sizeof(*loop));

	if (config != NULL) {
		event_config_require_features(config, EV_FEATURE_FDS);
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
		loop->base = event_base_new_with_config(config);
		event_config_free(config);
	}
	if (loop->base == NULL) {
		err_set(e, ENOMEM, "event loop");
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	event_base_free(loop->base);
	free(loop);
}

int loop_run(struct loop *loop, struct err *e)
{
	if (event_base_dispatch(loop->base) < 0)
		return err_set(e, errno != 0 ? errno : EIO, "event loop");
	return 0;
}

void loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

short loop_events(int what)
{
	return (short)((what & LOOP_READ ? EV_READ : 0) |
		       (what & LOOP_WRITE ? EV_WRITE : 0));
}

static struct watch *new_watch(struct loop *loop, int fd, short what,
			       event_callback_fn fn, void *data)
{
	struct watch *watch = mem_new(sizeof(*watch));

	watch->data = data;
	watch->own_fd = -1;
	watch->event = event_new(loop->base, fd, what, fn, watch);
	if (watch->event == NULL)
		abort(); /* out of memory, as in core/mem.h */
	return watch;
}

static void on_fd(evutil_socket_t fd, short what, void *data)
{
	struct watch *watch = data;

	watch->fn.fd(fd,
		     (what & EV_READ ? LOOP_READ : 0) |
			     (what & EV_WRITE ? LOOP_WRITE : 0),
		     watch->data);
}

struct watch *loop_fd(struct loop *loop, int fd, int what, loop_fd_fn *fn,
		      void *keep_data)
{
	short events = (short)(EV_PERSIST | loop_events(what));
	struct watch *watch = new_watch(loop, fd, events, on_fd, keep_data);

	watch->fn.fd = fn;
	event_add(watch->event, NULL);
	return watch;
}

static void on_timer(evutil_socket_t fd, short what, void *data)
{
	struct watch *watch = data;

	(void)fd;
	(void)what;
	watch->fn.timer(watch->data);
}

struct watch *loop_timer(struct loop *loop, loop_fn *fn, void *keep_data)
{
	struct watch *watch = new_watch(loop, -1, 0, on_timer, keep_data);

	watch->fn.timer = fn;
	return watch;
}

static void on_boot_timer(evutil_socket_t fd, short what, void *data)
{
	struct watch *watch = data;
	uint64_t times;

	(void)what;
	/* Set anew since the loop saw it, it has not fired. */
	if (read(fd, &times, sizeof(times)) == (ssize_t)sizeof(times)) {
		event_del(watch->event);
		watch->fn.timer(watch->data);
	}
}

struct watch *loop_boot_timer(struct loop *loop, loop_fn *fn, void *keep_data)
{
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	struct watch *watch;

	/* Without one more descriptor it is a timer all the same. */
	if (fd < 0)
		return loop_timer(loop, fn, keep_data);
	watch = new_watch(loop, fd, EV_READ | EV_PERSIST, on_boot_timer,
			  keep_data);
	watch->own_fd = fd;
	watch->is_boot_timer = true;
	watch->fn.timer = fn;
	return watch;
}

static void on_signal(evutil_socket_t signo, short what, void *data)
{
	struct watch *watch = data;

	(void)what;
	watch->fn.signal(signo, watch->data);
}

struct watch *loop_signal(struct loop *loop, int signo, loop_signal_fn *fn,
			  void *keep_data)
{
	struct watch *watch = new_watch(loop, signo, EV_SIGNAL | EV_PERSIST,
					on_signal, keep_data);

	watch->fn.signal = fn;
	event_add(watch->event, NULL);
	return watch;
}

static void on_exit_of_child(evutil_socket_t fd, short what, void *data)
{
	struct watch *watch = data;
	int status = 0;

	(void)fd;
	(void)what;
	if (waitpid(watch->pid, &status, WNOHANG) == 0)
		return;
	event_del(watch->event);
	watch->fn.exit(watch->pid, status, watch->data);
}

/* A pidfd is readable once its process has ended: pidfd_open(2). */
struct watch *loop_child(struct loop *loop, pid_t pid, loop_exit_fn *fn,
			 void *keep_data)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct watch *watch;

	if (pidfd < 0)
		watch = new_watch(loop, SIGCHLD, EV_SIGNAL | EV_PERSIST,
				  on_exit_of_child, keep_data);
	else
		watch = new_watch(loop, pidfd, EV_READ | EV_PERSIST,
				  on_exit_of_child, keep_data);
	watch->own_fd = pidfd;
	watch->pid = pid;
	watch->fn.exit = fn;
	event_add(watch->event, NULL);
	/* The signal of a child that has ended already will not come again. */
	if (pidfd < 0)
		event_active(watch->event, EV_SIGNAL, 1);
	return watch;
}

/* All zeros would stop it. */
static void set_boot_timer(struct watch *watch, uint64_t delay_ms)
{
	const struct itimerspec when = {
		.it_value = {
			.tv_sec = (time_t)(delay_ms / 1000),
			.tv_nsec = (long)(delay_ms % 1000 * 1000000) + 1,
		},
	};

	timerfd_settime(watch->own_fd, 0, &when, NULL);
	event_add(watch->event, NULL);
}

void watch_after(struct watch *watch, uint64_t delay_ms)
{
	struct timeval delay = {
		.tv_sec = (time_t)(delay_ms / 1000),
		.tv_usec = (suseconds_t)(delay_ms % 1000 * 1000),
	};

	if (watch->is_boot_timer) {
		set_boot_timer(watch, delay_ms);
		return;
	}
	event_add(watch->event, &delay);
}

void watch_cancel(struct watch *watch)
{
	event_del(watch->event);
}

void watch_pause(struct watch *watch)
{
	event_del(watch->event);
}

void watch_resume(struct watch *watch)
{
	event_add(watch->event, NULL);
}

void watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	event_free(watch->event);
	scope_close(&watch->own_fd);
	free(watch);
}
