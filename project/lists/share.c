/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/share.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "core/base.h"

/*
 * As many chunks are given out as there are: this thread takes them from the
 * front, the other one from the back, and so they meet somewhere.
 */
struct giving {
	const struct share *share;
	size_t chunks;
	atomic_size_t given;
};

static bool take(struct giving *giving)
{
	return atomic_fetch_add(&giving->given, 1) < giving->chunks;
}

static size_t chunk_size(const struct giving *giving, size_t chunk)
{
	return min_size(SHARE_CHUNK,
			giving->share->count - chunk * SHARE_CHUNK);
}

static void begin(const struct share *share, void *worker)
{
	if (share->begin != NULL)
		share->begin(worker);
}

static void end(const struct share *share, void *worker)
{
	if (share->end != NULL)
		share->end(worker);
}

/*
 * With its own table of descriptors a thread does not wait for the other one
 * at each open and close: a third of the time of a long list.
 */
static void *work_aside(void *data)
{
	struct giving *giving = data;
	const struct share *share = giving->share;

	(void)!unshare(CLONE_FILES);
	begin(share, share->aside);
	for (size_t chunk = giving->chunks; take(giving);) {
		chunk--;
		share->work(share->aside, chunk * SHARE_CHUNK,
			    chunk_size(giving, chunk));
	}
	end(share, share->aside);
	return NULL;
}

static int report(const struct share *share, size_t first, size_t count,
		  struct err *e)
{
	return share->done != NULL && count > 0
		       ? share->done(share->data, first, count, e)
		       : 0;
}

int share_work(const struct share *share, struct err *e)
{
	struct giving giving = {
		.share = share,
		.chunks = (share->count + SHARE_CHUNK - 1) / SHARE_CHUNK,
	};
	size_t at = 0;
	pthread_t thread;
	bool threaded = share->count >= SHARE_THREAD_MIN &&
			pthread_create(&thread, NULL, work_aside, &giving) == 0;
	int rc = 0;

	begin(share, share->mine);
	while (rc == 0 && take(&giving)) {
		size_t n = chunk_size(&giving, at / SHARE_CHUNK);

		share->work(share->mine, at, n);
		rc = report(share, at, n, e);
		at += n;
	}
	/* Who asked has enough: so has the other thread. */
	if (rc != 0)
		atomic_store(&giving.given, giving.chunks);
	end(share, share->mine);
	if (threaded)
		pthread_join(thread, NULL);
	return rc != 0 ? rc : report(share, at, share->count - at, e);
}
