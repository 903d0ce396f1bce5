/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/copyup_server.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "core/mem.h"
#include "workspace/run/copyup.h"
#include "workspace/run/path_syscalls.h"

/* Of Linux 6.6. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

struct copyup_server {
	int proc;
	int queue; /* listeners on their way to the thread, as their numbers */
	atomic_size_t count; /* listeners, those on their way included */

	pthread_mutex_t mutex; /* of the following two */
	pthread_cond_t changed;
	bool busy, paused;

	/* The thread's own. */
	struct pollfd polled[1 + COPYUP_LISTENERS_MAX]; /* the queue first */
	size_t polled_count;
	struct seccomp_notif *notice; /* as large as this kernel has them */
	struct seccomp_notif_resp *answer;
	size_t notice_bytes, answer_bytes;
	struct path_syscall call;
};

/* ---- one call ----------------------------------------------------------- */

/*
 * What the caller is told instead of what the kernel would say: only that there
 * is no room. Whatever else kept us from copying it up, keeps the call from it
 * too.
 */
static int to_tell(int rc)
{
	switch (-rc) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
		return rc;
	default:
		return 0;
	}
}

static bool still_waits(const struct copyup_server *server, int listener)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
		     &server->notice->id) == 0;
}

/* Fills in the answer: the call goes on, or this is what it returns. */
static void consider(struct copyup_server *server, int listener)
{
	struct seccomp_notif_resp *answer = server->answer;
	struct err e = { 0 };
	struct copyup copyup;

	answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (!path_syscalls_read(server->notice, &server->call) ||
	    !copyup_look(server->proc, &server->call, &copyup))
		return;
	/* access(2) succeeds by that; nothing is copied for a question. */
	if (server->call.asks)
		answer->flags = 0;
	else if (still_waits(server, listener))
		answer->error = to_tell(copyup_file(&copyup, &e));
	if (answer->error != 0)
		answer->flags = 0;
	copyup_drop(&copyup);
}

/* False when nothing more can come of this listener. */
static bool answer_one(struct copyup_server *server, int listener)
{
	struct seccomp_notif_resp *answer = server->answer;

	memset(server->notice, 0, server->notice_bytes);
	/* ENOENT: a signal was faster. */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, server->notice) < 0)
		return errno == ENOENT || errno == EINTR;
	memset(answer, 0, server->answer_bytes);
	answer->id = server->notice->id;
	consider(server, listener);
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
	return true;
}

/* ---- pausing ------------------------------------------------------------ */

static void begin(struct copyup_server *server)
{
	pthread_mutex_lock(&server->mutex);
	while (server->paused)
		pthread_cond_wait(&server->changed, &server->mutex);
	server->busy = true;
	pthread_mutex_unlock(&server->mutex);
}

static void end(struct copyup_server *server)
{
	pthread_mutex_lock(&server->mutex);
	server->busy = false;
	if (server->paused)
		pthread_cond_signal(&server->changed);
	pthread_mutex_unlock(&server->mutex);
}

bool copyup_server_pause(struct copyup_server *server)
{
	struct timespec until;
	bool paused;
	int rc = 0;

	if (server == NULL)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += COPYUP_PAUSE_MS / 1000;
	pthread_mutex_lock(&server->mutex);
	server->paused = true;
	while (server->busy && rc == 0)
		rc = pthread_cond_clockwait(&server->changed, &server->mutex,
					    CLOCK_MONOTONIC, &until);
	paused = server->paused = !server->busy;
	pthread_mutex_unlock(&server->mutex);
	return paused;
}

void copyup_server_resume(struct copyup_server *server)
{
	if (server == NULL)
		return;
	pthread_mutex_lock(&server->mutex);
	server->paused = false;
	pthread_cond_signal(&server->changed);
	pthread_mutex_unlock(&server->mutex);
}

/* ---- the thread --------------------------------------------------------- */

static void add_listener(struct copyup_server *server)
{
	int fd;

	if (read(server->polled[0].fd, &fd, sizeof(fd)) != sizeof(fd))
		return;
	/* We run where the caller ran, at once: it waits for us, as we for it.
	 * A kernel that cannot do that does without. */
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	server->polled[server->polled_count++] = (struct pollfd){ fd, POLLIN,
								  0 };
}

static void serve_listener(struct copyup_server *server, size_t i)
{
	bool goes_on = true;

	begin(server);
	if ((server->polled[i].revents & POLLIN) != 0)
		goes_on = answer_one(server, server->polled[i].fd);
	else if (server->polled[i].revents != 0)
		goes_on = false;
	end(server);
	if (goes_on)
		return;
	close(server->polled[i].fd);
	server->polled[i] = server->polled[--server->polled_count];
	server->count--;
}

static void *thread_main(void *data)
{
	struct copyup_server *server = data;

	for (;;) {
		if (poll(server->polled, server->polled_count, -1) < 0)
			continue;
		/* Backwards: dropping moves the last one into the gap. */
		for (size_t i = server->polled_count; i-- > 1;)
			if (server->polled[i].revents != 0)
				serve_listener(server, i);
		if (server->polled[0].revents != 0)
			add_listener(server);
	}
	return NULL;
}

/* ---- the other side ----------------------------------------------------- */

static int make_room(struct copyup_server *server, struct err *e)
{
	struct seccomp_notif_sizes sizes;

	/* seccomp_unotify(2): the kernel's may be larger than ours. */
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return err_set(e, errno, "seccomp notifications");
	server->notice_bytes = max_size(sizes.seccomp_notif,
					sizeof(*server->notice));
	server->answer_bytes = max_size(sizes.seccomp_notif_resp,
					sizeof(*server->answer));
	server->notice = mem_new(server->notice_bytes);
	server->answer = mem_new(server->answer_bytes);
	return 0;
}

static int start_thread(struct copyup_server *server, struct err *e)
{
	pthread_t thread;
	int ends[2];
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	server->polled[0] = (struct pollfd){ ends[0], POLLIN, 0 };
	server->polled_count = 1;
	server->queue = ends[1];
	rc = pthread_create(&thread, NULL, thread_main, server);
	return rc != 0 ? err_set(e, rc, "start a thread") : 0;
}

struct copyup_server *copyup_server_start(int keep_proc, struct err *e)
{
	/* There for as long as the process. */
	struct copyup_server *server = mem_new(sizeof(*server));

	server->proc = keep_proc;
	pthread_mutex_init(&server->mutex, NULL);
	pthread_cond_init(&server->changed, NULL);
	if (make_room(server, e) == 0 && start_thread(server, e) == 0)
		return server;
	free(server->notice);
	free(server->answer);
	free(server);
	return NULL;
}

int copyup_server_take(struct copyup_server *server, int take_listener)
{
	/* Only we add to it. */
	if (server->count < COPYUP_LISTENERS_MAX) {
		server->count++;
		if (write(server->queue, &take_listener,
			  sizeof(take_listener)) == sizeof(take_listener))
			return 0;
		server->count--;
	}
	close(take_listener);
	return -EMFILE;
}
