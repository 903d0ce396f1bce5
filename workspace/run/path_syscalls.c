/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/path_syscalls.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/uio.h>

enum { NONE = -1 };

/* Which calls wait at all: the fewer, the less it costs. */
enum condition {
	ALWAYS,
	WRITING, /* flags ask for writing, to a file that may be there */
	NAMED, /* path is not NULL */
	ASKING, /* "flags" have W_OK */
};

enum link { FOLLOWED, KEPT, KEPT_IF, FOLLOWED_IF };

struct shape {
	const char *name;
	enum condition condition;
	int dir, path, flags; /* numbers of arguments, or NONE */
	enum link link; /* what happens to a symbolic link ... */
	unsigned link_flag; /* ... if flags have this */
};

/* clang-format off */
static const struct shape shapes[] = {
	{ "open",             WRITING, NONE, 0, 1,    KEPT_IF, O_NOFOLLOW },
	{ "openat",           WRITING, 0,    1, 2,    KEPT_IF, O_NOFOLLOW },
	{ "openat2",          ALWAYS,  0,    1, 2,    KEPT_IF, O_NOFOLLOW },
	{ "creat",            ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "truncate",         ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "truncate64",       ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "link",             ALWAYS,  NONE, 0, NONE, KEPT, 0 },
	{ "linkat",           ALWAYS,  0,    1, 4,    FOLLOWED_IF,
						      AT_SYMLINK_FOLLOW },
	{ "rename",           ALWAYS,  NONE, 0, NONE, KEPT, 0 },
	{ "renameat",         ALWAYS,  0,    1, NONE, KEPT, 0 },
	{ "renameat2",        ALWAYS,  0,    1, NONE, KEPT, 0 },
	{ "chmod",            ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "fchmodat",         ALWAYS,  0,    1, NONE, FOLLOWED, 0 },
	{ "fchmodat2",        ALWAYS,  0,    1, 3,    KEPT_IF,
						      AT_SYMLINK_NOFOLLOW },
	{ "chown",            ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "chown32",          ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "lchown",           ALWAYS,  NONE, 0, NONE, KEPT, 0 },
	{ "lchown32",         ALWAYS,  NONE, 0, NONE, KEPT, 0 },
	{ "fchownat",         ALWAYS,  0,    1, 4,    KEPT_IF,
						      AT_SYMLINK_NOFOLLOW },
	{ "utime",            ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "utimes",           ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "futimesat",        NAMED,   0,    1, NONE, FOLLOWED, 0 },
	{ "utimensat",        NAMED,   0,    1, 3,    KEPT_IF,
						      AT_SYMLINK_NOFOLLOW },
	{ "utimensat_time64", NAMED,   0,    1, 3,    KEPT_IF,
						      AT_SYMLINK_NOFOLLOW },
	{ "setxattr",         ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "lsetxattr",        ALWAYS,  NONE, 0, NONE, KEPT, 0 },
	{ "removexattr",      ALWAYS,  NONE, 0, NONE, FOLLOWED, 0 },
	{ "lremovexattr",     ALWAYS,  NONE, 0, NONE, KEPT, 0 },
	{ "access",           ASKING,  NONE, 0, 1,    FOLLOWED, 0 },
	{ "faccessat",        ASKING,  0,    1, 2,    FOLLOWED, 0 },
	{ "faccessat2",       ASKING,  0,    1, 2,    FOLLOWED, 0 },
};
/* clang-format on */

/* ---- the filter --------------------------------------------------------- */

static int watch_writing(struct syscalls *filter, const struct shape *shape,
			 struct err *e)
{
	static const unsigned modes[] = { O_WRONLY, O_RDWR };
	/* Without O_DIRECTORY, which O_TMPFILE has in it. */
	const uint64_t makes_new = O_EXCL | (O_TMPFILE & ~O_DIRECTORY);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(modes); i++) {
		const struct syscalls_when when = {
			.number = (unsigned)shape->flags,
			.mask = O_ACCMODE | makes_new,
			.value = modes[i],
		};

		rc = syscalls_notify(filter, shape->name, &when, e);
	}
	return rc;
}

static int watch_asking(struct syscalls *filter, const struct shape *shape,
			struct err *e)
{
	const struct syscalls_when when = {
		.number = (unsigned)shape->flags,
		.mask = W_OK,
		.value = W_OK,
	};

	return syscalls_notify(filter, shape->name, &when, e);
}

static int watch(struct syscalls *filter, const struct shape *shape,
		 struct err *e)
{
	switch (shape->condition) {
	case WRITING:
		return watch_writing(filter, shape, e);
	case ASKING:
		return watch_asking(filter, shape, e);
	case NAMED:
		return syscalls_notify_nonzero(filter, shape->name,
					       (unsigned)shape->path, e);
	case ALWAYS:
	default:
		return syscalls_notify(filter, shape->name, NULL, e);
	}
}

int path_syscalls_watch(struct syscalls *filter, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(shapes); i++)
		rc = watch(filter, &shapes[i], e);
	return rc;
}

/* ---- a call ------------------------------------------------------------- */

static const struct shape *find_shape(const struct seccomp_data *data)
{
	SCOPED_TEXT char *name = syscalls_name(data->arch, data->nr);

	for (size_t i = 0; name != NULL && i < COUNT_OF(shapes); i++)
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i];
	return NULL;
}

/* Up to bytes of a process, less where its memory ends. */
static size_t read_memory(pid_t pid, uint64_t address, void *to, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t first = min_size(page - (size_t)(address % page), bytes);
	const struct iovec local = { to, bytes };
	/* A part that cannot be read is left out as a whole. */
	const struct iovec remote[] = {
		{ (void *)(uintptr_t)address, first },
		{ (void *)(uintptr_t)(address + first), bytes - first },
	};
	ssize_t n = process_vm_readv(pid, &local, 1, remote, COUNT_OF(remote),
				     0);

	return n > 0 ? (size_t)n : 0;
}

static bool read_flags(const struct seccomp_notif *notice,
		       const struct shape *shape, uint64_t *ret)
{
	struct open_how how;

	*ret = 0;
	if (shape->flags == NONE)
		return true;
	*ret = notice->data.args[shape->flags];
	if (strcmp(shape->name, "openat2") != 0)
		return true;
	if (read_memory((pid_t)notice->pid, *ret, &how, sizeof(how)) !=
	    sizeof(how))
		return false;
	*ret = how.flags;
	return (how.flags & O_ACCMODE) != O_RDONLY;
}

static bool follows(const struct shape *shape, uint64_t flags)
{
	bool has_flag = (flags & shape->link_flag) != 0;

	switch (shape->link) {
	case KEPT:
		return false;
	case KEPT_IF:
		return !has_flag;
	case FOLLOWED_IF:
		return has_flag;
	case FOLLOWED:
	default:
		return true;
	}
}

bool path_syscalls_read(const struct seccomp_notif *notice,
			struct path_syscall *ret)
{
	const struct shape *shape = find_shape(&notice->data);
	uint64_t flags;
	size_t len;

	if (shape == NULL || !read_flags(notice, shape, &flags))
		return false;
	ret->pid = (pid_t)notice->pid;
	ret->dir = shape->dir != NONE ? (int)notice->data.args[shape->dir]
				      : AT_FDCWD;
	ret->follow = follows(shape, flags);
	ret->asks = shape->condition == ASKING;
	/* The kernel knows about that. */
	if (ret->asks && (flags & X_OK) != 0)
		return false;
	len = read_memory(ret->pid, notice->data.args[shape->path], ret->path,
			  sizeof(ret->path));
	return memchr(ret->path, '\0', len) != NULL;
}
