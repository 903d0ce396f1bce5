/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/attach_inside.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <poll.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/fdpass.h"
#include "workspace/ns/ns.h"
#include "workspace/run/title.h"
#include "workspace/run/user.h"

enum {
	PTMX_MAJOR = 5,
	PTMX_MINOR = 2,
};

/* ---- reports ------------------------------------------------------------ */

static void report(int sock, const struct attach_report *what, int fd)
{
	(void)!fdpass_send(sock, what, sizeof(*what), &fd, fd >= 0 ? 1 : 0);
}

static _Noreturn void fail(int sock, const struct err *e, int exit_code)
{
	const struct attach_report failed = { .kind = ATTACH_FAILED,
					      .exit_code = exit_code,
					      .err = *e };

	report(sock, &failed, -1);
	_exit(exit_code);
}

/* ---- joining ------------------------------------------------------------ */

static int join(const struct supervisor *supervisor, struct err *e)
{
	int rc = supervisor_join(supervisor, e);

	if (rc < 0)
		return rc;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_set(e, errno, "become root of the workspace");
	(void)!setgroups(0, NULL);
	ns_hide();
	return 0;
}

/*
 * A terminal of the workspace's own, so that its name means something inside.
 * It must be the real one: /dev is the workspace's to change.
 */
static int open_pty(int *ret_slave, struct err *e)
{
	struct open_how how = { .flags = O_RDWR | O_NOCTTY | O_CLOEXEC,
				.resolve = RESOLVE_NO_SYMLINKS };
	SCOPED_FD int master = (int)syscall(SYS_openat2, AT_FDCWD,
					    "/dev/pts/ptmx", &how, sizeof(how));
	struct stat st;
	int slave, unlock = 0;

	if (master < 0)
		return err_set(e, errno, "open a terminal");
	if (fstat(master, &st) < 0 || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(PTMX_MAJOR, PTMX_MINOR))
		return err_say(e, ENOTTY, "/dev/pts/ptmx is no terminal");
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return err_set(e, errno, "unlock a terminal");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return err_set(e, errno, "open a terminal");
	*ret_slave = slave;
	return fd_give(&master);
}

/* ---- the user ----------------------------------------------------------- */

static int write_text(int proc, const char *file, const char *text,
		      struct err *e)
{
	SCOPED_FD int fd = openat(proc, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_set(e, errno, "write /proc/self/%s", file);
	return 0;
}

/*
 * Appear as the user outside, with the same rights: a namespace further in
 * which the user's number stands for root of this one. D-Bus and home
 * directories then fit, and no range of ids is needed.
 *
 * For this a process must not be hidden. It is this one that does it, which no
 * process inside sees, for its children. proc is /proc/self of the host.
 */
static int appear_as(uid_t uid, gid_t gid, int proc, struct err *e)
{
	SCOPED_TEXT char *uids = mem_printf("%u 0 1", uid);
	SCOPED_TEXT char *gids = mem_printf("%u 0 1", gid);
	int rc;

	if (unshare(CLONE_NEWUSER) < 0)
		return err_set(e, errno, "make a user namespace");
	ns_show();
	rc = write_text(proc, "setgroups", "deny", e);
	if (rc == 0)
		rc = write_text(proc, "uid_map", uids, e);
	if (rc == 0)
		rc = write_text(proc, "gid_map", gids, e);
	ns_hide();
	return rc;
}

static bool is_me(const struct attach *attach)
{
	return attach->user != NULL && strcmp(attach->user, "me") == 0;
}

/*
 * A login has a home directory; what is above it is root's, as ever. Whoever
 * cannot have one has none.
 */
static void make_home(const char *home, uid_t uid, gid_t gid)
{
	SCOPED_TEXT char *path = mem_copy(home);

	if (home[0] != '/' || access(home, F_OK) == 0)
		return;
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)!mkdir(path, 0755);
		*p = '/';
	}
	if (mkdir(path, 0700) == 0)
		(void)!chown(path, uid, gid);
}

/* HOME was a guess, unless it was chosen. */
static void use_home(struct attach *attach, const char *home)
{
	SCOPED_TEXT char *guess = mem_printf("HOME=%s", attach->home);
	size_t count = 0;
	const char **env;

	while (attach->env[count] != NULL)
		count++;
	env = mem_resize(NULL, count + 1, sizeof(void *));
	for (size_t i = 0; i <= count; i++)
		env[i] = i < count && strcmp(attach->env[i], guess) == 0
				 ? mem_printf("HOME=%s", home)
				 : attach->env[i];
	attach->env = env;
	attach->home = mem_copy(home);
}

/* What /etc/passwd says; a service's is not ours to make. */
static void find_home(struct attach *attach, const struct user *user)
{
	if (user->home != NULL && attach->home != NULL)
		use_home(attach, user->home);
	if (attach->home != NULL &&
	    (user->home == NULL || strncmp(user->home, "/home/", 6) == 0))
		make_home(attach->home, user->uid, user->gid);
}

