/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/boot.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"
#include "workspace/lxc/liblxc.h"
#include "workspace/lxc/root.h"
#include "workspace/run/supervisor.h"
#include "workspace/store/walk.h"

enum {
	POLL_MS = 5,
	KEPT_FD = 600, /* where the few that the keeper keeps go */
	RUN_FILE_MAX_BYTES = 64,
	MOUNT_TEXT_BYTES = 128, /* what else is in the text of a mount */
	CGROUP_FILE_MAX_BYTES = 65536,
};

/* The second line of the run file. */
static const char note_up[] = "up\n";
static const char seccomp_profile[] = "/usr/share/lxc/config/common.seccomp";

/* ---- what is possible --------------------------------------------------- */

/* The directory of our own cgroup, of cgroup v2. NULL when there is none. */
static char *own_cgroup(void)
{
	SCOPED_BUF struct buf text = { 0 };
	struct statfs fs;
	const char *at;

	if (statfs("/sys/fs/cgroup", &fs) < 0 ||
	    (uint32_t)fs.f_type != CGROUP2_SUPER_MAGIC ||
	    file_read(AT_FDCWD, "/proc/self/cgroup", CGROUP_FILE_MAX_BYTES,
		      &text, NULL) < 0)
		return NULL;
	at = strstr(buf_text(&text), "0::/");
	return at == NULL ? NULL
			  : mem_printf("/sys/fs/cgroup%.*s",
				       (int)strcspn(at + 3, "\n"), at + 3);
}

int boot_check(struct err *e)
{
	SCOPED_TEXT char *cgroup = own_cgroup();
	int rc = liblxc_load(e);

	if (rc < 0 || geteuid() == 0)
		return rc;
	if (cgroup == NULL)
		return err_say(
			e, EPERM,
			"a full system container of an ordinary user "
			"needs cgroup v2 at /sys/fs/cgroup (boot with "
			"systemd.unified_cgroup_hierarchy=1); root needs "
			"nothing");
	if (access(cgroup, W_OK) < 0)
		return err_say(e, EPERM,
			       "a full system container needs a cgroup that is "
			       "yours; start it with: systemd-run --user "
			       "--scope -p Delegate=yes project workspace ...");
	return 0;
}

/* ---- what a killed keeper left ------------------------------------------ */

/* A group goes when the groups in it are gone; one with processes stays. */
static int remove_group(void *data, int dir, const char *name, unsigned depth,
			struct err *e)
{
	SCOPED_FD int child = walk_open(dir, name);

	(void)data;
	if (child < 0)
		return 0;
	(void)!walk_dir(child, depth + 1, remove_group, NULL, e);
	(void)unlinkat(dir, name, AT_REMOVEDIR);
	return 0;
}

/*
 * In each hierarchy liblxc makes a group for its monitor and one for what runs.
 * They are empty directories, yet the next start would get others beside them.
 */
static void sweep_hierarchy(const char *path, const char *upper)
{
	static const char *const groups[] = { "lxc.monitor", "lxc.payload" };
	SCOPED_FD int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; dir >= 0 && i < COUNT_OF(groups); i++) {
		SCOPED_TEXT char *name = mem_printf("%s.%s", groups[i], upper);

		(void)!remove_group(NULL, dir, name, 0, NULL);
	}
}

static int sweep_child(void *data, int dir, const char *name, unsigned depth,
		       struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/sys/fs/cgroup/%s", name);

	(void)dir;
	(void)depth;
	(void)e;
	sweep_hierarchy(path, data);
	return 0;
}

