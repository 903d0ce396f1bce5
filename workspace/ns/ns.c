/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/ns/ns.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"

/* ---- why it is not possible --------------------------------------------- */

static long read_switch(const char *path)
{
	SCOPED_BUF struct buf text = { 0 };

	if (file_read(AT_FDCWD, path, 64, &text, NULL) < 0)
		return -1;
	return strtol(buf_text(&text), NULL, 10);
}

/* clang-format off */
static const struct {
	const char *path;
	long forbids;
	const char *advice;
} switches[] = {
	{ "/proc/sys/kernel/unprivileged_userns_clone", 0,
	  "user namespaces are for root only here; root allows them with: "
	  "sysctl kernel.unprivileged_userns_clone=1" },
	{ "/proc/sys/user/max_user_namespaces", 0,
	  "user namespaces are switched off here; root allows them with: "
	  "sysctl user.max_user_namespaces=10000" },
	{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
	  "AppArmor lets no program without a profile use user namespaces; "
	  "root allows this one with contrib/apparmor/project-workspace, or all "
	  "with: sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
};
/* clang-format on */

bool ns_kernel_before(unsigned major, unsigned minor)
{
	struct utsname name;
	char *end;
	unsigned long have;

	if (uname(&name) < 0)
		return false;
	have = strtoul(name.release, &end, 10);
	if (have != major || *end != '.')
		return have < major;
	return strtoul(end + 1, NULL, 10) < minor;
}

int ns_explain(int code, const char *doing, struct err *e)
{
	bool denied = code == EPERM || code == ENOSPC || code == EACCES ||
		      code == EUSERS;

	for (size_t i = 0; denied && i < COUNT_OF(switches); i++)
		if (read_switch(switches[i].path) == switches[i].forbids)
			return err_say(e, code, "%s: %s", doing,
				       switches[i].advice);
	/* Before 5.11 overlayfs is the host's root's: EPERM, and no reason. */
	if (code == ENOSYS || (code == EPERM && ns_kernel_before(5, 12)))
		return err_say(e, code,
			       "%s: needs Linux 5.12 or newer, and a sandbox "
			       "around it that allows its system calls",
			       doing);
	return err_set(e, code, "%s", doing);
}

/* ---- one child ---------------------------------------------------------- */

pid_t ns_fork(unsigned long flags, struct err *e)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = SIGCHLD,
	};
	long pid;

	/* What is still buffered would be written twice. */
	fflush(NULL);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0 && errno == EINVAL)
		return err_say(e, EINVAL,
			       "this kernel is built without the namespaces "
			       "that a workspace needs");
	if (pid < 0)
		return ns_explain(errno, "make a user namespace", e);
	return (pid_t)pid;
}

static int write_proc(pid_t pid, const char *name, const struct buf *text,
		      struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/proc/%d/%s", pid, name);
	SCOPED_FD int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, buf_text(text), text->len_bytes) < 0)
		return ns_explain(errno, "map user ids", e);
	return 0;
}

static int map_directly(pid_t pid, const struct idmap *map, struct err *e)
{
	SCOPED_BUF struct buf uids = { 0 };
	SCOPED_BUF struct buf gids = { 0 };
	SCOPED_BUF struct buf deny = { 0 };
	int rc = 0;

	idmap_print(&map->uids, &uids);
	idmap_print(&map->gids, &gids);
	buf_add_text(&deny, "deny");
	/* CVE-2014-8989: dropping a group must not give more rights. */
	if (map->single && geteuid() != 0)
		rc = write_proc(pid, "setgroups", &deny, e);
	if (rc == 0)
		rc = write_proc(pid, "uid_map", &uids, e);
	if (rc == 0)
		rc = write_proc(pid, "gid_map", &gids, e);
	return rc;
}

static int start_tool(const char *tool, pid_t pid, const struct idmap_ids *ids,
		      int errors, pid_t *ret_pid, struct err *e)
{
	char numbers[1 + 3 * IDMAP_RANGES_MAX][12];
	const char *argv[COUNT_OF(numbers) + 2];
	struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, errors },
		.fd_count = 3,
	};
	size_t n = 0;

	argv[n++] = tool;
	snprintf(numbers[0], sizeof(numbers[0]), "%d", pid);
	argv[n++] = numbers[0];
	for (size_t i = 0; i < ids->count; i++) {
		const struct idmap_range *range = &ids->ranges[i];
		const uint32_t values[] = { range->inside, range->outside,
					    range->count };

		for (size_t j = 0; j < COUNT_OF(values); j++, n++) {
			snprintf(numbers[n - 1], sizeof(numbers[0]), "%u",
				 values[j]);
			argv[n] = numbers[n - 1];
		}
	}
	argv[n] = NULL;
	return child_start(&child, ret_pid, e);
}

