/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/copyup.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/run/rootfs.h"
#include "workspace/store/tree.h"

enum { NOBODY = 65534, STATUS_MAX_BYTES = 65536 };

/* ---- finding it --------------------------------------------------------- */

static int open_start(int proc, const struct path_syscall *call)
{
	SCOPED_TEXT char *path =
		call->path[0] == '/' ? mem_printf("%d/root", call->pid)
		: call->dir == AT_FDCWD
			? mem_printf("%d/cwd", call->pid)
			: mem_printf("%d/fd/%d", call->pid, call->dir);

	return openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Whether the caller sees the same root directory as we do. */
static bool shares_root(int proc, pid_t pid)
{
	SCOPED_TEXT char *path = mem_printf("%d/root", pid);
	struct stat mine, its;

	return fstatat(proc, path, &its, 0) == 0 && stat("/", &mine) == 0 &&
	       mine.st_dev == its.st_dev && mine.st_ino == its.st_ino;
}

/*
 * What the call names, O_PATH. After chroot(2) a relative path is resolved as
 * if its directory were the root: one that leads further up finds nothing then.
 * Links of /proc would be ours instead of the caller's, and are not followed.
 */
static int open_named(int proc, const struct path_syscall *call)
{
	bool shared = shares_root(proc, call->pid);
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | (call->follow ? 0 : O_NOFOLLOW),
		.resolve = shared ? RESOLVE_NO_MAGICLINKS : RESOLVE_IN_ROOT,
	};
	SCOPED_FD int start = shared && call->path[0] == '/'
				      ? AT_FDCWD
				      : open_start(proc, call);

	if (start == -1)
		return -1;
	return (int)syscall(SYS_openat2, start, call->path, &how, sizeof(how));
}

/* ---- judging it --------------------------------------------------------- */

/*
 * A file that shows 65534 may also belong to the user of that number inside.
 * O_NOATIME is for the owner, and for root where it knows the owner (open(2)).
 * Whom a symbolic link belongs to makes no difference.
 */
static bool is_foreign(int proc, int file, const struct stat *st)
{
	SCOPED_TEXT char *path = mem_printf("self/fd/%d", file);
	int flags = O_RDONLY | O_NOATIME | O_CLOEXEC;
	SCOPED_FD int as_owner = -1;

	if (st->st_uid != NOBODY)
		return false;
	if (S_ISLNK(st->st_mode))
		return true;
	if (!S_ISREG(st->st_mode))
		return false;
	as_owner = openat(proc, path, flags);
	return as_owner < 0 && errno == EPERM;
}

/*
 * "Uid: REAL EFFECTIVE SAVED FS", as our user namespace has it: the last one is
 * what counts for files (proc(5), credentials(7)).
 */
static bool is_root(int proc, pid_t pid)
{
	SCOPED_TEXT char *path = mem_printf("%d/status", pid);
	SCOPED_BUF struct buf text = { 0 };
	const char *line;
	unsigned fs_uid;

	if (file_read(proc, path, STATUS_MAX_BYTES, &text, NULL) < 0)
		return false;
	line = strstr(buf_text(&text), "\nUid:");
	return line != NULL &&
	       sscanf(line, "\nUid: %*u %*u %*u %u", &fs_uid) == 1 &&
	       fs_uid == 0;
}

static bool is_same(const struct copyup *copyup, struct stat *ret)
{
	return fstatat(copyup->dir, copyup->name, ret, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       ret->st_dev == copyup->dev && ret->st_ino == copyup->ino;
}

/*
 * The directory and the name of an open file, links resolved, as the kernel has
 * them. A file that has moved, or of another mount namespace, is not found.
 */
static bool find_name(int proc, int file, struct copyup *copyup)
{
	SCOPED_TEXT char *link = mem_printf("self/fd/%d", file);
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_NO_SYMLINKS };
	char path[PATH_MAX];
	ssize_t n = readlinkat(proc, link, path, sizeof(path) - 1);
	struct stat st;
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL || strlen(slash + 1) > NAME_MAX)
		return false;
	memcpy(copyup->name, slash + 1, strlen(slash + 1) + 1);
	*slash = '\0';
	copyup->dir = (int)syscall(SYS_openat2, AT_FDCWD,
				   path[0] != '\0' ? path : "/", &how,
				   sizeof(how));
	return copyup->dir >= 0 && rootfs_is_own(copyup->dir) &&
	       is_same(copyup, &st);
}

bool copyup_look(int proc, const struct path_syscall *call, struct copyup *ret)
{
	SCOPED_FD int file = open_named(proc, call);
	struct copyup copyup = { .dir = -1 };
	struct stat st;

	if (file < 0 || fstat(file, &st) < 0 || !is_foreign(proc, file, &st) ||
	    !rootfs_is_own(file) || !is_root(proc, call->pid))
		return false;
	copyup.dev = st.st_dev;
	copyup.ino = st.st_ino;
	if (!find_name(proc, file, &copyup)) {
		copyup_drop(&copyup);
		return false;
	}
	*ret = copyup;
	return true;
}

void copyup_drop(struct copyup *copyup)
{
	scope_close(&copyup->dir);
	copyup->dir = -1;
}

/* ---- doing it ----------------------------------------------------------- */

static int new_name(char *ret, size_t ret_bytes, struct err *e)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_set(e, errno, "getrandom");
	snprintf(ret, ret_bytes, ".earshot-%016llx",
		 (unsigned long long)random);
	return 0;
}

/* As overlayfs does: or the machine that loses power has an empty file. */
static int sync_copy(int dir, const char *name, const struct stat *st,
		     struct err *e)
{
	SCOPED_FD int fd = -1;

	if (!S_ISREG(st->st_mode))
		return 0;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? err_set(e, errno, "sync %s", name) : 0;
}

int copyup_file(const struct copyup *copyup, struct err *e)
{
	char aside[sizeof(".earshot-") + 16];
	struct stat st;
	int rc = new_name(aside, sizeof(aside), e);

	if (rc < 0)
		return rc;
	rc = tree_copy_one(copyup->dir, copyup->name, aside, e);
	if (rc == 0 && !is_same(copyup, &st))
		rc = err_set(e, ESTALE, "copy up %s", copyup->name);
	if (rc == 0)
		rc = sync_copy(copyup->dir, aside, &st, e);
	if (rc == 0 &&
	    renameat(copyup->dir, aside, copyup->dir, copyup->name) < 0)
		rc = err_set(e, errno, "copy up %s", copyup->name);
	if (rc < 0)
		(void)unlinkat(copyup->dir, aside, 0);
	return rc;
}
