/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "core/clock.h"
#include "core/mem.h"

enum { CHILD_READ_BYTES = 4096 };

extern char **environ;

/*
 * Both the mask and ignored signals survive execve(2): a child started without
 * this would never see SIGTERM when its parent has it blocked.
 */
static int set_attributes(posix_spawnattr_t *attr, const struct child *child)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	if (child->own_group)
		flags |= POSIX_SPAWN_SETPGROUP;
	rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, flags);
	return rc;
}

/*
 * dup2() onto the target number clears close-on-exec. A source that lies among
 * the targets would be overwritten before it is used: those are moved above
 * them first.
 */
static int set_files(posix_spawn_file_actions_t *files,
		     const struct child *child, int *moved)
{
	int count = (int)child->fd_count;
	int rc = 0;

	for (int to = 0; to < count && rc == 0; to++) {
		int from = child->fds[to];

		if (from == CHILD_NULL) {
			rc = posix_spawn_file_actions_addopen(
				files, to, "/dev/null", O_RDWR, 0);
			continue;
		}
		if (from == CHILD_INHERIT)
			from = to;
		if (from < count) {
			moved[to] = fcntl(from, F_DUPFD_CLOEXEC, count);
			if (moved[to] < 0)
				return errno;
			from = moved[to];
		}
		rc = posix_spawn_file_actions_adddup2(files, from, to);
	}
	if (rc == 0 && child->dir != NULL)
		rc = posix_spawn_file_actions_addchdir_np(files, child->dir);
	return rc;
}

/* Names, or beginnings of names where they end in "*". */
static const char *const ours_only[] = { "LISTEN_*", "NOTIFY_SOCKET" };

/* git(1), "git rev-parse --local-env-vars" of 2.39, and what GIT_CONFIG_COUNT
 * counts. */
static const char *const git_local[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_COMMON_DIR",
	"GIT_CONFIG",
	"GIT_CONFIG_COUNT",
	"GIT_CONFIG_KEY_*",
	"GIT_CONFIG_PARAMETERS",
	"GIT_CONFIG_VALUE_*",
	"GIT_DIR",
	"GIT_GRAFT_FILE",
	"GIT_IMPLICIT_WORK_TREE",
	"GIT_INDEX_FILE",
	"GIT_INTERNAL_*",
	"GIT_NAMESPACE",
	"GIT_NO_REPLACE_OBJECTS",
	"GIT_OBJECT_DIRECTORY",
	"GIT_PREFIX",
	"GIT_REPLACE_REF_BASE",
	"GIT_SHALLOW_FILE",
	"GIT_WORK_TREE",
};

static const char *const loader[] = { "LD_*" };

static bool is_listed(const char *variable, const char *const *names,
		      size_t count)
{
	size_t len = strcspn(variable, "=");

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(names[i]);

		if (names[i][n - 1] == '*'
			    ? strncmp(variable, names[i], n - 1) == 0
			    : n == len && memcmp(variable, names[i], n) == 0)
			return true;
	}
	return false;
}

static bool is_left_out(const struct child *child, const char *variable)
{
	return is_listed(variable, ours_only, COUNT_OF(ours_only)) ||
	       ((child->without & CHILD_WITHOUT_GIT) != 0 &&
		is_listed(variable, git_local, COUNT_OF(git_local))) ||
	       ((child->without & CHILD_WITHOUT_LOADER) != 0 &&
		is_listed(variable, loader, COUNT_OF(loader)));
}

/* The child's environment: an array of the caller's, of borrowed texts. */
static const char **environment(const struct child *child)
{
	const char *const *all = child->env != NULL
					 ? child->env
					 : (const char *const *)environ;
	size_t count = 0, kept = 0;
	const char **env;

	while (all[count] != NULL)
		count++;
	env = mem_resize(NULL, count + 1, sizeof(*env));
	for (size_t i = 0; i < count; i++)
		if (!is_left_out(child, all[i]))
			env[kept++] = all[i];
	env[kept] = NULL;
	return env;
}

static int spawn(const struct child *child, const char *const *argv,
		 const char *const *env, pid_t *ret_pid)
{
	int moved[CHILD_FDS_MAX];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int rc;

	memset(moved, -1, sizeof(moved));
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	rc = set_attributes(&attr, child);
	if (rc == 0)
		rc = set_files(&files, child, moved);
	/* posix_spawn takes char *const *, and does not write there. */
	if (rc == 0)
		rc = posix_spawnp(&pid, argv[0], &files, &attr,
				  (char *const *)(uintptr_t)argv,
				  (char *const *)(uintptr_t)env);
	for (size_t i = 0; i < COUNT_OF(moved); i++)
		scope_close(&moved[i]);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	if (rc == 0)
		*ret_pid = pid;
	return rc;
}

/* ---- one that dies with us ----------------------------------------------- */

/* In the new process; returns errno. As set_files(), which says why. */
static int take_files(const struct child *child)
{
	int from[CHILD_FDS_MAX];
	int count = (int)child->fd_count;

	for (int to = 0; to < count; to++) {
		from[to] = child->fds[to] == CHILD_NULL
				   ? open("/dev/null", O_RDWR | O_CLOEXEC)
			   : child->fds[to] == CHILD_INHERIT ? to
							     : child->fds[to];
		if (from[to] < count)
			from[to] = fcntl(from[to], F_DUPFD_CLOEXEC, count);
		if (from[to] < 0)
			return errno;
	}
	for (int to = 0; to < count; to++)
		if (dup2(from[to], to) < 0)
			return errno;
	return child->dir != NULL && chdir(child->dir) < 0 ? errno : 0;
}

