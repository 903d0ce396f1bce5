/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/files.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/mem.h"

enum { FILE_READ_BYTES = 65536, FILE_TEMP_TRIES = 16 };

int write_all(int fd, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t n = write(fd, bytes, len_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len_bytes -= (size_t)n;
	}
	return 0;
}

int file_read(int dir_fd, const char *name, size_t max_bytes, struct buf *out,
	      struct err *e)
{
	SCOPED_FD int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	size_t start = out->len_bytes;

	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	for (;;) {
		char *room = buf_reserve(out, FILE_READ_BYTES);
		ssize_t n = read(fd, room + out->len_bytes, FILE_READ_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = errno;

			buf_cut(out, start);
			return err_set(e, code, "read %s", name);
		}
		out->len_bytes += (size_t)n;
		out->data[out->len_bytes] = '\0';
		if (n == 0)
			return 0;
		if (out->len_bytes - start > max_bytes) {
			buf_cut(out, start);
			return err_set(e, EFBIG, "read %s", name);
		}
	}
}

/* A new name beside the target, hidden and recognisable as ours. */
static char *open_temp(int dir_fd, const char *name, mode_t mode, int *ret_fd,
		       struct err *e)
{
	const char *base = strrchr(name, '/');
	int dir_len = base != NULL ? (int)(base - name) + 1 : 0;

	base = base != NULL ? base + 1 : name;
	for (int i = 0; i < FILE_TEMP_TRIES; i++) {
		SCOPED_TEXT char *temp = NULL;
		uint32_t random = 0;
		int fd;

		if (getrandom(&random, sizeof(random), 0) < 0) {
			err_set(e, errno, "getrandom");
			return NULL;
		}
		/* A name of 255 bytes leaves no room for ours around it. */
		temp = mem_printf("%.*s.%.*s.%08x.tmp", dir_len, name,
				  (int)min_size(strlen(base), 200), base,
				  random);
		fd = openat(dir_fd, temp,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0) {
			*ret_fd = fd;
			return text_give(&temp);
		}
		if (errno != EEXIST) {
			err_set(e, errno, "create %s", temp);
			return NULL;
		}
	}
	err_set(e, EEXIST, "create a file beside %s", name);
	return NULL;
}

void file_copy_attributes(int from, int to, const char *except)
{
	char names[4096], value[4096];
	ssize_t len = flistxattr(from, names, sizeof(names));

	for (const char *name = names; len > 0 && name < names + len;
	     name += strlen(name) + 1) {
		ssize_t n = fgetxattr(from, name, value, sizeof(value));

		if (n >= 0 && (except == NULL ||
			       strncmp(name, except, strlen(except)) != 0))
			(void)!fsetxattr(to, name, value, (size_t)n, 0);
	}
}

static int fill_temp(int fd, const struct stat *old, const char *bytes,
		     size_t len_bytes)
{
	int rc = write_all(fd, bytes, len_bytes);

	if (rc < 0)
		return rc;
	if (old != NULL) {
		/* Only root may give files away: keep what can be kept. */
		(void)!fchown(fd, old->st_uid, old->st_gid);
		if (fchmod(fd, old->st_mode & 07777) < 0)
			return -errno;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int sync_parent(int dir_fd, const char *name, struct err *e)
{
	const char *slash = strrchr(name, '/');
	SCOPED_TEXT char *dir = NULL;
	SCOPED_FD int fd = -1;

	if (slash == NULL && dir_fd != AT_FDCWD)
		return dir_sync(dir_fd, e);
	dir = slash == NULL
		      ? mem_copy(".")
		      : mem_text(name, max_size((size_t)(slash - name), 1));
	fd = dir_open(dir_fd, dir, e);
	return fd < 0 ? fd : dir_sync(fd, e);
}

int link_copy(int from_fd, const char *from_name, int to_fd,
	      const char *to_name, struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_fd, from_name, target, sizeof(target));

	if (n < 0 || (size_t)n >= sizeof(target))
		return err_set(e, n < 0 ? errno : ENAMETOOLONG,
			       "read the link %s", from_name);
	target[n] = '\0';
	return symlinkat(target, to_fd, to_name) < 0
		       ? err_set(e, errno, "make the link %s", to_name)
		       : 0;
}

/* What a symbolic link says, relative to where name is; NULL: not readable. */
static char *link_text(int dir_fd, const char *name)
{
	const char *slash = strrchr(name, '/');
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir_fd, name, target, sizeof(target));

	if (n <= 0 || (size_t)n >= sizeof(target))
		return NULL;
	if (target[0] == '/' || slash == NULL)
		return mem_text(target, (size_t)n);
	return mem_printf("%.*s/%.*s", (int)(slash - name), name, (int)n,
			  target);
}

