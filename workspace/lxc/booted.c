/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/booted.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base.h"
#include "core/child.h"
#include "core/clock.h"
#include "core/mem.h"
#include "workspace/lxc/boot.h"
#include "workspace/run/attach.h"

enum {
	AGAIN_MS = 200,
	ANSWER_MAX_BYTES = 32,
};

/* In a child, whose standard output is the pipe. */
static _Noreturn void ask_main(const struct boot_place *place, int writer)
{
	static const char *const argv[] = { "systemctl", "is-system-running",
					    "--wait", NULL };
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
		"/bin",
		NULL
	};
	const struct supervisor none = { .sock = -1, .pidfd = -1 };
	const struct attach attach = {
		.enter = boot_enter,
		.place = place,
		.argv = argv,
		.env = env,
		.confine = { .private_net = true,
			     .nested = true,
			     .keep_caps = true },
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int code;

	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDERR_FILENO);
	(void)dup2(writer, STDOUT_FILENO);
	code = attach_run(&none, &attach, NULL);
	_exit(code >= 0 ? code : 1);
}

/* What systemctl prints; "" when it cannot be asked yet. Or its exit code. */
static int ask(const struct boot_place *place, int wait_ms,
	       char ret[ANSWER_MAX_BYTES])
{
	struct pollfd answer = { .events = POLLIN };
	int ends[2];
	ssize_t n = 0;
	pid_t pid;

	ret[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		ask_main(place, ends[1]);
	close(ends[1]);
	answer.fd = ends[0];
	if (pid > 0 && poll(&answer, 1, wait_ms) > 0)
		n = read(ends[0], ret, ANSWER_MAX_BYTES - 1);
	else if (pid > 0)
		(void)kill(pid, SIGTERM);
	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	close(ends[0]);
	return pid > 0 ? child_wait(pid, NULL) : 0;
}

/* "degraded" is up too: some service of it failed. */
static bool is_up(const char *state)
{
	static const char *const up[] = { "running", "degraded", "maintenance",
					  "stopping" };

	for (size_t i = 0; i < COUNT_OF(up); i++)
		if (strcmp(state, up[i]) == 0)
			return true;
	return false;
}

void booted_wait(const struct store *store, const char *name, const char *upper,
		 booted_told_fn *told_fn)
{
	const struct boot_place place = { store, upper };
	uint64_t now = clock_ms(), until = now + BOOTED_WAIT_MS;
	char state[ANSWER_MAX_BYTES] = "";
	SCOPED_TEXT char *text = NULL;

	if (!boot_is_starting(store, name))
		return;
	text = mem_printf("%s starts: waiting until its services are there",
			  name);
	told_fn(text);
	for (; now < until && !is_up(state); now = clock_ms()) {
		/* No such program there: nothing to wait for. */
		if (ask(&place, (int)(until - now), state) == 127)
			break;
		if (!is_up(state))
			(void)poll(NULL, 0, AGAIN_MS);
	}
	if (now >= until && !is_up(state)) {
		free(text);
		text = mem_printf("%s is not up after %d s; going on", name,
				  BOOTED_WAIT_MS / 1000);
		told_fn(text);
	}
	boot_set_started(store, name);
}