/* v1 has a hierarchy in each directory; v2 is one, and a user's part is his. */
static void sweep_groups(const char *upper)
{
	SCOPED_FD int top = open("/sys/fs/cgroup",
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	SCOPED_TEXT char *own = own_cgroup();

	sweep_hierarchy("/sys/fs/cgroup", upper);
	if (own != NULL)
		sweep_hierarchy(own, upper);
	if (top >= 0)
		(void)!walk_dir(top, 0, sweep_child, (void *)(uintptr_t)upper,
				NULL);
}

/* ---- what a container is like ------------------------------------------- */

static void set_ids(struct container *c, char kind, const struct idmap_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		container_set(c, "lxc.idmap", "%c %u %u %u", kind,
			      ids->ranges[i].inside, ids->ranges[i].outside,
			      ids->ranges[i].count);
}

/* A path as fstab(5) takes it. */
static void add_path(struct buf *out, const char *path)
{
	for (; *path != '\0'; path++) {
		if (strchr(" \t\n\\", *path) != NULL)
			buf_addf(out, "\\%03o", (unsigned char)*path);
		else
			buf_add_char(out, *path);
	}
}

static void set_share(struct container *c, const struct share *share,
		      const char *source)
{
	SCOPED_BUF struct buf entry = { 0 };
	struct stat st;
	bool directory = stat(share->source, &st) == 0 && S_ISDIR(st.st_mode);

	add_path(&entry, source);
	buf_add_char(&entry, ' ');
	/* Relative to the container's root directory. */
	add_path(&entry, share->inside + 1);
	container_set(c, "lxc.mount.entry",
		      "%s none bind,nosuid,nodev,%screate=%s 0 0",
		      buf_text(&entry), share->read_only ? "ro," : "",
		      directory ? "dir" : "file");
}

static void set_shares(struct container *c, const struct rootfs *rootfs)
{
	for (size_t i = 0; i < rootfs->share_count; i++) {
		SCOPED_TEXT char *place = mem_printf(ROOT_PLACE "/%zu", i);
		const struct share *share = &rootfs->shares[i];

		set_share(c, share, geteuid() == 0 ? place : share->source);
	}
}

/*
 * As root the root directory is ready; else liblxc stacks the layers, in one
 * text of at most a page.
 */
static int set_root(struct container *c, const struct rootfs *rootfs,
		    struct err *e)
{
	SCOPED_BUF struct buf path = { 0 };
	const char *store = rootfs->store->path;

	if (geteuid() == 0) {
		container_set(c, "lxc.rootfs.path", "dir:" ROOT_PLACE "/root");
		return 0;
	}
	buf_add_text(&path, rootfs->lower.count > 0 ? "overlay:" : "dir:");
	/* Of several the first one lies on top, as with overlayfs itself. */
	for (size_t i = 0; i < rootfs->lower.count; i++)
		buf_addf(&path, "%s/layers/%s/up:", store,
			 rootfs->lower.ids[i]);
	buf_addf(&path, "%s/layers/%s/up", store, rootfs->upper);
	/* The upper one stands there once more, as work directory. */
	if (path.len_bytes + strlen(store) + MOUNT_TEXT_BYTES >
	    (size_t)sysconf(_SC_PAGESIZE))
		return err_say(
			e, E2BIG,
			"%zu layers are too many for liblxc; join them "
			"with: project workspace gc --flatten --layers 1",
			rootfs->lower.count);
	container_set(c, "lxc.rootfs.path", "%s", buf_text(&path));
	/* Without it what overlayfs notes is lost in a user namespace. */
	if (rootfs->lower.count > 0)
		container_set(c, "lxc.rootfs.options", "userxattr");
	return 0;
}

/* apparmor_parser is there, which loads a profile; newuidmap is not. */
static const char sbin_path[] = "/usr/sbin:/sbin";

static bool has_apparmor(void)
{
	SCOPED_BUF struct buf text = { 0 };

	return file_read(AT_FDCWD, "/sys/module/apparmor/parameters/enabled",
			 64, &text, NULL) == 0 &&
	       buf_text(&text)[0] == 'Y';
}

static void set_net(struct container *c, const struct rootfs *rootfs)
{
	if (!rootfs->private_net) {
		container_set(c, "lxc.net.0.type", "none");
	} else if (rootfs->bridge == NULL) {
		container_set(c, "lxc.net.0.type", "empty");
	} else {
		container_set(c, "lxc.net.0.type", "veth");
		container_set(c, "lxc.net.0.link", "%s", rootfs->bridge);
		container_set(c, "lxc.net.0.flags", "up");
	}
}

static void set_system(struct container *c, const struct rootfs *rootfs)
{

	container_set(c, "lxc.uts.name", "%s", rootfs->hostname);
	/* systemd would take the base's /etc/hostname instead; in a container
	 * its command line stands for the kernel's. Other inits ignore it. */
	container_set(c, "lxc.init.cmd", "/sbin/init systemd.hostname=%s",
		      rootfs->hostname);
	set_net(c, rootfs);
	container_set(c, "lxc.autodev", "1");
	container_set(c, "lxc.tty.max", "0");
	container_set(c, "lxc.pty.max", "1024");
	container_set(c, "lxc.console.path", "none");
	container_set(c, "lxc.mount.auto", "proc:mixed cgroup:mixed%s",
		      rootfs->private_net ? " sys:mixed" : "");
	container_set(c, "lxc.cap.drop",
		      "mac_admin mac_override sys_time sys_module sys_rawio");
	if (access(seccomp_profile, R_OK) == 0)
		container_set(c, "lxc.seccomp.profile", "%s", seccomp_profile);
	if (has_apparmor()) {
		/* Only root may load one, or make a namespace of them. */
		container_set(c, "lxc.apparmor.profile", "%s",
			      geteuid() == 0 ? "generated" : "unconfined");
		if (geteuid() == 0)
			container_set(c, "lxc.apparmor.allow_nesting", "1");
	}
	/* systemd's; we ask other inits in their own way (boot_stop). */
	container_set(c, "lxc.signal.halt", "SIGRTMIN+3");
	container_set(c, "lxc.signal.stop", "SIGKILL");
	/* Nothing of it outlives the keeper, which holds the lock. */
	container_set(c, "lxc.monitor.signal.pdeath", "SIGKILL");
}

static int set_all(struct container *c, const struct rootfs *rootfs,
		   const struct idmap *boot, struct err *e)
{
	int rc = set_root(c, rootfs, e);

	if (rc < 0)
		return rc;
	set_ids(c, 'u', &boot->uids);
	set_ids(c, 'g', &boot->gids);
	set_system(c, rootfs);
	set_shares(c, rootfs);
	return 0;
}

/* The ids on disk, and those that it runs as: never root's own. */
static int choose_ids(const struct boot *boot, struct idmap *ret_disk,
		      struct idmap *ret_boot, struct err *e)
{
	const struct store *store = boot->rootfs->store;
	int rc = store_map(store, boot->meta, ret_disk, e);

	if (rc < 0)
		return rc;
	*ret_boot = *ret_disk;
	if (geteuid() != 0)
		return 0;
	idmap_nobody(&store->map, ret_boot);
	return 0;
}

/* ---- the keeper --------------------------------------------------------- */

struct keeper {
	const struct boot *boot;
	const struct container *container;
	const struct idmap *disk, *ids;
	int lock; /* held while it runs */
	int alive; /* a pipe's end: closed when it is over */
	int log;
};

/* Nothing of the caller's: no terminal, no descriptor, no session. */
static void let_go(struct keeper *keeper)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	liblxc_log_use(keeper->log);
	/* Inherited by liblxc's monitor, closed when the init is executed. */
	(void)fcntl(keeper->lock, F_DUPFD_CLOEXEC, KEPT_FD);
	(void)fcntl(keeper->alive, F_DUPFD_CLOEXEC, KEPT_FD);
	(void)close_range(STDERR_FILENO + 1, KEPT_FD - 1, 0);
	(void)close_range(KEPT_FD + 2, ~0U, 0);
}