static int become_user(struct attach *attach, struct err *e)
{
	SCOPED_USER struct user user = { 0 };
	int rc;

	if (attach->home != NULL && is_me(attach))
		make_home(attach->home, geteuid(), getegid());
	if (attach->user == NULL || is_me(attach))
		return confine_caps(&attach->confine, e);
	rc = user_find(attach->user, attach->image_user, &user, e);
	if (rc < 0)
		return rc;
	find_home(attach, &user);
	rc = confine_caps(&attach->confine, e);
	if (rc < 0)
		return rc;
	/* There are none where one of them is not in the map. */
	(void)!setgroups(user.group_count, user.groups);
	if (setresgid(user.gid, user.gid, user.gid) < 0 ||
	    setresuid(user.uid, user.uid, user.uid) < 0)
		return err_say(e, errno,
			       "user %u of group %u is not among the ids of "
			       "this workspace (a range in /etc/subuid is "
			       "needed)",
			       user.uid, user.gid);
	return 0;
}

/* ---- the command -------------------------------------------------------- */

static int take_fds(const struct attach_inside *inner, int slave, struct err *e)
{
	int from[3];

	if (setsid() < 0)
		return err_set(e, errno, "setsid");
	if (slave >= 0 && ioctl(slave, TIOCSCTTY, 0) < 0)
		return err_set(e, errno, "take the terminal");
	/* First out of the way of each other. */
	for (int i = 0; i < 3; i++) {
		int fd = inner->fds[i] >= 0 ? inner->fds[i] : slave;

		from[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (from[i] < 0)
			return err_set(e, errno, "dup");
	}
	for (int i = 0; i < 3; i++)
		if (dup2(from[i], i) < 0)
			return err_set(e, errno, "dup2");
	return 0;
}

static void go_to_dir(const struct attach *attach)
{
	if (attach->dir != NULL && chdir(attach->dir) == 0)
		return;
	if (attach->home != NULL && chdir(attach->home) == 0)
		return;
	(void)!chdir("/");
}

static const char *env_value(const struct attach *attach, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; attach->env[i] != NULL; i++)
		if (strncmp(attach->env[i], name, len) == 0 &&
		    attach->env[i][len] == '=')
			return attach->env[i] + len + 1;
	return NULL;
}

static const char *find_shell(const struct attach *attach)
{
	const char *const shells[] = { env_value(attach, "SHELL"), "/bin/bash",
				       "/bin/sh" };

	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (shells[i] != NULL && access(shells[i], X_OK) == 0)
			return shells[i];
	return "/bin/sh";
}

static void exec_command(const struct attach *attach)
{
	const char *const *argv = attach->argv;
	const char *shell[] = { NULL, NULL };
	const char *path = env_value(attach, "PATH");

	if (argv == NULL) {
		shell[0] = find_shell(attach);
		argv = shell;
	}
	/* execvpe() looks in the PATH of the environment that it is called in,
	 * and writes to neither array. */
	if (path != NULL)
		(void)setenv("PATH", path, 1);
	execvpe(argv[0], (char *const *)(uintptr_t)argv,
		(char *const *)(uintptr_t)attach->env);
}

/* From the filter on no file may be changed before the supervisor answers. */
static int confine(const struct attach_inside *inner, struct err *e)
{
	SCOPED_FD int listener = -1;
	int rc = confine_apply(&inner->attach->confine, &listener, e);

	return rc < 0 || listener < 0 ? rc
				      : supervisor_give_listener(
						inner->supervisor, listener, e);
}

/* Where no scope is to be had. Nobody inside can raise them again. */
static int limit(const struct attach_inside *inner, struct err *e)
{
	const struct limits *limits = &inner->attach->limits;
	const struct rlimit memory = {
		(rlim_t)limits->memory_mib << 20,
		(rlim_t)limits->memory_mib << 20,
	};
	const struct rlimit pids = { limits->pids, limits->pids };

	if (inner->scoped)
		return 0;
	if (limits->memory_mib > 0 && setrlimit(RLIMIT_AS, &memory) < 0)
		return err_set(e, errno, "limit memory");
	if (limits->pids > 0 && setrlimit(RLIMIT_NPROC, &pids) < 0)
		return err_set(e, errno, "limit processes");
	return 0;
}

