/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* workspace_path_syscalls.c - calls that wait, and what is read of them. */
#include "workspace/run/path_syscalls.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/mem.h"
#include "tests/unit/test.h"

enum { WAIT_MS = 20000 };

struct row {
	const char *name;
	long number, args[5];
	enum { PASSES, WAITS, UNREADABLE } want;
	int dir;
	bool follow;
	const char *path;
	bool asks;
};

/* As an argument of a system call. */
static long at(const void *memory)
{
	return (long)(uintptr_t)memory;
}

/* The call itself must never happen: it is answered with ECANCELED. */
static _Noreturn void make_call(const struct row *row)
{
	const long *a = row->args;

	if (syscall(row->number, a[0], a[1], a[2], a[3], a[4]) < 0 &&
	    errno == ECANCELED)
		_exit(1);
	_exit(0);
}

static bool is_right(const struct row *row, const struct seccomp_notif *notice)
{
	static struct path_syscall call;
	bool read = path_syscalls_read(notice, &call);

	if (row->want != WAITS)
		return row->want == UNREADABLE && !read;
	return read && call.asks == row->asks &&
	       call.pid == (pid_t)notice->pid && call.dir == row->dir &&
	       call.follow == row->follow && strcmp(call.path, row->path) == 0;
}

static bool serve(const struct row *row, int listener)
{
	struct seccomp_notif notice = { 0 };
	struct seccomp_notif_resp answer = { .error = -ECANCELED };
	bool right;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
		return false;
	right = is_right(row, &notice);
	answer.id = notice.id;
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0 && right;
}

static bool try_row(const struct row *row, int listener)
{
	pid_t pid = fork();
	int pidfd, status;
	bool right = true;

	if (pid == 0) {
		/* Or it would wait for itself if we ended early. */
		close(listener);
		make_call(row);
	}
	pidfd = pidfd_open(pid, 0);
	for (;;) {
		struct pollfd polled[] = { { pidfd, POLLIN, 0 },
					   { listener, POLLIN, 0 } };

		if (poll(polled, COUNT_OF(polled), WAIT_MS) <= 0)
			return false;
		if ((polled[1].revents & POLLIN) != 0)
			right = serve(row, listener) && right;
		else if (polled[0].revents != 0)
			break;
	}
	close(pidfd);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       (WEXITSTATUS(status) == 1) == (row->want != PASSES) && right;
}