/*
 * Where a symbolic link leads, through any number of others; NULL when name
 * is none. One that leads to a file which is not there yet is followed one
 * step, so that writing through it creates that file, as open(2) does.
 */
static char *link_target(int dir_fd, const char *name)
{
	SCOPED_TEXT char *proc = NULL;
	SCOPED_FD int fd = -1;
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISLNK(st.st_mode))
		return NULL;
	fd = openat(dir_fd, name, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? link_text(dir_fd, name) : NULL;
	proc = mem_printf("/proc/self/fd/%d", fd);
	n = readlink(proc, target, sizeof(target));
	if (n <= 0 || (size_t)n >= sizeof(target))
		return NULL;
	return mem_text(target, (size_t)n);
}

int file_replace(int dir_fd, const char *name, const char *bytes,
		 size_t len_bytes, mode_t mode, struct err *e)
{
	SCOPED_TEXT char *target = link_target(dir_fd, name);
	SCOPED_TEXT char *temp = NULL;
	SCOPED_FD int fd = -1;
	struct stat st;
	bool exists;
	int rc;

	if (target != NULL)
		name = target;
	exists = fstatat(dir_fd, name, &st, 0) == 0;
	temp = open_temp(dir_fd, name, mode, &fd, e);
	if (temp == NULL)
		return -errno;
	rc = fill_temp(fd, exists ? &st : NULL, bytes, len_bytes);
	if (exists && S_ISREG(st.st_mode)) {
		SCOPED_FD int old = openat(dir_fd, name,
					   O_RDONLY | O_CLOEXEC | O_NONBLOCK);

		if (old >= 0)
			file_copy_attributes(old, fd, NULL);
	}
	if (rc == 0 && renameat(dir_fd, temp, dir_fd, name) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)unlinkat(dir_fd, temp, 0);
		return err_set(e, -rc, "write %s", name);
	}
	return sync_parent(dir_fd, name, e);
}

int file_append(int dir_fd, const char *name, const char *bytes,
		size_t len_bytes, mode_t mode, struct err *e)
{
	SCOPED_FD int fd = -1;
	struct stat before;
	int rc;

	fd = openat(dir_fd, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
		    mode);
	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	if (fstat(fd, &before) < 0)
		return err_set(e, errno, "stat %s", name);
	rc = write_all(fd, bytes, len_bytes);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (rc < 0) {
		/* A full disk must not leave half a line behind. */
		(void)!ftruncate(fd, before.st_size);
		return err_set(e, -rc, "write %s", name);
	}
	return 0;
}

int dir_open(int dir_fd, const char *name, struct err *e)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fd : err_set(e, errno, "open directory %s", name);
}

int dir_sync(int dir_fd, struct err *e)
{
	/* Some file systems (FUSE, CIFS) cannot: nothing better to do there. */
	if (fsync(dir_fd) < 0 && errno != EINVAL && errno != ENOTSUP)
		return err_set(e, errno, "sync directory");
	return 0;
}

int dir_make(const char *path, mode_t mode, struct err *e)
{
	SCOPED_TEXT char *part = mem_copy(path);

	for (char *p = part + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return err_set(e, errno, "make directory %s", part);
		*p = '/';
	}
	if (mkdir(part, mode) < 0 && errno != EEXIST)
		return err_set(e, errno, "make directory %s", part);
	return 0;
}

int dir_make_parent(const char *path, mode_t mode, struct err *e)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *dir = NULL;

	if (slash == NULL || slash == path)
		return 0;
	dir = mem_text(path, (size_t)(slash - path));
	return dir_make(dir, mode, e);
}

void standard_fds_open(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < (int)COUNT_OF(modes); fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", modes[fd]);
}
