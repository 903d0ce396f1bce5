/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "core/log.h"
#include "core/syscalls.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

/* There when something was compiled for coverage: no macro tells. */
void __gcov_init(void *info) __attribute__((__weak__));

bool confine_is_built_in(void)
{
	return !IS_SANITIZED && __gcov_init == NULL;
}

/* ---- Landlock ------------------------------------------------------------ */

/* All of version 1: Linux 5.13. */
enum {
	LANDLOCK_ALL =
		LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		LANDLOCK_ACCESS_FS_MAKE_SYM
};

/*
 * No file of any file system: opener.h opens the few that are needed. What is
 * left are those that have no path at all, such as memory of our own.
 */
static bool landlock(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ALL,
	};
	SCOPED_FD int rules = (int)syscall(SYS_landlock_create_ruleset, &attr,
					   sizeof(attr), 0);

	return rules >= 0 && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}

/* Of socketpair's second argument: without SOCK_CLOEXEC and SOCK_NONBLOCK. */
enum { SOCK_TYPE_MASK = 0xf };

/* ---- seccomp ------------------------------------------------------------- */

static const char *const allowed[] = {
	/* bytes */
	"read",
	"write",
	"readv",
	"writev",
	"pread64",
	"pwrite64",
	"recv",
	"recvfrom",
	"recvmsg",
	"recvmmsg",
	"send",
	"sendto",
	"sendmsg",
	"sendmmsg",
	"lseek",
	"_llseek",
	/* sockets and descriptors */
	"connect",
	"bind",
	"getsockname",
	"getpeername",
	"getsockopt",
	"setsockopt",
	"shutdown",
	"close",
	"memfd_create",
	"dup",
	"dup2",
	"dup3",
	"fcntl",
	"fcntl64",
	"fstat",
	"fstat64",
	"newfstatat",
	"statx",
	"ftruncate",
	"fsync",
	/* waiting */
	"poll",
	"ppoll",
	"ppoll_time64",
	"select",
	"_newselect",
	"pselect6",
	"pselect6_time64",
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"eventfd2",
	"pipe2",
	"restart_syscall",
	"nanosleep",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	/* time, memory, chance */
	"clock_gettime",
	"clock_gettime64",
	"clock_getres",
	"timerfd_settime",
	"timerfd_settime64",
	"gettimeofday",
	"time",
	"brk",
	"munmap",
	"mremap",
	"madvise",
	"getrandom",
	"futex",
	"futex_time64",
	"sched_yield",
	/* signals and the end */
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigreturn",
	"sigaltstack",
	"tgkill",
	"exit",
	"exit_group",
	/* who and where we are */
	"getpid",
	"gettid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"uname",
	"rseq",
	"set_robust_list",
};

/* How many bytes wait, and nothing else: TIOCSTI types into a terminal. */
static int allow_fionread(struct syscalls *filter, struct err *e)
{
	const struct syscalls_when when = { 1, UINT64_MAX, FIONREAD };

	return syscalls_allow(filter, "ioctl", &when, e);
}

/* What line editing needs: the modes of the terminal, and its size. */
static int allow_terminal(struct syscalls *filter, struct err *e)
{
	static const uint64_t requests[] = { TCGETS,  TCSETS,	  TCSETSW,
					     TCSETSF, TIOCGWINSZ, TCXONC };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(requests); i++) {
		const struct syscalls_when when = { 1, UINT64_MAX,
						    requests[i] };

		rc = syscalls_allow(filter, "ioctl", &when, e);
	}
	return rc;
}

/*
 * Only sockets of the Internet: with a Unix one the session's bus, an agent for
 * keys and every other daemon of the user could be asked to do what we may not.
 * A pair of stream sockets, for libircclient, is connected to nobody else.
 */
static int allow_sockets(struct syscalls *filter, struct err *e)
{
	const struct syscalls_when inet = { 0, UINT64_MAX, AF_INET };
	const struct syscalls_when inet6 = { 0, UINT64_MAX, AF_INET6 };
	const struct syscalls_when stream = { 1, SOCK_TYPE_MASK, SOCK_STREAM };
	int rc = syscalls_allow(filter, "socket", &inet, e);

	if (rc == 0)
		rc = syscalls_allow(filter, "socket", &inet6, e);
	if (rc == 0)
		rc = syscalls_allow(filter, "socketpair", &stream, e);
	return rc;
}

/* No memory becomes code: whatever is to run is mapped already. */
static int allow_memory(struct syscalls *filter, struct err *e)
{
	static const char *const calls[] = { "mmap", "mmap2", "mprotect" };
	const struct syscalls_when no_exec = { 2, PROT_EXEC, 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(calls); i++)
		rc = syscalls_allow(filter, calls[i], &no_exec, e);
	return rc;
}

/* Reading only: no bit of these is set in the flags. */
static int allow_open_to_read(struct syscalls *filter, struct err *e)
{
	const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC |
				 O_APPEND;
	const struct syscalls_when openat_when = { 2, writing, 0 };
	const struct syscalls_when open_when = { 1, writing, 0 };
	int rc = syscalls_allow(filter, "openat", &openat_when, e);

	return rc < 0 ? rc : syscalls_allow(filter, "open", &open_when, e);
}

static int fill(struct syscalls *filter, bool may_open, bool terminal,
		struct err *e)
{
	int rc = allow_fionread(filter, e);

	if (rc == 0 && terminal)
		rc = allow_terminal(filter, e);

	if (rc == 0)
		rc = allow_sockets(filter, e);
	if (rc == 0)
		rc = allow_memory(filter, e);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(allowed); i++)
		rc = syscalls_allow(filter, allowed[i], NULL, e);
	if (rc == 0 && may_open)
		rc = allow_open_to_read(filter, e);
	return rc;
}

int confine(bool terminal, struct err *e)
{
	struct syscalls *filter;
	bool has_landlock;
	int rc;

	if (!confine_is_built_in()) {
		log_info("not confined: instrumented build");
		return 0;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "no new privileges");
	has_landlock = landlock();
	/* Refused, not killed: a library may try what it can do without. */
	filter = syscalls_new(SYSCALLS_REFUSE_REST, e);
	if (filter == NULL)
		return -e->code;
	rc = fill(filter, has_landlock, terminal, e);
	if (rc == 0)
		rc = syscalls_load(filter, e);
	syscalls_free(filter);
	if (rc == -ENOSYS) {
		log_warn("not confined: this kernel has no seccomp filters");
		return 0;
	}
	if (rc == 0)
		log_info("confined: seccomp%s",
			 has_landlock ? " and Landlock" : "");
	return rc;
}