/* In a child that can never again change a file by its name. */
static int listen_to_calls(void)
{
	struct err e = { 0 };
	struct syscalls *filter = syscalls_new(SYSCALLS_ALLOW_REST, &e);
	int fd = -1;

	if (filter != NULL && syscalls_add_32bit(filter, &e) == 0 &&
	    path_syscalls_watch(filter, &e) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		fd = syscalls_listen(filter, &e);
	if (fd < 0)
		fprintf(stderr, "%s\n", e.text);
	syscalls_free(filter);
	return fd;
}

static int try_rows(const struct row *rows, size_t count)
{
	int listener = listen_to_calls();
	int failed = listener < 0;

	for (size_t i = 0; listener >= 0 && i < count; i++)
		if (!try_row(&rows[i], listener)) {
			fprintf(stderr, "row %zu: %s\n", i, rows[i].name);
			failed = 1;
		}
	return failed;
}

static void check_rows(const struct row *rows, size_t count)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_rows(rows, count));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_calls(void **state)
{
	const char *const p = "/nowhere/file";
	const struct open_how reads = { .flags = O_RDONLY };
	const struct open_how writes = { .flags = O_RDWR | O_NOFOLLOW };
	const int cwd = AT_FDCWD;
	/* clang-format off */
	const struct row rows[] = {
	{ "openat reading", SYS_openat, { 5, at(p), O_RDONLY | O_TRUNC },
	  PASSES, 0, false, NULL, false },
	{ "openat writing", SYS_openat, { 5, at(p), O_WRONLY },
	  WAITS, 5, true, p, false },
	{ "openat both", SYS_openat, { cwd, at("x"), O_RDWR | O_CREAT },
	  WAITS, cwd, true, "x", false },
	{ "openat a link", SYS_openat, { -7, at(p), O_RDWR | O_NOFOLLOW },
	  WAITS, -7, false, p, false },
	{ "openat new", SYS_openat, { 5, at(p), O_RDWR | O_CREAT | O_EXCL },
	  PASSES, 0, false, NULL, false },
	{ "openat nameless", SYS_openat, { cwd, at("/nowhere"),
	  O_WRONLY | O_TMPFILE }, PASSES, 0, false, NULL, false },
	{ "openat2 reading", SYS_openat2, { 5, at(p), at(&reads),
	  sizeof(reads) }, UNREADABLE, 0, false, NULL, false },
	{ "openat2 writing", SYS_openat2, { 5, at(p), at(&writes),
	  sizeof(writes) }, WAITS, 5, false, p, false },
	{ "openat2 nonsense", SYS_openat2, { 5, at(p), 1, 2 },
	  UNREADABLE, 0, false, NULL, false },
	{ "truncate", SYS_truncate, { at(p), 0 }, WAITS, cwd, true, p, false },
	{ "linkat", SYS_linkat, { 5, at(p), 6, at("to"), 0 },
	  WAITS, 5, false, p, false },
	{ "linkat following", SYS_linkat,
	  { 5, at(p), 6, at("to"), AT_SYMLINK_FOLLOW }, WAITS, 5, true, p, false },
	{ "renameat2", SYS_renameat2, { 5, at(p), 6, at("to"), 0 },
	  WAITS, 5, false, p, false },
	{ "fchmodat", SYS_fchmodat, { 5, at(p), 0600 }, WAITS, 5, true, p, false },
	{ "fchownat", SYS_fchownat, { 5, at(p), 1, 1, 0 }, WAITS, 5, true, p, false },
	{ "fchownat a link", SYS_fchownat,
	  { 5, at(p), 1, 1, AT_SYMLINK_NOFOLLOW }, WAITS, 5, false, p, false },
	{ "utimensat", SYS_utimensat, { 5, at(p), 0, 0 }, WAITS, 5, true, p, false },
	{ "utimensat a link", SYS_utimensat,
	  { 5, at(p), 0, AT_SYMLINK_NOFOLLOW }, WAITS, 5, false, p, false },
	{ "futimens", SYS_utimensat, { 77, 0, 0, 0 }, PASSES, 0, false, NULL, false },
	{ "setxattr", SYS_setxattr, { at(p), at("user.x"), at("x"), 1, 0 },
	  WAITS, cwd, true, p, false },
	{ "lsetxattr", SYS_lsetxattr, { at(p), at("user.x"), at("x"), 1, 0 },
	  WAITS, cwd, false, p, false },
	{ "removexattr", SYS_removexattr, { at(p), at("user.x") },
	  WAITS, cwd, true, p, false },
	{ "lremovexattr", SYS_lremovexattr, { at(p), at("user.x") },
	  WAITS, cwd, false, p, false },
	{ "fchmod", SYS_fchmod, { 77, 0 }, PASSES, 0, false, NULL, false },
	{ "faccessat reading", SYS_faccessat, { 5, at(p), R_OK | X_OK },
	  PASSES, 0, false, NULL, false },
	{ "faccessat writing", SYS_faccessat, { 5, at(p), W_OK | R_OK },
	  WAITS, 5, true, p, true },
	{ "faccessat all", SYS_faccessat, { 5, at(p), W_OK | X_OK },
	  UNREADABLE, 0, false, NULL, false },
	{ "faccessat2", SYS_faccessat2, { 5, at(p), W_OK, AT_EACCESS },
	  WAITS, 5, true, p, true },
#ifdef SYS_open
	{ "access", SYS_access, { at(p), W_OK }, WAITS, cwd, true, p, true },
	{ "open reading", SYS_open, { at(p), O_RDONLY },
	  PASSES, 0, false, NULL, false },
	{ "open writing", SYS_open, { at(p), O_WRONLY | O_CREAT | O_TRUNC },
	  WAITS, cwd, true, p, false },
	{ "creat", SYS_creat, { at(p), 0600 }, WAITS, cwd, true, p, false },
	{ "link", SYS_link, { at(p), at("to") }, WAITS, cwd, false, p, false },
	{ "rename", SYS_rename, { at(p), at("to") }, WAITS, cwd, false, p, false },
	{ "renameat", SYS_renameat, { 5, at(p), 6, at("to") },
	  WAITS, 5, false, p, false },
	{ "chmod", SYS_chmod, { at(p), 0600 }, WAITS, cwd, true, p, false },
	{ "chown", SYS_chown, { at(p), 1, 1 }, WAITS, cwd, true, p, false },
	{ "lchown", SYS_lchown, { at(p), 1, 1 }, WAITS, cwd, false, p, false },
	{ "utime", SYS_utime, { at(p), 0 }, WAITS, cwd, true, p, false },
	{ "utimes", SYS_utimes, { at(p), 0 }, WAITS, cwd, true, p, false },
	{ "futimesat", SYS_futimesat, { 5, at(p), 0 }, WAITS, 5, true, p, false },
#endif
	};
	/* clang-format on */

	(void)state;
	check_rows(rows, COUNT_OF(rows));
}

/* A path that memory ends after, or that does not end in time, or is none. */
static void test_memory(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = PATH_MAX + 2 * page;
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *longest = memory + page - 10;
	char *last;

	(void)state;
	assert_true(memory != MAP_FAILED);
	memset(memory, 'x', bytes);
	longest[PATH_MAX - 1] = '\0';
	last = memory + bytes - page - 3;
	memcpy(last, "/x", sizeof("/x"));
	assert_int_equal(mprotect(last + 3, page, PROT_NONE), 0);
	{
		const int cwd = AT_FDCWD;
		/* clang-format off */
		const struct row rows[] = {
		{ "memory ends", SYS_truncate, { at(last), 0 },
		  WAITS, cwd, true, "/x", false },
		{ "an empty one", SYS_truncate, { at(last + 2), 0 },
		  WAITS, cwd, true, "", false },
		{ "longest", SYS_truncate, { at(longest), 0 },
		  WAITS, cwd, true, longest, false },
		{ "longer", SYS_truncate, { at(longest - 1), 0 },
		  UNREADABLE, 0, false, NULL, false },
		{ "no memory", SYS_truncate, { at(last + 3), 0 },
		  UNREADABLE, 0, false, NULL, false },
		{ "nothing", SYS_truncate, { 0, 0 },
		  UNREADABLE, 0, false, NULL, false },
		{ "the last byte", SYS_truncate, { -1, 0 },
		  UNREADABLE, 0, false, NULL, false },
		};
		/* clang-format on */

		check_rows(rows, COUNT_OF(rows));
	}
	munmap(memory, bytes);
}

/* A second listener is refused, with the code that tells it from the rest. */
static void test_one_listener(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = { 0 };
		struct syscalls *more = syscalls_new(SYSCALLS_ALLOW_REST, &e);

		if (listen_to_calls() < 0 || more == NULL ||
		    syscalls_notify(more, "acct", NULL, &e) < 0)
			_exit(1);
		_exit(syscalls_listen(more, &e) == -EBUSY ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_one_listener),
	};

	if (prctl(PR_GET_SECCOMP) < 0) {
		printf("1..0 # SKIP no seccomp here (an emulator has none)\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