/* What newuidmap complains about, on one line. */
static void read_complaint(int fd, char *text, size_t text_bytes)
{
	ssize_t n = read(fd, text, text_bytes - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

/* Both at once: each is an execve of a setuid program, 2 to 3 ms. */
static int map_with_tools(pid_t pid, const struct idmap *map, struct err *e)
{
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2];
	char text[200];
	pid_t uid_tool, gid_tool = 0;
	int rc, uid_code, gid_code;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	rc = start_tool("newuidmap", pid, &map->uids, writer, &uid_tool, e);
	if (rc < 0)
		return rc;
	rc = start_tool("newgidmap", pid, &map->gids, writer, &gid_tool, e);
	close(fd_give(&writer));
	uid_code = child_wait(uid_tool, rc == 0 ? e : NULL);
	if (rc < 0)
		return rc;
	gid_code = child_wait(gid_tool, e);
	if (uid_code < 0 || gid_code < 0)
		return uid_code < 0 ? uid_code : gid_code;
	if (uid_code == 0 && gid_code == 0)
		return 0;
	read_complaint(reader, text, sizeof(text));
	return err_say(e, EPERM, "map user ids: %s",
		       text[0] != '\0' ? text : "newuidmap failed");
}

int ns_map(pid_t pid, const struct idmap *map, struct err *e)
{
	if (map->single || geteuid() == 0)
		return map_directly(pid, map, e);
	return map_with_tools(pid, map, e);
}

void ns_hide(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0);
}

void ns_show(void)
{
	(void)prctl(PR_SET_DUMPABLE, 1);
}

