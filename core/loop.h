/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * loop.h - the event loop: descriptors, timers, signals. libevent underneath.
 *
 * Made with EV_FEATURE_FDS, so that a regular file on standard input works
 * too. Handlers run one after another in the loop's thread and never block; a
 * handler may free any watch, its own included. Watches are level-triggered
 * and stay until they are freed; a watch keeps its data pointer, not more.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <sys/types.h>

#include "core/err.h"

struct loop;
struct watch;
struct event_base;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_fd_fn(int fd, int what, void *data);
typedef void loop_fn(void *data);
typedef void loop_signal_fn(int signo, void *data);
typedef void loop_exit_fn(pid_t pid, int wait_status, void *data);

struct loop *loop_new(struct err *e) MUST_CHECK;
void loop_free(struct loop *loop);

/* Run until loop_stop(), or until nothing is left to wait for. */
int loop_run(struct loop *loop, struct err *e) MUST_CHECK;
void loop_stop(struct loop *loop);

/* For the one module that hands libevent's own buffers to it. */
struct event_base *loop_base(struct loop *loop);
/* And what, a mask of LOOP_READ and LOOP_WRITE, in libevent's terms. */
short loop_events(int what);

/* Watch fd for what, a mask of LOOP_READ and LOOP_WRITE. Never NULL. */
struct watch *loop_fd(struct loop *loop, int fd, int what, loop_fd_fn *fn,
		      void *keep_data) MUST_CHECK;

/* A timer, not yet running. */
struct watch *loop_timer(struct loop *loop, loop_fn *fn,
			 void *keep_data) MUST_CHECK;

/*
 * The same, but what the machine sleeps counts: a timer that came due meanwhile
 * fires as soon as it is awake. Takes a descriptor.
 */
struct watch *loop_boot_timer(struct loop *loop, loop_fn *fn,
			      void *keep_data) MUST_CHECK;

/* Call fn whenever signo arrives. */
struct watch *loop_signal(struct loop *loop, int signo, loop_signal_fn *fn,
			  void *keep_data) MUST_CHECK;

/*
 * Call fn once when the child process pid has ended, with what waitpid()
 * reported. The watch is then to be freed by the caller.
 */
struct watch *loop_child(struct loop *loop, pid_t pid, loop_exit_fn *fn,
			 void *keep_data) MUST_CHECK;

/* Timers: fire once in delay_ms from now (again: starts over), or do not. */
void watch_after(struct watch *watch, uint64_t delay_ms);
void watch_cancel(struct watch *watch);

/* Descriptors: stop and go on watching, as back-pressure needs. */
void watch_pause(struct watch *watch);
void watch_resume(struct watch *watch);

void watch_free(struct watch *watch);

#endif
