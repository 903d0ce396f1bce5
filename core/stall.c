/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/stall.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"

enum {
	PROC_MAX_BYTES = 4096,
	/* A shell, what it runs, and a helper of that: more only cost time. */
	DEPTH_MAX = 4,
	CHILDREN_MAX = 16,
};

/* Of a process, or of several: asleep is who sleeps in all of them. */
struct sight {
	char state;
	uint64_t ticks;
};

/* pid, and depth generations of what it started. Who is gone adds nothing. */
static void look_at(struct sight *sight, pid_t pid, unsigned depth);

static void look_at_children(struct sight *sight, pid_t pid, unsigned depth)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *path = mem_printf("/proc/%d/task/%d/children",
					    (int)pid, (int)pid);
	const char *at;
	char *end;

	if (file_read(AT_FDCWD, path, PROC_MAX_BYTES, &text, NULL) < 0)
		return;
	at = buf_text(&text);
	for (unsigned i = 0; i < CHILDREN_MAX; i++) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		look_at(sight, (pid_t)child, depth);
		at = end;
	}
}

static void look_at(struct sight *sight, pid_t pid, unsigned depth)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *path = mem_printf("/proc/%d/stat", (int)pid);
	unsigned long user, system, ended_user, ended_system;
	const char *rest;
	char state;

	if (file_read(AT_FDCWD, path, PROC_MAX_BYTES, &text, NULL) < 0)
		return;
	/* Its name may hold anything, a parenthesis too. */
	rest = strrchr(buf_text(&text), ')');
	if (rest == NULL ||
	    sscanf(rest + 1,
		   " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %lu "
		   "%lu",
		   &state, &user, &system, &ended_user, &ended_system) != 5)
		return;
	if (state != 'S' && state != 'Z')
		sight->state = state;
	sight->ticks += user + system + ended_user + ended_system;
	if (depth > 0)
		look_at_children(sight, pid, depth - 1);
}

/* Returns the state. Where nothing can be seen, it sleeps, and used nothing. */
static char look(const struct stall *stall, pid_t pid, uint64_t *ret_cpu_ms)
{
	struct sight sight = { .state = 'S' };

	look_at(&sight, pid, stall->with_children ? DEPTH_MAX : 0);
	*ret_cpu_ms = sight.ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
	return sight.state;
}

void stall_progress(struct stall *stall, pid_t pid, uint64_t now_ms)
{
	uint64_t cpu_ms;

	(void)look(stall, pid, &cpu_ms);
	*stall = (struct stall){ .with_children = stall->with_children,
				 .progress_ms = now_ms,
				 .start_cpu_ms = cpu_ms,
				 .cpu_ms = cpu_ms,
				 .active_ms = now_ms };
}

bool stall_judge(struct stall *stall, char state, uint64_t cpu_ms,
		 uint64_t now_ms, uint64_t patience_ms)
{
	if (cpu_ms != stall->cpu_ms) {
		stall->cpu_ms = cpu_ms;
		stall->active_ms = now_ms;
	}
	if (now_ms - stall->progress_ms >= STALL_LIMIT_MS)
		return true;
	/* Less than before: one of several has ended. */
	if (cpu_ms >= stall->start_cpu_ms + patience_ms)
		return true;
	/* Runnable, waiting for a disk, stopped: nobody let it go on. */
	return state == 'S' && now_ms - stall->active_ms >= patience_ms;
}

bool stall_is_hang(struct stall *stall, pid_t pid, uint64_t now_ms,
		   uint64_t patience_ms)
{
	uint64_t cpu_ms;
	char state = look(stall, pid, &cpu_ms);

	return stall_judge(stall, state, cpu_ms, now_ms, patience_ms);
}
