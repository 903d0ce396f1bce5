/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Children: descriptors, codes, signals, captured output. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

#include "core/child.h"
#include "core/mem.h"

/* The two ways in which one is started. */
static bool dies_with_us;

static int one_way(void **state)
{
	(void)state;
	dies_with_us = false;
	return 0;
}

static int the_other_way(void **state)
{
	(void)state;
	dies_with_us = true;
	return 0;
}

static int shell(const char *command, struct buf *out)
{
	struct child child = { .shell = command, .dies_with_us = dies_with_us };
	struct err e = { 0 };

	return child_capture(&child, 65536, out, &e);
}

/* qemu-user forks where vfork() is meant, and keeps two signals for itself. */
static void needs_own_machine(void)
{
	if (getenv("EMULATOR") == NULL)
		return;
	print_message("# an emulator starts processes in its own way\n");
	skip();
}

static void test_codes(void **state)
{
	static const struct {
		const char *command;
		int code;
	} cases[] = {
		{ "exit 0", 0 },       { "exit 3", 3 },
		{ "exit 255", 255 },   { "kill -TERM $$", 128 + SIGTERM },
		{ "kill -9 $$", 137 }, { "no-such-command-here 2>&-", 127 },
	};
	const char *const none[] = { "/nonexistent/program", NULL };
	struct child missing = { .argv = none, .dies_with_us = dies_with_us };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct child child = { .shell = cases[i].command,
				       .dies_with_us = dies_with_us };

		assert_int_equal(child_run(&child, &e), cases[i].code);
	}
	needs_own_machine();
	assert_int_equal(child_run(&missing, &e), -ENOENT);
	assert_string_equal(e.text, "start /nonexistent/program");
	assert_int_equal(child_wait(getpid(), &e), -ECHILD);
}

static void test_capture(void **state)
{
	SCOPED_BUF struct buf out = { 0 };
	struct child big = { .shell = "head -c 100000 /dev/zero; exit 7" };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(shell("echo hello; exit 4", &out), 4);
	assert_string_equal(buf_text(&out), "hello\n");
	buf_clear(&out);
	assert_int_equal(child_capture(&big, 100000, &out, &e), 7);
	assert_int_equal(out.len_bytes, 100000);
	/* More than a pipe holds and than is wanted: the child still ends. */
	buf_clear(&out);
	assert_int_equal(child_capture(&big, 99999, &out, &e), -EFBIG);
	assert_true(out.len_bytes <= 99999);
	assert_string_equal(e.text, "output of head -c 100000 /dev/zero; "
				    "exit 7");
}

