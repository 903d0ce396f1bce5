/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/relocate.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"

enum { RELOCATE_DEPTH_MAX = 64, RELOCATE_BYTES = 1 << 16 };

static void scope_closedir(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

typedef int entry_fn(int from_fd, const char *name, int to_fd, int depth,
		     struct err *e);

/* Call fn for each entry of the directory that from_fd is. */
static int each(int from_fd, int to_fd, int depth, entry_fn *fn, struct err *e)
{
	int fd = openat(from_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ON_SCOPE_EXIT(scope_closedir) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (dir == NULL)
		return err_set(e, errno, "read a directory");
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (fn(from_fd, entry->d_name, to_fd, depth, e) < 0)
			return -e->code;
	}
	return 0;
}

/* Rights and times last: a directory's change with each file in it. */
static int finish(int from, int to, const struct stat *st, struct err *e)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	file_copy_attributes(from, to, "trusted.");
	if (fchmod(to, st->st_mode & 07777) < 0 || futimens(to, times) < 0 ||
	    fsync(to) < 0)
		return err_set(e, errno, "copy");
	return 0;
}

static int copy_file(int from_fd, int to_fd, const char *name,
		     const struct stat *st, struct err *e)
{
	SCOPED_FD int from = openat(from_fd, name,
				    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	SCOPED_FD int to = openat(
		to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	SCOPED_TEXT char *bytes = mem_new(RELOCATE_BYTES);
	ssize_t n;

	if (from < 0 || to < 0)
		return err_set(e, errno, "copy %s", name);
	while ((n = read(from, bytes, RELOCATE_BYTES)) > 0) {
		int rc = write_all(to, bytes, (size_t)n);

		if (rc < 0)
			return err_set(e, -rc, "copy %s", name);
	}
	return n < 0 ? err_set(e, errno, "copy %s", name)
		     : finish(from, to, st, e);
}

static int copy_entry(int from_fd, const char *name, int to_fd, int depth,
		      struct err *e);

static int copy_dir(int from_fd, const char *name, int to_fd,
		    const char *to_name, int depth, struct err *e)
{
	SCOPED_FD int from = openat(from_fd, name,
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	SCOPED_FD int to = -1;
	struct stat st;

	if (from < 0 || fstat(from, &st) < 0)
		return err_set(e, errno, "open %s", name);
	if (depth > RELOCATE_DEPTH_MAX)
		return err_set(e, ELOOP, "copy %s", name);
	if (mkdirat(to_fd, to_name, 0700) < 0)
		return err_set(e, errno, "make directory %s", to_name);
	to = dir_open(to_fd, to_name, e);
	if (to < 0 || each(from, to, depth + 1, copy_entry, e) < 0)
		return -e->code;
	return finish(from, to, &st, e);
}

static int copy_entry(int from_fd, const char *name, int to_fd, int depth,
		      struct err *e)
{
	struct stat st;

	if (fstatat(from_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "%s", name);
	if (S_ISDIR(st.st_mode))
		return copy_dir(from_fd, name, to_fd, name, depth, e);
	if (S_ISREG(st.st_mode))
		return copy_file(from_fd, to_fd, name, &st, e);
	if (S_ISLNK(st.st_mode))
		return link_copy(from_fd, name, to_fd, name, e);
	return err_say(e, EINVAL, "%s is no file, directory or link", name);
}

static int remove_entry(int from_fd, const char *name, int to_fd, int depth,
			struct err *e)
{
	SCOPED_FD int fd = openat(
		from_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && each(fd, to_fd, depth + 1, remove_entry, e) < 0)
		return -e->code;
	return unlinkat(from_fd, name, fd >= 0 ? AT_REMOVEDIR : 0) < 0
		       ? err_set(e, errno, "remove %s", name)
		       : 0;
}

int relocate(int dir_fd, const char *from, const char *to, struct err *e)
{
	const char *slash = strrchr(to, '/');
	SCOPED_TEXT char *temp = mem_printf(
		"%.*s.new-%08x", slash != NULL ? (int)(slash - to) + 1 : 0, to,
		(unsigned)getpid());
	int rc = copy_dir(dir_fd, from, dir_fd, temp, 0, e);

	if (rc == 0 &&
	    renameat2(dir_fd, temp, dir_fd, to, RENAME_NOREPLACE) < 0)
		rc = err_set(e, errno, "move %s to %s", from, to);
	if (rc < 0) {
		struct err ignored = { 0 };

		(void)!remove_entry(dir_fd, temp, -1, 0, &ignored);
		return rc;
	}
	return remove_entry(dir_fd, from, -1, 0, e);
}