static _Noreturn void command_main(const struct attach_inside *inner, int slave)
{
	struct attach attach = *inner->attach;
	struct err e = { 0 };
	sigset_t none;
	int rc = take_fds(inner, slave, &e);
	int sock = fcntl(inner->sock, F_DUPFD_CLOEXEC, 3);

	umask(022);
	/* An image's, which docker and podman make when it is not there. */
	if (attach.image_dir != NULL && attach.image_dir[0] == '/')
		(void)!dir_make(attach.image_dir, 0755, NULL);
	if (rc == 0)
		rc = become_user(&attach, &e);
	ns_hide();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (rc == 0) {
		go_to_dir(&attach);
		rc = confine(inner, &e);
		if (rc == 0)
			rc = limit(inner, &e);
	}
	if (rc < 0)
		fail(sock, &e, 1);
	for (int signo = 1; signo < NSIG; signo++)
		(void)signal(signo, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	exec_command(&attach);
	rc = errno;
	(void)err_set(&e, rc, "%s",
		      attach.argv != NULL ? attach.argv[0] : "shell");
	fail(sock, &e, rc == ENOENT ? 127 : 126);
}

/* ---- waiting ------------------------------------------------------------ */

static int block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&all);
	for (int signo = 1; signo < NSIG; signo++)
		if (signo != SIGPIPE && signo != SIGTTOU && signo != SIGTTIN)
			sigaddset(&all, signo);
	return signalfd(-1, &all, SFD_CLOEXEC);
}

/*
 * The command leads a session and a process group. A signal meant for it
 * goes to the whole group, as from a terminal.
 */
static int wait_for(pid_t pid, int signals)
{
	struct signalfd_siginfo info;
	int status;

	for (;;) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		if (read(signals, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGCHLD)
			continue;
		if (kill(-pid, (int)info.ssi_signo) < 0)
			(void)kill(pid, (int)info.ssi_signo);
	}
}

/* Inside, as root there. */
static _Noreturn void run_inside(const struct attach_inside *inner, int signals)
{
	struct attach_report said = { .kind = ATTACH_STARTED };
	struct err e = { 0 };
	int slave = -1, master = -1;
	pid_t pid;

	/* After the change of user, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (inner->wants_pty) {
		master = open_pty(&slave, &e);
		if (master < 0)
			fail(inner->sock, &e, 1);
	}
	report(inner->sock, &said, master);
	scope_close(&master);
	title_clear();
	pid = fork();
	if (pid < 0) {
		(void)err_set(&e, errno, "fork");
		fail(inner->sock, &e, 1);
	}
	if (pid == 0)
		command_main(inner, slave);
	/* Only the command holds its ends, so that others see them close. */
	scope_close(&slave);
	for (int i = 0; i < 3; i++)
		scope_close(&(int){ inner->fds[i] });
	said.kind = ATTACH_ENDED;
	said.wait_status = wait_for(pid, signals);
	report(inner->sock, &said, -1);
	_exit(0);
}

struct inside {
	const struct attach_inside *inner;
	uid_t uid; /* outside */
	gid_t gid;
};

static int open_self(void)
{
	return open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int enter_inside(void *data)
{
	const struct inside *inside = data;
	int signals = block_signals();
	int proc = open_self();
	struct err e = { 0 };

	ns_hide();
	if (is_me(inside->inner->attach) &&
	    appear_as(inside->uid, inside->gid, proc, &e) < 0)
		fail(inside->inner->sock, &e, 1);
	scope_close(&proc);
	run_inside(inside->inner, signals);
}

/* In between a process stays outside, which hands signals on. */
static _Noreturn void enter_elsewhere(struct inside *inside, int signals)
{
	const struct attach *attach = inside->inner->attach;
	struct err e = { 0 };
	pid_t pid = 0;

	if (attach->enter(attach->place, enter_inside, inside, &pid) < 0) {
		(void)err_say(&e, ECHILD, "the workspace cannot be entered");
		fail(inside->inner->sock, &e, 1);
	}
	(void)wait_for(pid, signals);
	_exit(0);
}

/* While the host's systemd can be reached. */
static int enter_scope(struct attach_inside *inner, struct err *e)
{
	const struct attach *attach = inner->attach;
	const struct limits *limits = &attach->limits;
	struct err why = { 0 };

	if (limits->memory_mib + limits->pids + limits->cpu_percent == 0)
		return 0;
	if (attach->rlimits)
		(void)err_say(&why, ENOTSUP,
			      "what runs in a full system container is not "
			      "systemd's of the host");
	else
		inner->scoped = scope_enter(limits, &why) == 0;
	if (inner->scoped || limits->cpu_percent == 0)
		return 0;
	return err_say(e, ENOTSUP, "cpus: %s", why.text);
}

_Noreturn void attach_inside_main(struct attach_inside *inner)
{
	struct inside inside = { inner, geteuid(), getegid() };
	struct err e = { 0 };
	int signals = block_signals();
	int proc = open_self();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (enter_scope(inner, &e) < 0)
		fail(inner->sock, &e, 1);
	if (inner->attach->enter != NULL)
		enter_elsewhere(&inside, signals);
	ns_hide();
	if (join(inner->supervisor, &e) < 0 ||
	    (is_me(inner->attach) &&
	     appear_as(inside.uid, inside.gid, proc, &e) < 0))
		fail(inner->sock, &e, 1);
	scope_close(&proc);
	run_inside(inner, signals);
}