/* pid 0: not known yet, also when whoever started it was killed. */
static int write_note(int lock, pid_t init, const char *upper, struct err *e)
{
	SCOPED_TEXT char *text = mem_printf("lxc %d %s\n", init, upper);

	if (ftruncate(lock, 0) < 0 ||
	    pwrite(lock, text, strlen(text), 0) != (ssize_t)strlen(text))
		return err_set(e, errno, "write who runs a workspace");
	return 0;
}

/* liblxc made it for an AppArmor profile, and leaves it. */
static void drop_directory(const struct container *container)
{
	SCOPED_TEXT char *path = mem_printf("%s/%s", container->path,
					    container->name);

	(void)rmdir(path);
}

static _Noreturn void keeper_main(struct keeper *keeper)
{
	struct err e = { 0 };
	int rc;

	let_go(keeper);
	rc = write_note(KEPT_FD, 0, keeper->container->name, &e);
	if (rc == 0 && geteuid() == 0) {
		/* With newuidmap(1) at hand liblxc would use it even as root,
		 * and want the range in /etc/subuid. */
		(void)setenv("PATH", sbin_path, 1);
		rc = root_prepare(keeper->boot->rootfs, keeper->disk,
				  keeper->ids, &e);
	}
	if (rc < 0) {
		char text[ERR_TEXT_BYTES + 128];

		fprintf(stderr, "lxc: 0 %s\n",
			err_text(&e, text, sizeof(text)));
		_exit(1);
	}
	rc = container_run(keeper->container, NULL);
	drop_directory(keeper->container);
	_exit(rc == 0 ? 0 : 1);
}

