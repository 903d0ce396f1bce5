/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/packages_busy.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base.h"
#include "core/buf.h"
#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"

enum {
	LOCKS_MAX_BYTES = 16 << 20,
	LOOK_MS = 200,
};

/* apt holds the first one all the time, dpkg the second one while it works. */
static const char *const lock_files[] = {
	"/var/lib/dpkg/lock-frontend",
	"/var/lib/dpkg/lock",
};

struct lock_file {
	unsigned major, minor;
	unsigned long long inode;
	bool any_device; /* stat(2) tells another one than /proc/locks */
};

static size_t find_files(struct lock_file ret[COUNT_OF(lock_files)])
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(lock_files); i++) {
		struct statfs fs;
		struct stat st;

		if (stat(lock_files[i], &st) < 0)
			continue;
		ret[count++] = (struct lock_file){
			.major = major(st.st_dev),
			.minor = minor(st.st_dev),
			.inode = st.st_ino,
			/* A subvolume of btrfs and an overlay have a number of
			 * their own. */
			.any_device = statfs(lock_files[i], &fs) == 0 &&
				      (fs.f_type == BTRFS_SUPER_MAGIC ||
				       fs.f_type == OVERLAYFS_SUPER_MAGIC),
		};
	}
	return count;
}

/* "1: POSIX  ADVISORY  WRITE 708 fe:00:1090 0 EOF"; who waits has a "->". */
static bool is_held(const char *line, const struct lock_file *file,
		    int *ret_pid)
{
	unsigned long long inode;
	unsigned major, minor;

	if (sscanf(line, "%*u: %*s %*s WRITE %d %x:%x:%llu", ret_pid, &major,
		   &minor, &inode) != 4)
		return false;
	return inode == file->inode &&
	       (file->any_device ||
		(major == file->major && minor == file->minor));
}

/* The process that changes packages, 0 for one that cannot be seen; or -1. */
static int holder(void)
{
	struct lock_file files[COUNT_OF(lock_files)];
	size_t count = find_files(files);
	SCOPED_BUF struct buf text = { 0 };
	int pid;

	if (count == 0 || file_read(AT_FDCWD, "/proc/locks", LOCKS_MAX_BYTES,
				    &text, NULL) < 0)
		return -1;
	for (const char *line = buf_text(&text); *line != '\0';) {
		for (size_t i = 0; i < count; i++)
			if (is_held(line, &files[i], &pid))
				return pid;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return -1;
}

static char *describe(int pid)
{
	SCOPED_TEXT char *path = mem_printf("/proc/%d/comm", pid);
	SCOPED_BUF struct buf name = { 0 };

	if (pid <= 0 || file_read(AT_FDCWD, path, 64, &name, NULL) < 0)
		return mem_copy("another program");
	return mem_printf("%.*s, process %d",
			  (int)strcspn(buf_text(&name), "\n"), buf_text(&name),
			  pid);
}

void packages_wait(packages_told_fn *told_fn)
{
	int pid = holder();

	if (pid >= 0) {
		SCOPED_TEXT char *who = describe(pid);
		SCOPED_TEXT char *text = mem_printf(
			"the host's packages are being changed (%s): waiting "
			"until that is done",
			who);

		told_fn(text);
	}
	for (; pid >= 0; pid = holder())
		(void)poll(NULL, 0, LOOK_MS);
}

/* ---- beside something else ------------------------------------------------
 */

void packages_look_begin(struct packages_look *look)
{
	int ends[2] = { -1, -1 };
	pid_t pid = pipe2(ends, O_CLOEXEC) < 0 ? -1 : fork();
	bool busy;

	if (pid <= 0)
		busy = holder() >= 0;
	if (pid == 0)
		_exit(write_all(ends[1], (const char *)&busy, sizeof(busy)));
	scope_close(&ends[1]);
	if (pid < 0) {
		scope_close(&ends[0]);
		*look = (struct packages_look){ .busy = busy };
	} else {
		*look = (struct packages_look){ .pid = pid, .reader = ends[0] };
	}
}

bool packages_look_end(struct packages_look *look)
{
	bool busy = look->busy;

	if (look->pid > 0) {
		/* Killed: as if it had seen nobody. */
		if (read(look->reader, &busy, sizeof(busy)) != sizeof(busy))
			busy = false;
		scope_close(&look->reader);
		(void)!child_wait(look->pid, NULL);
	}
	*look = (struct packages_look){ 0 };
	return busy;
}
