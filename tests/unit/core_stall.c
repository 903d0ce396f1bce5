/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* core_stall.c - a process that hangs is told from one that is slow. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base.h"
#include "core/clock.h"
#include "core/stall.h"

enum { PATIENCE_MS = 3000, BEGUN_MS = 1000, LOOK_MS = 10 };

/* One look a second: what the process did, and whether that is a hang. */
struct seen {
	const char *states; /* a letter a second */
	unsigned cpu_ms; /* more of the processor at each look */
	unsigned hang_s; /* at which look; 0: never */
};

/* clang-format off */
static const struct seen cases[] = {
	{ "SSSSS",      0,    3 }, /* waits for what never comes */
	{ "SSRSSSS",    0,    4 },
	{ "RRRRRRRR",   1000, 3 }, /* goes round and round */
	{ "RRRRRRRR",   500,  6 },
	{ "RRRRRRRRRR", 10,   0 }, /* gets a hundredth of a processor */
	{ "RSRSRSRSRS", 10,   0 }, /* and sleeps in between */
	{ "SSSSSSSSSS", 10,   0 },
	{ "RRRRRRRRRR", 0,    0 }, /* gets none at all */
	{ "TTTTTTTTTT", 0,    0 }, /* somebody stopped it */
	{ "DDDDDDDDDD", 0,    0 }, /* waits for a disk */
};
/* clang-format on */

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct stall stall = { .progress_ms = BEGUN_MS,
				       .active_ms = BEGUN_MS };
		unsigned hang_s = 0;

		for (unsigned s = 1; cases[i].states[s - 1] != '\0'; s++)
			if (stall_judge(&stall, cases[i].states[s - 1],
					s * cases[i].cpu_ms,
					BEGUN_MS + s * 1000, PATIENCE_MS) &&
			    hang_s == 0)
				hang_s = s;
		if (hang_s != cases[i].hang_s)
			fail_msg("%s %u: %u", cases[i].states, cases[i].cpu_ms,
				 hang_s);
	}
}

/* Limit - 1, limit, limit + 1. */
static void test_limit(void **state)
{
	(void)state;
	for (int more = -1; more <= 1; more++) {
		struct stall stall = { .progress_ms = BEGUN_MS,
				       .active_ms = BEGUN_MS };
		uint64_t now_ms = (uint64_t)(BEGUN_MS + STALL_LIMIT_MS + more);

		assert_int_equal(
			stall_judge(&stall, 'T', 0, now_ms, PATIENCE_MS),
			more >= 0);
	}
}

static void test_progress_begins_anew(void **state)
{
	struct stall stall = { .cpu_ms = 5000 };

	(void)state;
	/* Nobody has that number: nothing is known but the time. */
	stall_progress(&stall, -1, 10000);
	assert_false(stall_judge(&stall, 'S', 0, 12999, PATIENCE_MS));
	assert_true(stall_judge(&stall, 'S', 0, 13000, PATIENCE_MS));
	assert_true(stall_is_hang(&stall, -1, 13000, PATIENCE_MS));
}

/* A real process that sleeps, then is stopped. */
static void test_process(void **state)
{
	struct stall stall = { 0 };
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		for (;;)
			pause();
	stall_progress(&stall, pid, BEGUN_MS);
	(void)kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_false(stall_is_hang(&stall, pid, BEGUN_MS + 50000, PATIENCE_MS));
	(void)kill(pid, SIGCONT);
	/* It wakes up, uses a moment at most, and sleeps again. */
	for (uint64_t until_ms = clock_ms() + 20000; clock_ms() < until_ms;) {
		if (stall_is_hang(&stall, pid, BEGUN_MS + 60000, PATIENCE_MS))
			break;
		(void)poll(NULL, 0, LOOK_MS);
	}
	assert_true(stall_is_hang(&stall, pid, BEGUN_MS + 70000, PATIENCE_MS));
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* A shell that waits for what it runs: asleep, as long as that is, too. */
static void test_children(void **state)
{
	struct stall alone = { 0 }, whole = { .with_children = true };
	int ends[2], status;
	pid_t pid, child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		child = fork();
		if (child == 0)
			for (;;)
				pause();
		(void)!write(ends[1], &child, sizeof(child));
		(void)waitpid(child, NULL, 0);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &child, sizeof(child)), sizeof(child));
	(void)kill(child, SIGSTOP);
	/* Both come to rest: one asleep, one stopped. */
	for (uint64_t until_ms = clock_ms() + 20000; clock_ms() < until_ms;) {
		stall_progress(&alone, pid, BEGUN_MS);
		stall_progress(&whole, pid, BEGUN_MS);
		if (stall_is_hang(&alone, pid, BEGUN_MS + 50000, PATIENCE_MS) &&
		    !stall_is_hang(&whole, pid, BEGUN_MS + 50000, PATIENCE_MS))
			break;
		(void)poll(NULL, 0, LOOK_MS);
	}
	assert_true(stall_is_hang(&alone, pid, BEGUN_MS + 60000, PATIENCE_MS));
	assert_false(stall_is_hang(&whole, pid, BEGUN_MS + 60000, PATIENCE_MS));
	(void)kill(child, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_progress_begins_anew),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
