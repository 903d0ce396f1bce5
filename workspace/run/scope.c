/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/scope.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base.h"
#include "core/buf.h"
#include "core/child.h"
#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"

enum {
	WORDS_MAX = 48,
	MOVE_MS = 60000, /* far above what it takes */
	LOOK_MS = 2,
	CGROUP_FILE_MAX_BYTES = 65536,
};

/* The words of a call, for busctl(1). */
struct call {
	const char *words[WORDS_MAX + 1];
	size_t count;
	char numbers[8][24];
	size_t number_count;
};

static void add(struct call *call, const char *word)
{
	if (call->count < WORDS_MAX)
		call->words[call->count++] = word;
}

static void add_number(struct call *call, unsigned long long number)
{
	char *text = call->numbers[call->number_count++];

	snprintf(text, sizeof(call->numbers[0]), "%llu", number);
	add(call, text);
}

static void add_property(struct call *call, const char *name,
			 unsigned long long value)
{
	add(call, name);
	add(call, "t");
	add_number(call, value);
}

/* See org.freedesktop.systemd1(5), systemd.resource-control(5). */
static void fill(struct call *call, const char *unit,
		 const struct limits *limits)
{
	static const char *const head[] = {
		"org.freedesktop.systemd1",
		"/org/freedesktop/systemd1",
		"org.freedesktop.systemd1.Manager",
		"StartTransientUnit",
		"ssa(sv)a(sa(sv))",
	};
	unsigned properties = 2 + (limits->memory_mib > 0 ? 2 : 0) +
			      (limits->pids > 0) + (limits->cpu_percent > 0);

	add(call, "busctl");
	add(call, geteuid() == 0 ? "--system" : "--user");
	add(call, "call");
	for (size_t i = 0; i < COUNT_OF(head); i++)
		add(call, head[i]);
	add(call, unit);
	add(call, "fail");
	add_number(call, properties);
	add(call, "PIDs");
	add(call, "au");
	add(call, "1");
	add_number(call, (unsigned)getpid());
	/* One that was killed for its memory is not kept as failed. */
	add(call, "CollectMode");
	add(call, "s");
	add(call, "inactive-or-failed");
	if (limits->memory_mib > 0) {
		add_property(call, "MemoryMax",
			     (unsigned long long)limits->memory_mib << 20);
		/* Or it would be a limit of what is not swapped out. */
		add_property(call, "MemorySwapMax", 0);
	}
	/* This process is one of them. */
	if (limits->pids > 0)
		add_property(call, "TasksMax", limits->pids + 1ULL);
	if (limits->cpu_percent > 0)
		add_property(call, "CPUQuotaPerSecUSec",
			     limits->cpu_percent * 10000ULL);
	add(call, "0");
	call->words[call->count] = NULL;
}

/* The directory of our control group once it is the unit's, else NULL. */
static char *group_of(const char *unit)
{
	SCOPED_BUF struct buf text = { 0 };
	const char *at;
	size_t len;

	if (file_read(AT_FDCWD, "/proc/self/cgroup", CGROUP_FILE_MAX_BYTES,
		      &text, NULL) < 0)
		return NULL;
	at = strstr(buf_text(&text), "0::/");
	if (at == NULL)
		return NULL;
	len = strcspn(at + 3, "\n");
	if (len < strlen(unit) ||
	    strncmp(at + 3 + len - strlen(unit), unit, strlen(unit)) != 0)
		return NULL;
	return mem_printf("/sys/fs/cgroup%.*s", (int)len, at + 3);
}

/* A user's manager can only limit what was delegated to it. */
static int check(const char *group, const struct limits *limits, struct err *e)
{
	const struct {
		unsigned asked;
		const char *file, *controller;
	} wanted[] = {
		{ limits->memory_mib, "memory.max", "memory" },
		{ limits->pids, "pids.max", "pids" },
		{ limits->cpu_percent, "cpu.max", "cpu" },
	};

	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		SCOPED_TEXT char *path = mem_printf("%s/%s", group,
						    wanted[i].file);

		if (wanted[i].asked > 0 && access(path, F_OK) < 0)
			return err_say(e, ENOTSUP,
				       "this systemd has no control of '%s' "
				       "here (Delegate= of user@.service)",
				       wanted[i].controller);
	}
	return 0;
}

static int call_systemd(const struct call *call, struct err *e)
{
	SCOPED_FD int log = memfd_create("busctl", MFD_CLOEXEC);
	const struct child child = {
		.argv = call->words,
		.fds = { CHILD_NULL, CHILD_NULL, log },
		.fd_count = 3,
	};
	char text[200];
	ssize_t n;
	int rc = log < 0 ? err_set(e, errno, "memfd_create")
			 : child_run(&child, e);

	if (rc <= 0)
		return rc;
	n = pread(log, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err_say(e, EIO, "%s", text);
}

int scope_enter(const struct limits *limits, struct err *e)
{
	SCOPED_TEXT char *unit = mem_printf("project-workspace-%d-%llx.scope",
					    getpid(),
					    (unsigned long long)clock_ms());
	uint64_t until = clock_ms() + MOVE_MS;
	SCOPED_TEXT char *group = NULL;
	struct call call = { 0 };
	int rc;

	if (access("/run/systemd/system", F_OK) < 0)
		return err_say(e, ENOTSUP, "systemd does not run here");
	fill(&call, unit, limits);
	rc = call_systemd(&call, e);
	/* It answers before it has done it. */
	while (rc == 0 && (group = group_of(unit)) == NULL) {
		if (clock_ms() >= until)
			return err_say(e, ETIMEDOUT,
				       "systemd made no scope, or this is no "
				       "cgroup v2");
		(void)poll(NULL, 0, LOOK_MS);
	}
	return rc < 0 ? rc : check(group, limits, e);
}