/* In the new process; returns errno. As set_attributes(), which says why. */
static int take_attributes(const struct child *child, pid_t parent)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died just before that. */
	if (getppid() != parent)
		raise(SIGKILL);
	sigemptyset(&none);
	/* Those that libc keeps for itself stay as they are. */
	for (int number = 1; number < SIGRTMIN; number++)
		(void)signal(number, SIG_DFL);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0 ||
	    (child->own_group && setpgid(0, 0) < 0))
		return errno;
	return 0;
}

/* What the new process could not do, through a pipe that exec closes. */
static int read_failure(int fd)
{
	int failure = 0;
	ssize_t n;

	do {
		n = read(fd, &failure, sizeof(failure));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(failure) ? failure : 0;
}

/* posix_spawn(3) cannot ask for PR_SET_PDEATHSIG. Returns errno, as it does. */
static int fork_and_exec(const struct child *child, const char *const *argv,
			 const char *const *env, pid_t *ret_pid)
{
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	pid_t parent = getpid();
	int ends[2];
	pid_t pid;
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	reader = ends[0];
	writer = fcntl(ends[1], F_DUPFD_CLOEXEC, CHILD_FDS_MAX);
	rc = errno;
	close(ends[1]);
	if (writer < 0)
		return rc;
	pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0) {
		rc = take_files(child);
		if (rc == 0)
			rc = take_attributes(child, parent);
		if (rc == 0) {
			execvpe(argv[0], (char *const *)(uintptr_t)argv,
				(char *const *)(uintptr_t)env);
			rc = errno;
		}
		(void)!write(writer, &rc, sizeof(rc));
		_exit(127);
	}
	scope_close(&writer);
	writer = -1;
	rc = read_failure(reader);
	if (rc == 0)
		*ret_pid = pid;
	else if (waitpid(pid, NULL, 0) < 0)
		rc = errno;
	return rc;
}

int child_start(const struct child *child, pid_t *ret_pid, struct err *e)
{
	const char *const sh[] = { "/bin/sh", "-c", child->shell, NULL };
	const char *const *argv = child->shell != NULL ? sh : child->argv;
	const char **env = environment(child);
	int rc = child->dies_with_us ? fork_and_exec(child, argv, env, ret_pid)
				     : spawn(child, argv, env, ret_pid);

	free(env);
	return rc == 0 ? 0 : err_set(e, rc, "start %s", argv[0]);
}

int child_code(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status)
					: WEXITSTATUS(wait_status);
}

int child_wait(pid_t pid, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set(e, errno, "wait for process %d", pid);
	return child_code(status);
}

int child_run(const struct child *child, struct err *e)
{
	pid_t pid = -1;
	int rc = child_start(child, &pid, e);

	return rc < 0 ? rc : child_wait(pid, e);
}

/* Until there is something to read. until_ms 0: for ever. */
static int wait_readable(int fd, uint64_t until_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	while (until_ms != 0) {
		uint64_t now = clock_ms();
		int n = now >= until_ms
				? 0
				: poll(&ready, 1, (int)(until_ms - now));

		if (n == 0)
			return -ETIMEDOUT;
		if (n > 0 || errno != EINTR)
			break;
	}
	return 0;
}

static int read_limited(int fd, size_t max_bytes, uint64_t until_ms,
			struct buf *out)
{
	size_t start = out->len_bytes;
	bool too_much = false;

	for (;;) {
		char bytes[CHILD_READ_BYTES];
		int rc = wait_readable(fd, until_ms);
		ssize_t n = rc < 0 ? 0 : read(fd, bytes, sizeof(bytes));

		if (rc < 0)
			return rc;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return too_much ? -EFBIG : 0;
		/* Go on reading, so that the child is not stuck in a write. */
		if (out->len_bytes - start + (size_t)n > max_bytes)
			too_much = true;
		else
			buf_add(out, bytes, (size_t)n);
	}
}

int child_capture_begin(const struct child *child, struct capture *ret,
			struct err *e)
{
	struct child piped = *child;
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2];
	int rc;

	*ret = (struct capture){ .reader = -1, .own_group = child->own_group };
	if (child->limit_ms > 0)
		ret->until_ms = clock_ms() + child->limit_ms;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	while (piped.fd_count <= STDERR_FILENO)
		piped.fds[piped.fd_count++] = CHILD_INHERIT;
	piped.fds[STDOUT_FILENO] = writer;
	rc = child_start(&piped, &ret->pid, e);
	if (rc < 0)
		ret->pid = 0;
	else
		ret->reader = fd_give(&reader);
	return rc;
}

int child_capture_end(struct capture *capture, size_t max_bytes,
		      struct buf *out, struct err *e)
{
	int rc = read_limited(capture->reader, max_bytes, capture->until_ms,
			      out);
	int code;

	scope_close(&capture->reader);
	if (rc == -ETIMEDOUT)
		(void)kill(capture->own_group ? -capture->pid : capture->pid,
			   SIGKILL);
	code = child_wait(capture->pid, e);
	capture->pid = 0;
	return rc < 0 ? rc : code;
}

int child_capture(const struct child *child, size_t max_bytes, struct buf *out,
		  struct err *e)
{
	struct capture capture;
	int rc = child_capture_begin(child, &capture, e);

	if (rc < 0)
		return rc;
	rc = child_capture_end(&capture, max_bytes, out, e);
	if (rc < 0)
		return err_set(e, -rc, "output of %s",
			       child->shell != NULL ? child->shell
						    : child->argv[0]);
	return rc;
}
