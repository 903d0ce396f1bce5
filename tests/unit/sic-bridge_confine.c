/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* sic-bridge_confine.c - what a confined process can no longer do. */
#include "sic-bridge/confine.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool runs(const char *program)
{
	char *const argv[] = { NULL };

	/* Another program in this one's place would end with code 0. */
	return execve(program, argv, argv) == 0;
}

static bool forks(void)
{
#ifdef SYS_fork
	return syscall(SYS_fork) >= 0;
#else
	/* Newer architectures have only the other. */
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) >= 0;
#endif
}

static bool connects(void)
{
	int pair[2];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 &&
	       write(pair[0], "x", 1) == 1;
}

/* The session's bus, an agent for keys: whatever listens on a Unix socket. */
static bool reaches_daemons(void)
{
	int pair[2];

	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ||
	       socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ||
	       socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0 ||
	       socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
}

static bool makes_code(void *page)
{
	return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 ||
	       mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool has_memory(void *page)
{
	return mprotect(page, 4096, PROT_READ) == 0 &&
	       mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

/* Where the name servers are copied to; for libevent it has to have a path. */
static bool reads_own_memory(void)
{
	char path[32];
	int fd = memfd_create("mine", MFD_CLOEXEC);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd >= 0 && opens(path, O_RDONLY);
}

/* In a child: the number of the first thing that is not as it should be. */
static int try_everything(const char *mine)
{
	struct err e = { 0 };

	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!opens(mine, O_RDONLY) || !opens("/bin/true", O_RDONLY))
		return 1;
	if (confine(false, &e) < 0)
		return 2;
	if (opens(mine, O_RDONLY))
		return 3;
	if (opens(mine, O_WRONLY) || opens(mine, O_RDWR))
		return 4;
	if (opens("/etc/earshot-test", O_WRONLY | O_CREAT))
		return 5;
	if (opens("/bin/true", O_RDONLY))
		return 6;
	if (runs("/bin/true") || forks())
		return 7;
	if (unlink(mine) == 0 || rename(mine, "/tmp/x") == 0)
		return 8;
	if (!connects())
		return 9;
	if (opens("/etc/passwd", O_RDONLY) ||
	    opens("/etc/resolv.conf", O_RDONLY))
		return 10;
	if (reaches_daemons())
		return 11;
	if (makes_code(page))
		return 12;
	if (!has_memory(page))
		return 13;
	if (!reads_own_memory())
		return 14;
	return 100;
}

static void test_confined(void **state)
{
	char mine[] = "/tmp/earshot-confine-XXXXXX";
	int fd = mkstemp(mine);
	int status = 0;
	pid_t pid;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_everything(mine));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(mine);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confined),
	};

	if (!confine_is_built_in()) {
		printf("1..0 # SKIP an instrumented build is not confined\n");
		return 0;
	}
	if (prctl(PR_GET_SECCOMP) < 0) {
		printf("1..0 # SKIP no seccomp here (an emulator has none)\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