/*
 * The container's own name: every state of a workspace has another upper. Its
 * directory only becomes part of a socket's name, but liblxc wants it to be one
 * that the container's root may search.
 */
static struct container address(const struct store *store, const char *upper,
				char **ret_path)
{
	*ret_path = geteuid() == 0 ? mem_copy("/run")
				   : mem_printf("%s/run", store->path);
	return (struct container){ .path = *ret_path, .name = upper };
}

/* 0 with the process's number, or -EIO when the keeper ended before. */
static int wait_for_init(const struct container *container, int alive,
			 pid_t *ret_init, struct err *e)
{
	uint64_t until = clock_ms() + BOOT_START_MS;
	struct pollfd over = { .fd = alive, .events = POLLIN };

	while (clock_ms() < until) {
		if (poll(&over, 1, POLL_MS) > 0)
			return -EIO;
		*ret_init = container_init_pid(container);
		if (*ret_init > 0)
			return 0;
	}
	return err_set(e, ETIMEDOUT, "start %s", container->name);
}

static int start_keeper(struct keeper *keeper, struct err *e)
{
	SCOPED_TEXT char *path = NULL;
	const struct container named = address(
		keeper->boot->rootfs->store, keeper->boot->meta->upper, &path);
	SCOPED_FD int alive = -1;
	int ends[2];
	pid_t pid, init = 0;
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	fflush(NULL);
	pid = fork();
	alive = ends[0];
	keeper->alive = ends[1];
	if (pid == 0)
		keeper_main(keeper);
	rc = errno;
	close(ends[1]);
	if (pid < 0)
		return err_set(e, rc, "fork");
	rc = wait_for_init(&named, alive, &init, e);
	if (rc == -EIO)
		return liblxc_log_explain(keeper->log, "start its init", e);
	return rc < 0 ? rc : write_note(keeper->lock, init, named.name, e);
}