/* One that never ends is killed; one that ends in time is not. */
static void test_limit(void **state)
{
	SCOPED_BUF struct buf out = { 0 };
	struct child child = { .shell = "echo begun; exec sleep 1000",
			       .limit_ms = 100 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(child_capture(&child, 100, &out, &e), -ETIMEDOUT);
	assert_string_equal(e.text, "output of echo begun; exec sleep 1000");
	child.limit_ms = 60000;
	child.shell = "echo done; exit 3";
	buf_clear(&out);
	assert_int_equal(child_capture(&child, 100, &out, &e), 3);
	assert_string_equal(buf_text(&out), "done\n");
}

static void test_dir_and_env(void **state)
{
	const char *const env[] = { "A=b", NULL };
	struct child child = { .shell = "pwd; echo $A",
			       .dir = "/",
			       .env = env,
			       .dies_with_us = dies_with_us };
	SCOPED_BUF struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(child_capture(&child, 100, &out, &e), 0);
	assert_string_equal(buf_text(&out), "/\nb\n");
}

/* A program is told nothing that was meant for us, nor for git of our caller.
 */
static void test_environment(void **state)
{
	static const struct {
		const char *variable;
		unsigned without;
		bool stays;
	} cases[] = {
		{ "LISTEN_FDS", 0, false },
		{ "LISTEN_PID", 0, false },
		{ "NOTIFY_SOCKET", 0, false },
		{ "LISTENER", 0, true },
		{ "GIT_DIR", 0, true },
		{ "GIT_DIR", CHILD_WITHOUT_GIT, false },
		{ "GIT_INDEX_FILE", CHILD_WITHOUT_GIT, false },
		{ "GIT_CONFIG_KEY_0", CHILD_WITHOUT_GIT, false },
		{ "GIT_DIRECTORY", CHILD_WITHOUT_GIT, true },
		{ "GIT_AUTHOR_NAME", CHILD_WITHOUT_GIT, true },
		{ "LD_PRELOAD", CHILD_WITHOUT_GIT, true },
		{ "LD_LIBRARY_PATH", CHILD_WITHOUT_LOADER, false },
		{ "LDFLAGS", CHILD_WITHOUT_LOADER, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char variable[64];
		const char *const env[] = { variable, "A=b", NULL };
		struct child child = { .argv = (const char *const[]){ "env",
								      NULL },
				       .env = env,
				       .without = cases[i].without };
		SCOPED_BUF struct buf out = { 0 };
		char want[80];

		snprintf(variable, sizeof(variable), "%s=", cases[i].variable);
		snprintf(want, sizeof(want), "%s%sA=b\n",
			 cases[i].stays ? variable : "",
			 cases[i].stays ? "\n" : "");
		assert_int_equal(child_capture(&child, 100, &out, NULL), 0);
		assert_string_equal(buf_text(&out), want);
	}
}

static int file_with(const char *text)
{
	char path[] = "/tmp/earshot-child-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/*
 * Sources 3 and 4 for targets 4 and 3, each in the other's way, and nothing
 * else: what the parent has open stays its own.
 */
static void test_colliding_numbers(void **state)
{
	int three = fcntl(3, F_GETFD) < 0 ? -1 : fcntl(3, F_DUPFD_CLOEXEC, 20);
	int four = fcntl(4, F_GETFD) < 0 ? -1 : fcntl(4, F_DUPFD_CLOEXEC, 20);
	int a = file_with("a"), b = file_with("b");
	struct child child = {
		.shell = "cat <&3; cat <&4; cat; ls /proc/self/fd | wc -l",
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_INHERIT, 4, 3 },
		.fd_count = 5,
		.dies_with_us = dies_with_us,
	};
	SCOPED_BUF struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	a = fcntl(a, F_DUPFD_CLOEXEC, 30);
	b = fcntl(b, F_DUPFD_CLOEXEC, 30);
	/* What whoever runs the tests left open is not what is tested. */
	for (int fd = 5; fd < 256; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	assert_int_equal(dup3(a, 3, O_CLOEXEC), 3);
	assert_int_equal(dup3(b, 4, O_CLOEXEC), 4);
	assert_int_equal(child_capture(&child, 100, &out, &e), 0);
	/* 0 1 2 3 4 and the one ls reads the directory through. */
	assert_string_equal(buf_text(&out), "ba6\n");
	close(3);
	close(4);
	if (three >= 0)
		dup2(three, 3);
	if (four >= 0)
		dup2(four, 4);
}

/* Blocked and ignored signals of ours are not the child's. */
static void test_clean_signals(void **state)
{
	SCOPED_BUF struct buf out = { 0 };
	unsigned long long blocked = 1, ignored = 1;
	sigset_t all, old;

	(void)state;
	needs_own_machine();
	sigfillset(&all);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigprocmask(SIG_BLOCK, &all, &old);
	assert_int_equal(shell("exec grep -E '^Sig(Blk|Ign)' "
			       "/proc/self/status",
			       &out),
			 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	assert_int_equal(sscanf(buf_text(&out), "SigBlk: %llx SigIgn: %llx",
				&blocked, &ignored),
			 2);
	assert_int_equal(blocked, 0);
	/* 32 and 33 are glibc's own: its posix_spawn() ignores them. */
	assert_int_equal(ignored & ~0x180000000ULL, 0);
}

static void test_own_group(void **state)
{
	const char *const argv[] = { "sleep", "1000", NULL };
	struct child child = { .argv = argv,
			       .own_group = true,
			       .dies_with_us = dies_with_us };
	struct err e = { 0 };
	pid_t pid;

	(void)state;
	needs_own_machine();
	assert_int_equal(child_start(&child, &pid, &e), 0);
	assert_int_equal(getpgid(pid), pid);
	assert_int_equal(kill(-pid, SIGKILL), 0);
	assert_int_equal(child_wait(pid, &e), 128 + SIGKILL);
}

/* Killed, one that started another leaves nobody behind. */
static void test_dies_with_us(void **state)
{
	const char *const argv[] = { "sleep", "1000", NULL };
	struct child child = { .argv = argv, .dies_with_us = true };
	int ends[2];
	pid_t pid, other = -1;
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* The pipe is open here and, by its number, in the other one.
		 */
		child.fds[0] = child.fds[2] = CHILD_NULL;
		child.fds[1] = ends[1];
		child.fd_count = 3;
		if (child_start(&child, &other, NULL) == 0)
			raise(SIGKILL);
		_exit(1);
	}
	close(ends[1]);
	assert_int_equal(child_wait(pid, NULL), 128 + SIGKILL);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

#define BOTH_WAYS(test)                                                        \
	cmocka_unit_test_setup(test, one_way),                                 \
		cmocka_unit_test_setup(test, the_other_way)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(test_codes),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_limit),
		BOTH_WAYS(test_dir_and_env),
		cmocka_unit_test(test_environment),
		BOTH_WAYS(test_colliding_numbers),
		BOTH_WAYS(test_clean_signals),
		BOTH_WAYS(test_own_group),
		cmocka_unit_test(test_dies_with_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
