/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/freezer.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"

enum { FREEZE_MS = 3000, FREEZE_NAP_NS = 200000, STAT_MAX_BYTES = 4096 };

struct process {
	pid_t pid, parent;
	bool stopped;
};

struct processes {
	struct process *list;
	size_t count;
};

int freezer_init(struct freezer *freezer, struct err *e)
{
	*freezer = (struct freezer){ .proc = dir_open(AT_FDCWD, "/proc", e) };
	return freezer->proc < 0 ? freezer->proc : 0;
}

/* "PID (NAME) STATE PPID ...": the name may hold anything, ")" too. */
static bool read_state(int proc, const char *file, char *ret_state,
		       pid_t *ret_parent)
{
	SCOPED_BUF struct buf text = { 0 };
	const char *end;
	int parent;

	if (file_read(proc, file, STAT_MAX_BYTES, &text, NULL) < 0)
		return false;
	end = strrchr(buf_text(&text), ')');
	if (end == NULL || sscanf(end, ") %c %d", ret_state, &parent) != 2)
		return false;
	*ret_parent = parent;
	return *ret_state != 'Z' && *ret_state != 'X';
}

static DIR *open_list(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;

	if (listing == NULL)
		scope_close(&fd);
	return listing;
}

/* A stopped process has every thread in state T (or t, traced). */
static bool threads_stopped(int proc, pid_t pid)
{
	SCOPED_TEXT char *path = mem_printf("%d/task", pid);
	DIR *listing = open_list(proc, path);
	struct dirent *entry;
	bool stopped = true;

	while (listing != NULL && (entry = readdir(listing)) != NULL) {
		SCOPED_TEXT char *file = NULL;
		pid_t parent;
		char state;

		if (entry->d_name[0] == '.')
			continue;
		file = mem_printf("%s/%s/stat", path, entry->d_name);
		if (read_state(proc, file, &state, &parent) && state != 'T' &&
		    state != 't')
			stopped = false;
	}
	if (listing != NULL)
		closedir(listing);
	return stopped;
}

static void list_processes(int proc, struct processes *ret)
{
	DIR *listing = open_list(proc, ".");
	struct dirent *entry;

	*ret = (struct processes){ 0 };
	while (listing != NULL && (entry = readdir(listing)) != NULL) {
		SCOPED_TEXT char *file = NULL;
		struct process process;
		char state;

		process.pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (process.pid <= 1)
			continue;
		file = mem_printf("%d/stat", process.pid);
		if (!read_state(proc, file, &state, &process.parent))
			continue;
		process.stopped = (state == 'T' || state == 't') &&
				  threads_stopped(proc, process.pid);
		ret->list = mem_resize(ret->list, ret->count + 1,
				       sizeof(*ret->list));
		ret->list[ret->count++] = process;
	}
	if (listing != NULL)
		closedir(listing);
}

static bool was_signalled(const struct freezer *freezer, pid_t pid)
{
	for (size_t i = 0; i < freezer->count; i++)
		if (freezer->pids[i] == pid)
			return true;
	return false;
}

static bool parent_stands(const struct processes *all, pid_t parent)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].pid == parent)
			return all->list[i].stopped;
	return true; /* process 1, or outside */
}

static void stop(struct freezer *freezer, pid_t pid)
{
	if (was_signalled(freezer, pid) || kill(pid, SIGSTOP) < 0)
		return;
	freezer->pids = mem_resize(freezer->pids, freezer->count + 1,
				   sizeof(*freezer->pids));
	freezer->pids[freezer->count++] = pid;
}

/* One look at all: true when everything stands. */
static bool stop_round(struct freezer *freezer)
{
	struct processes all;
	bool done = true;

	list_processes(freezer->proc, &all);
	for (size_t i = 0; i < all.count; i++) {
		if (all.list[i].stopped)
			continue;
		done = false;
		if (parent_stands(&all, all.list[i].parent))
			stop(freezer, all.list[i].pid);
	}
	free(all.list);
	return done;
}

bool freezer_freeze(struct freezer *freezer)
{
	const struct timespec nap = { .tv_nsec = FREEZE_NAP_NS };
	uint64_t until = clock_ms() + FREEZE_MS;

	while (!stop_round(freezer)) {
		if (clock_ms() > until) {
			freezer_thaw(freezer);
			return false;
		}
		nanosleep(&nap, NULL);
	}
	return true;
}

void freezer_thaw(struct freezer *freezer)
{
	while (freezer->count > 0)
		(void)kill(freezer->pids[--freezer->count], SIGCONT);
	free(freezer->pids);
	freezer->pids = NULL;
}