int boot_start(const struct boot *boot, struct err *e)
{
	SCOPED_TEXT char *path = NULL;
	SCOPED_CONTAINER struct container container =
		address(boot->rootfs->store, boot->meta->upper, &path);
	SCOPED_FD int lock = -1;
	SCOPED_FD int log = -1;
	struct idmap disk, ids;
	struct keeper keeper = { boot, &container, &disk, &ids, -1, -1, -1 };
	int rc = boot_check(e);

	if (rc == 0 && geteuid() != 0 && !boot->rootfs->private_net)
		return err_say(
			e, EPERM,
			"a full system container with the host's network "
			"is root's: the kernel gives it no /sys");
	if (rc == 0)
		rc = choose_ids(boot, &disk, &ids, e);
	if (rc == 0)
		rc = set_all(&container, boot->rootfs, &ids, e);
	if (rc < 0)
		return rc;
	lock = supervisor_lock(boot->rootfs->store, boot->name, e);
	log = lock < 0 ? lock : liblxc_log_open(e);
	if (log < 0)
		return log;
	sweep_groups(boot->meta->upper);
	keeper.lock = lock;
	keeper.log = log;
	return start_keeper(&keeper, e);
}

/* ---- while it runs ------------------------------------------------------ */

static int open_run_file(const struct store *store, const char *name)
{
	SCOPED_TEXT char *file = mem_printf("run/%s.run", name);

	return openat(store->dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

static bool is_locked(int run_file)
{
	if (flock(run_file, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	(void)flock(run_file, LOCK_UN);
	return false;
}

/* False when it is none of liblxc's that runs. */
static bool read_note(int run_file, pid_t *ret_init,
		      char ret_upper[LAYER_ID_BYTES + 1])
{
	char text[RUN_FILE_MAX_BYTES];
	ssize_t n = pread(run_file, text, sizeof(text) - 1, 0);
	char *upper = NULL;

	text[n > 0 ? n : 0] = '\0';
	if (strncmp(text, "lxc ", 4) != 0)
		return false;
	*ret_init = (pid_t)strtol(text + 4, &upper, 10);
	if (*upper != ' ' || !layer_id_is_valid(upper + 1, LAYER_ID_BYTES))
		return false;
	memcpy(ret_upper, upper + 1, LAYER_ID_BYTES);
	ret_upper[LAYER_ID_BYTES] = '\0';
	return true;
}

/* Where nobody lived to write its process down, liblxc knows it. */
static pid_t find_init(const struct store *store, int run_file)
{
	char upper[LAYER_ID_BYTES + 1];
	SCOPED_TEXT char *path = NULL;
	struct container named;
	pid_t init;

	if (!read_note(run_file, &init, upper))
		return 0;
	if (init > 0)
		return init;
	named = address(store, upper, &path);
	return liblxc_load(NULL) == 0 ? container_init_pid(&named) : 0;
}

pid_t boot_running(const struct store *store, const char *name)
{
	SCOPED_FD int fd = open_run_file(store, name);

	return fd >= 0 && is_locked(fd) ? find_init(store, fd) : 0;
}

/* Frozen while the other end of sock is open: also a killed command lets go. */
static _Noreturn void freezer_main(const struct container *container, int sock,
				   int log)
{
	struct container named = *container;
	char word = 'P';
	bool good;

	liblxc_log_use(log);
	/* liblxc freezes nothing that has no configuration at all. */
	container_set(&named, "lxc.uts.name", "%s", container->name);
	good = container_freeze(&named, true) == 0;
	if (good && send(sock, &word, 1, MSG_NOSIGNAL) == 1)
		(void)!recv(sock, &word, 1, 0);
	_exit(good && container_freeze(&named, false) == 0 ? 0 : 1);
}

int boot_pause(const struct store *store, const char *upper, struct err *e)
{
	SCOPED_TEXT char *path = NULL;
	const struct container container = address(store, upper, &path);
	SCOPED_FD int log = -1;
	SCOPED_FD int mine = -1;
	int rc = liblxc_load(e);
	int ends[2];
	char word;
	pid_t pid;

	log = rc == 0 ? liblxc_log_open(e) : rc;
	if (log < 0)
		return log;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, errno, "socketpair");
	fflush(NULL);
	pid = fork();
	mine = ends[0];
	if (pid == 0) {
		close(mine);
		freezer_main(&container, ends[1], log);
	}
	rc = errno;
	close(ends[1]);
	if (pid < 0)
		return err_set(e, rc, "fork");
	if (recv(mine, &word, 1, 0) == 1)
		return fd_give(&mine);
	return liblxc_log_explain(log, "pause it (it can be stopped instead)",
				  e);
}

/* The file name of its program. */
static char *init_program(pid_t init)
{
	SCOPED_TEXT char *path = mem_printf("/proc/%d/exe", init);
	char exe[4096];
	ssize_t n = readlink(path, exe, sizeof(exe) - 1);
	const char *slash;

	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	return mem_copy(slash != NULL ? slash + 1 : exe);
}

bool boot_is_starting(const struct store *store, const char *name)
{
	SCOPED_FD int fd = open_run_file(store, name);
	SCOPED_TEXT char *program = NULL;
	char text[RUN_FILE_MAX_BYTES];
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof(text) - 1, 0) : 0;
	pid_t init = fd >= 0 ? find_init(store, fd) : 0;

	text[n > 0 ? n : 0] = '\0';
	if (init <= 0 || strcmp(text + strcspn(text, "\n"), "\nup\n") == 0)
		return false;
	program = init_program(init);
	return strcmp(program, "systemd") == 0;
}

void boot_set_started(const struct store *store, const char *name)
{
	SCOPED_TEXT char *file = mem_printf("run/%s.run", name);
	SCOPED_FD int fd = openat(store->dir, file,
				  O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_APPEND);
	char upper[LAYER_ID_BYTES + 1];
	pid_t init;

	if (fd >= 0 && is_locked(fd) && read_note(fd, &init, upper))
		(void)!write(fd, note_up, strlen(note_up));
}

/* How an init is asked to end: each in its own way. */
static int halt_signal(pid_t init)
{
	const struct {
		const char *program;
		int signal;
	} table[] = {
		{ "systemd", SIGRTMIN + 3 }, /* systemd(1) */
		{ "busybox", SIGUSR2 }, /* busybox init.c */
	};
	SCOPED_TEXT char *program = init_program(init);

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (strcmp(program, table[i].program) == 0)
			return table[i].signal;
	return SIGPWR; /* sysvinit, openrc, runit: as liblxc does */
}

static bool wait_unlocked(int run_file, unsigned wait_ms)
{
	uint64_t until = clock_ms() + wait_ms;

	while (is_locked(run_file)) {
		if (clock_ms() >= until)
			return false;
		(void)poll(NULL, 0, POLL_MS);
	}
	return true;
}

int boot_stop(const struct store *store, const char *name, struct err *e)
{
	SCOPED_FD int fd = open_run_file(store, name);
	SCOPED_FD int init = -1;
	pid_t pid = fd >= 0 ? find_init(store, fd) : 0;

	if (pid > 0)
		init = pidfd_open(pid, 0);
	/* Still locked after pidfd_open: the number meant this process. */
	if (init < 0 || !is_locked(fd))
		return 0;
	if (pidfd_send_signal(init, halt_signal(pid), NULL, 0) == 0 &&
	    wait_unlocked(fd, BOOT_STOP_MS))
		return 0;
	(void)pidfd_send_signal(init, SIGKILL, NULL, 0);
	if (!wait_unlocked(fd, BOOT_END_MS))
		return err_say(e, ETIMEDOUT,
			       "the workspace does not end (process %d)", pid);
	return 0;
}

int boot_enter(const void *place, int (*then)(void *data), void *data,
	       pid_t *ret_pid)
{
	const struct boot_place *where = place;
	SCOPED_TEXT char *path = NULL;
	const struct container container = address(where->store, where->upper,
						   &path);
	int rc = liblxc_load(NULL);

	return rc < 0 ? rc : container_attach(&container, then, data, ret_pid);
}
