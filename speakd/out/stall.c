/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/stall.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"

enum { STAT_MAX_BYTES = 4096 };

/* False: it is gone, or nobody may look. */
static bool look(pid_t pid, char *ret_state, uint64_t *ret_cpu_ms)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *path = mem_printf("/proc/%d/stat", (int)pid);
	unsigned long user = 0, system = 0;
	const char *rest;

	if (file_read(AT_FDCWD, path, STAT_MAX_BYTES, &text, NULL) < 0)
		return false;
	/* Its name may hold anything, a parenthesis too. */
	rest = strrchr(buf_text(&text), ')');
	if (rest == NULL ||
	    sscanf(rest + 1,
		   " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
		   ret_state, &user, &system) != 3)
		return false;
	*ret_cpu_ms = (uint64_t)(user + system) * 1000 /
		      (uint64_t)sysconf(_SC_CLK_TCK);
	return true;
}

void stall_progress(struct stall *stall, pid_t pid, uint64_t now_ms)
{
	char state;
	uint64_t cpu_ms = stall->cpu_ms;

	(void)look(pid, &state, &cpu_ms);
	*stall = (struct stall){ .progress_ms = now_ms,
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
	if (cpu_ms - stall->start_cpu_ms >= patience_ms)
		return true;
	/* Runnable, waiting for a disk, stopped: nobody let it go on. */
	return state == 'S' && now_ms - stall->active_ms >= patience_ms;
}

bool stall_is_hang(struct stall *stall, pid_t pid, uint64_t now_ms,
		   uint64_t patience_ms)
{
	uint64_t cpu_ms = stall->cpu_ms;
	char state = 'S';

	(void)look(pid, &state, &cpu_ms);
	return stall_judge(stall, state, cpu_ms, now_ms, patience_ms);
}
