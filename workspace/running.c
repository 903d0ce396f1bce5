/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/running.h"

#include <time.h>

#include "workspace/lxc/boot.h"

enum { ENDING_TRIES = 100 }; /* of 10 ms */

int running_find(const struct store *store, const char *name,
		 struct running *ret, struct err *e)
{
	struct running running = { .paused = -1 };
	int rc = supervisor_connect(store, name, &running.supervisor, e);

	if (rc < 0)
		return rc;
	running.init = rc == 1 ? running.supervisor.pid
			       : boot_running(store, name);
	if (running.init <= 0)
		return 0;
	*ret = running;
	return 1;
}

void running_close(struct running *running)
{
	if (running->init <= 0)
		return;
	running_resume(running);
	supervisor_close(&running->supervisor);
	running->init = 0;
}

int running_pause(const struct store *store, const struct meta *meta,
		  struct running *running, struct err *e)
{
	if (running->supervisor.pid > 0)
		return supervisor_pause(&running->supervisor, e);
	running->paused = boot_pause(store, meta->upper, e);
	return running->paused < 0 ? running->paused : 0;
}

void running_resume(struct running *running)
{
	/* If it ended meanwhile there is nothing to continue. */
	if (running->supervisor.pid > 0)
		(void)!supervisor_resume(&running->supervisor, NULL);
	scope_close(&running->paused);
	running->paused = -1;
}

int running_lasts(const struct store *store, const char *name,
		  struct running *ret, struct err *e)
{
	const struct timespec nap = { .tv_nsec = 10000000 };
	int rc = 1;

	for (int tries = 0; tries < ENDING_TRIES && rc == 1; tries++) {
		running_close(ret);
		if (tries > 0)
			nanosleep(&nap, NULL);
		rc = running_find(store, name, ret, e);
	}
	return rc;
}

int running_exclude(const struct store *store, const char *name, struct err *e)
{
	SCOPED_RUNNING struct running running = { 0 };
	int rc = running_lasts(store, name, &running, e);

	if (rc == 1)
		return err_say(e, EBUSY,
			       "%s is in use (process %d); leave it first, or: "
			       "project workspace stop %s",
			       name, running.init, name);
	return rc < 0 ? rc : supervisor_lock(store, name, e);
}

int running_stop(const struct store *store, const char *name, unsigned grace_s,
		 struct err *e)
{
	SCOPED_RUNNING struct running running = { 0 };
	int rc = running_find(store, name, &running, e);

	if (rc != 1)
		return rc;
	return running.supervisor.pid > 0
		       ? supervisor_stop(&running.supervisor, grace_s, e)
		       : boot_stop(store, name, e);
}