int ns_become_root(const struct idmap *map, struct err *e)
{
	bool root = idmap_outside(&map->uids, 0) >= 0;

	if (root && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return err_set(e, errno, "become root of the workspace");
	/* The groups of the host mean nothing inside; without a range the
	 * kernel does not let go of them. */
	if ((!map->single || map->gids.count > 1) && setgroups(0, NULL) < 0 &&
	    errno != EPERM)
		return err_set(e, errno, "setgroups");
	return 0;
}

/* ---- verdicts ----------------------------------------------------------- */

void ns_verdict_send(int fd, const struct err *e)
{
	(void)!write_all(fd, (const char *)e, sizeof(*e));
}

int ns_verdict_receive(int fd, struct err *e)
{
	struct err verdict = { 0 };
	size_t have = 0;

	while (have < sizeof(verdict)) {
		ssize_t n = read(fd, (char *)&verdict + have,
				 sizeof(verdict) - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_say(e, ECHILD,
				       "a helper process was killed");
		have += (size_t)n;
	}
	if (verdict.code != 0 && e != NULL)
		*e = verdict;
	return -verdict.code;
}

/* The end of a child that did something: what it returned, and why. */
static _Noreturn void end_child(int verdict, int rc, struct err *e)
{
	if (rc == 0)
		*e = (struct err){ 0 };
	else if (e->code == 0)
		e->code = -rc;
	ns_verdict_send(verdict, e);
	_exit(rc == 0 ? 0 : 1);
}

int ns_in_child(ns_fn *fn, void *data, struct err *e)
{
	SCOPED_FD int verdict = -1;
	int ends[2];
	pid_t pid;
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	fflush(NULL);
	pid = fork();
	verdict = ends[0];
	if (pid == 0) {
		struct err why = { 0 };

		scope_close(&verdict);
		rc = fn(data, &why);
		end_child(ends[1], rc, &why);
	}
	rc = errno;
	close(ends[1]);
	if (pid < 0)
		return err_set(e, rc, "fork");
	rc = ns_verdict_receive(verdict, e);
	(void)!child_wait(pid, NULL);
	return rc;
}

/* ---- a function as root ------------------------------------------------- */

struct job {
	const struct idmap *map;
	const char *dir;
	ns_fn *fn;
	void *data;
};

static int run_job(const struct job *job, int start, struct err *e)
{
	char go;
	int rc;

	/* A command that is killed must not go on changing things. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(start, &go, 1) != 1)
		return err_say(e, ECHILD, "the parent process ended");
	if (job->dir != NULL && chdir(job->dir) < 0)
		return err_set(e, errno, "enter %s", job->dir);
	rc = ns_become_root(job->map, e);
	ns_hide();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (rc == 0 && job->dir != NULL &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		rc = ns_explain(errno, "make mounts private", e);
	umask(0);
	return rc < 0 ? rc : job->fn(job->data, e);
}

static _Noreturn void child_main(const struct job *job, int start, int verdict)
{
	struct err e = { 0 };
	int rc = run_job(job, start, &e);

	end_child(verdict, rc, &e);
}

static int run(const struct idmap *map, unsigned long more, const char *dir,
	       ns_fn *fn, void *data, struct err *e)
{
	const struct job job = { map, dir, fn, data };
	SCOPED_FD int start = -1;
	SCOPED_FD int verdict = -1;
	int starts[2], verdicts[2];
	pid_t pid;
	int rc;

	if (pipe2(starts, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	if (pipe2(verdicts, O_CLOEXEC) < 0) {
		close(starts[0]);
		close(starts[1]);
		return err_set(e, errno, "pipe");
	}
	pid = ns_fork(CLONE_NEWUSER | more, e);
	if (pid == 0) {
		close(starts[1]);
		close(verdicts[0]);
		child_main(&job, starts[0], verdicts[1]);
	}
	close(starts[0]);
	close(verdicts[1]);
	start = starts[1];
	verdict = verdicts[0];
	if (pid < 0)
		return pid;
	rc = ns_map(pid, map, e);
	if (rc == 0)
		rc = write_all(start, "g", 1);
	close(fd_give(&start));
	if (rc == 0)
		rc = ns_verdict_receive(verdict, e);
	(void)!child_wait(pid, NULL);
	return rc;
}

int ns_run(const struct idmap *map, const char *dir, ns_fn *fn, void *data,
	   struct err *e)
{
	return run(map, dir != NULL ? CLONE_NEWNS : 0, dir, fn, data, e);
}

struct reporting {
	ns_fn *fn;
	void *data;
	const void *report;
	size_t report_bytes;
	int writer;
};

static int run_reporting(void *data, struct err *e)
{
	const struct reporting *r = data;
	int rc = r->fn(r->data, e);

	(void)!write_all(r->writer, r->report, r->report_bytes);
	return rc;
}

int ns_run_report(const struct idmap *map, const char *dir, ns_fn *fn,
		  void *data, void *report, size_t report_bytes, struct err *e)
{
	struct reporting r = { fn, data, report, report_bytes, -1 };
	SCOPED_FD int reader = -1;
	int ends[2];
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	r.writer = ends[1];
	rc = ns_run(map, dir, run_reporting, &r, e);
	close(ends[1]);
	/* A pipe holds it whole. */
	if (rc == 0 &&
	    read(reader, report, report_bytes) != (ssize_t)report_bytes)
		return err_say(e, ECHILD, "a helper process was killed");
	return rc;
}

int ns_run_alone(const struct idmap *map, const char *dir, ns_fn *fn,
		 void *data, struct err *e)
{
	return run(map, CLONE_NEWNS | CLONE_NEWPID, dir, fn, data, e);
}

/* ---- a namespace without anybody in it ---------------------------------- */

int ns_open(const struct idmap *map, struct err *e)
{
	SCOPED_TEXT char *path = NULL;
	pid_t pid = ns_fork(CLONE_NEWUSER, e);
	int fd, rc;

	if (pid < 0)
		return pid;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	rc = ns_map(pid, map, e);
	path = mem_printf("/proc/%d/ns/user", pid);
	fd = rc == 0 ? open(path, O_RDONLY | O_CLOEXEC) : rc;
	if (rc == 0 && fd < 0)
		fd = err_set(e, errno, "open %s", path);
	(void)kill(pid, SIGKILL);
	(void)!child_wait(pid, NULL);
	return fd;
}

int ns_open_joined(const struct idmap *disk, const struct idmap *shown,
		   struct err *e)
{
	struct idmap joined;
	int rc = idmap_join(disk, shown, &joined, e);

	return rc < 0 ? rc : ns_open(&joined, e);
}
