/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/adopter.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "core/mem.h"
#include "workspace/run/adopt.h"
#include "workspace/run/calls.h"

/* Of Linux 6.6. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

struct adopter {
	int proc;
	int queue; /* listeners on their way to the thread, as their numbers */
	atomic_size_t count; /* listeners, those on their way included */

	pthread_mutex_t mutex; /* of the following two */
	pthread_cond_t changed;
	bool busy, paused;

	/* The thread's own. */
	struct pollfd polled[1 + ADOPTER_LISTENERS_MAX]; /* the queue first */
	size_t polled_count;
	struct seccomp_notif *notice; /* as large as this kernel has them */
	struct seccomp_notif_resp *answer;
	size_t notice_bytes, answer_bytes;
	struct call call;
};

/* ---- one call ----------------------------------------------------------- */

/*
 * What the caller is told instead of what the kernel would say: only that there
 * is no room. Whatever else kept us from adopting, keeps the call from it too.
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

static bool still_waits(const struct adopter *adopter, int listener)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
		     &adopter->notice->id) == 0;
}

/* Fills in the answer: the call goes on, or this is what it returns. */
static void consider(struct adopter *adopter, int listener)
{
	struct seccomp_notif_resp *answer = adopter->answer;
	struct err e = { 0 };
	struct adopt adopt;

	answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (!calls_read(adopter->notice, &adopter->call) ||
	    !adopt_look(adopter->proc, &adopter->call, &adopt))
		return;
	/* access(2) succeeds by that; nothing is copied for a question. */
	if (adopter->call.asks)
		answer->flags = 0;
	else if (still_waits(adopter, listener))
		answer->error = to_tell(adopt_file(&adopt, &e));
	if (answer->error != 0)
		answer->flags = 0;
	adopt_drop(&adopt);
}

/* False when nothing more can come of this listener. */
static bool answer_one(struct adopter *adopter, int listener)
{
	struct seccomp_notif_resp *answer = adopter->answer;

	memset(adopter->notice, 0, adopter->notice_bytes);
	/* ENOENT: a signal was faster. */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, adopter->notice) < 0)
		return errno == ENOENT || errno == EINTR;
	memset(answer, 0, adopter->answer_bytes);
	answer->id = adopter->notice->id;
	consider(adopter, listener);
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
	return true;
}

/* ---- pausing ------------------------------------------------------------ */

static void begin(struct adopter *adopter)
{
	pthread_mutex_lock(&adopter->mutex);
	while (adopter->paused)
		pthread_cond_wait(&adopter->changed, &adopter->mutex);
	adopter->busy = true;
	pthread_mutex_unlock(&adopter->mutex);
}

static void end(struct adopter *adopter)
{
	pthread_mutex_lock(&adopter->mutex);
	adopter->busy = false;
	if (adopter->paused)
		pthread_cond_signal(&adopter->changed);
	pthread_mutex_unlock(&adopter->mutex);
}

bool adopter_pause(struct adopter *adopter)
{
	struct timespec until;
	bool paused;
	int rc = 0;

	if (adopter == NULL)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ADOPTER_PAUSE_MS / 1000;
	pthread_mutex_lock(&adopter->mutex);
	adopter->paused = true;
	while (adopter->busy && rc == 0)
		rc = pthread_cond_clockwait(&adopter->changed, &adopter->mutex,
					    CLOCK_MONOTONIC, &until);
	paused = adopter->paused = !adopter->busy;
	pthread_mutex_unlock(&adopter->mutex);
	return paused;
}

void adopter_resume(struct adopter *adopter)
{
	if (adopter == NULL)
		return;
	pthread_mutex_lock(&adopter->mutex);
	adopter->paused = false;
	pthread_cond_signal(&adopter->changed);
	pthread_mutex_unlock(&adopter->mutex);
}

/* ---- the thread --------------------------------------------------------- */

static void add_listener(struct adopter *adopter)
{
	int fd;

	if (read(adopter->polled[0].fd, &fd, sizeof(fd)) != sizeof(fd))
		return;
	/* We run where the caller ran, at once: it waits for us, as we for it.
	 * A kernel that cannot do that does without. */
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	adopter->polled[adopter->polled_count++] = (struct pollfd){ fd, POLLIN,
								    0 };
}

static void serve_listener(struct adopter *adopter, size_t i)
{
	bool goes_on = true;

	begin(adopter);
	if ((adopter->polled[i].revents & POLLIN) != 0)
		goes_on = answer_one(adopter, adopter->polled[i].fd);
	else if (adopter->polled[i].revents != 0)
		goes_on = false;
	end(adopter);
	if (goes_on)
		return;
	close(adopter->polled[i].fd);
	adopter->polled[i] = adopter->polled[--adopter->polled_count];
	adopter->count--;
}

static void *thread_main(void *data)
{
	struct adopter *adopter = data;

	for (;;) {
		if (poll(adopter->polled, adopter->polled_count, -1) < 0)
			continue;
		/* Backwards: dropping moves the last one into the gap. */
		for (size_t i = adopter->polled_count; i-- > 1;)
			if (adopter->polled[i].revents != 0)
				serve_listener(adopter, i);
		if (adopter->polled[0].revents != 0)
			add_listener(adopter);
	}
	return NULL;
}

/* ---- the other side ----------------------------------------------------- */

static int make_room(struct adopter *adopter, struct err *e)
{
	struct seccomp_notif_sizes sizes;

	/* seccomp_unotify(2): the kernel's may be larger than ours. */
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return err_set(e, errno, "seccomp notifications");
	adopter->notice_bytes = max_size(sizes.seccomp_notif,
					 sizeof(*adopter->notice));
	adopter->answer_bytes = max_size(sizes.seccomp_notif_resp,
					 sizeof(*adopter->answer));
	adopter->notice = mem_new(adopter->notice_bytes);
	adopter->answer = mem_new(adopter->answer_bytes);
	return 0;
}

static int start_thread(struct adopter *adopter, struct err *e)
{
	pthread_t thread;
	int ends[2];
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	adopter->polled[0] = (struct pollfd){ ends[0], POLLIN, 0 };
	adopter->polled_count = 1;
	adopter->queue = ends[1];
	rc = pthread_create(&thread, NULL, thread_main, adopter);
	return rc != 0 ? err_set(e, rc, "start a thread") : 0;
}

struct adopter *adopter_start(int keep_proc, struct err *e)
{
	/* There for as long as the process. */
	struct adopter *adopter = mem_new(sizeof(*adopter));

	adopter->proc = keep_proc;
	pthread_mutex_init(&adopter->mutex, NULL);
	pthread_cond_init(&adopter->changed, NULL);
	if (make_room(adopter, e) == 0 && start_thread(adopter, e) == 0)
		return adopter;
	free(adopter->notice);
	free(adopter->answer);
	free(adopter);
	return NULL;
}

int adopter_take(struct adopter *adopter, int take_listener)
{
	/* Only we add to it. */
	if (adopter->count < ADOPTER_LISTENERS_MAX) {
		adopter->count++;
		if (write(adopter->queue, &take_listener,
			  sizeof(take_listener)) == sizeof(take_listener))
			return 0;
		adopter->count--;
	}
	close(take_listener);
	return -EMFILE;
}
