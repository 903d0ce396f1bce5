/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * stall.h - does a process that makes no progress hang, or is it slow?
 *
 * By the clock alone, a busy machine or one that emulates another is a hang:
 * it would be killed while it starts, and its work be lost. So the kernel is
 * asked what the process does and how much of the processor it got.
 */
#ifndef CORE_STALL_H
#define CORE_STALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* However slow: after this without progress it hangs. */
enum { STALL_LIMIT_MS = 120000 };

struct stall {
	/* What it has started, and waits for, is looked at with it. */
	bool with_children;
	uint64_t progress_ms; /* when it last made some */
	uint64_t start_cpu_ms; /* what it had used by then, of the processor */
	uint64_t cpu_ms, active_ms; /* has used, and when that last grew */
};

/* It has just made progress, or has just begun; with_children stays. */
void stall_progress(struct stall *stall, pid_t pid, uint64_t now_ms);

/*
 * Whether it hangs: it slept for patience_ms, or used as much of the processor,
 * all since its last progress. Looks at the process: call it again and again.
 */
bool stall_is_hang(struct stall *stall, pid_t pid, uint64_t now_ms,
		   uint64_t patience_ms);

/* The same of what was seen: state is the letter of proc(5). */
bool stall_judge(struct stall *stall, char state, uint64_t cpu_ms,
		 uint64_t now_ms, uint64_t patience_ms);

#endif
