/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/system_mounts.h"

#include <fcntl.h>

#include "core/mem.h"
#include "workspace/ns/mounts.h"

/* ---- /dev --------------------------------------------------------------- */

static int link_in(int dir, const char *target, const char *name, struct err *e)
{
	return symlinkat(target, dir, name) < 0
		       ? err_set(e, errno, "make /dev/%s", name)
		       : 0;
}

static int mount_at(int root, const char *path, const char *type,
		    const char *options, unsigned flags, struct err *e)
{
	SCOPED_FD int target = inside_make_dir(root, path, e);

	return target < 0 ? target : mount_new(type, options, flags, target, e);
}

static int make_devices(int root, struct err *e)
{
	static const char *const nodes[] = { "/dev/null",    "/dev/zero",
					     "/dev/full",    "/dev/random",
					     "/dev/urandom", "/dev/tty" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(nodes); i++) {
		SCOPED_FD int node = inside_make_file(root, nodes[i], e);

		rc = node < 0 ? node
			      : mount_bind(AT_FDCWD, nodes[i],
					   MOUNT_NO_SUID | MOUNT_NO_EXEC, node,
					   e);
	}
	return rc;
}

static int mount_dev(int root, bool single, struct err *e)
{
	static const struct {
		const char *target, *name;
	} links[] = {
		{ "/proc/self/fd", "fd" }, { "fd/0", "stdin" },
		{ "fd/1", "stdout" },	   { "fd/2", "stderr" },
		{ "pts/ptmx", "ptmx" },
	};
	SCOPED_FD int dev = -1;
	int rc = mount_at(root, "/dev", "tmpfs", "mode=755,size=64k",
			  MOUNT_NO_SUID | MOUNT_NO_EXEC, e);

	if (rc == 0)
		rc = make_devices(root, e);
	/* Group 5 is tty, as Debian has it; unmapped ids are refused. */
	if (rc == 0)
		rc = mount_at(root, "/dev/pts", "devpts",
			      single ? "ptmxmode=0666,mode=620"
				     : "ptmxmode=0666,mode=620,gid=5",
			      MOUNT_NO_SUID | MOUNT_NO_EXEC, e);
	if (rc == 0)
		rc = mount_at(root, "/dev/shm", "tmpfs", "mode=1777",
			      MOUNT_NO_SUID | MOUNT_NO_DEV, e);
	dev = rc == 0 ? inside_open(root, "/dev", e) : rc;
	for (size_t i = 0; dev >= 0 && rc == 0 && i < COUNT_OF(links); i++)
		rc = link_in(dev, links[i].target, links[i].name, e);
	return dev < 0 ? dev : rc;
}

/* ---- /proc and /sys ----------------------------------------------------- */

/*
 * Root of the host is user 0 inside as well, and files of /proc/sys judge by
 * the user alone: for root they are read-only.
 */
static int protect_proc(int root, struct err *e)
{
	static const char *const parts[] = { "/proc/sys", "/proc/irq",
					     "/proc/bus", "/proc/fs",
					     "/proc/sysrq-trigger" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(parts); i++) {
		SCOPED_FD int target = inside_open(root, parts[i], NULL);
		SCOPED_TEXT char *path = mem_printf("/proc/self/fd/%d", target);

		if (target >= 0)
			rc = mount_bind(AT_FDCWD, path,
					MOUNT_READ_ONLY | MOUNT_NO_SUID |
						MOUNT_NO_EXEC,
					target, e);
	}
	return rc;
}

static int mount_proc(int root, bool is_hosts_root, struct err *e)
{
	unsigned flags = MOUNT_NO_SUID | MOUNT_NO_DEV | MOUNT_NO_EXEC;
	SCOPED_FD int target = inside_make_dir(root, "/proc", e);
	int rc;

	if (target < 0)
		return target;
	rc = mount_new("proc", NULL, flags, target, e);
	/*
	 * Where parts of the host's /proc are covered (in docker, podman) the
	 * kernel allows no new one: then the host's is shown.
	 */
	if (rc == -EPERM)
		rc = mount_bind(AT_FDCWD, "/proc", flags | MOUNT_RECURSIVE,
				target, e);
	if (rc < 0)
		return rc;
	return is_hosts_root ? protect_proc(root, e) : 0;
}

static int mount_sys(int root, bool private_net, struct err *e)
{
	unsigned flags = MOUNT_READ_ONLY | MOUNT_NO_SUID | MOUNT_NO_DEV |
			 MOUNT_NO_EXEC;
	SCOPED_FD int target = inside_make_dir(root, "/sys", e);

	if (target < 0)
		return target;
	if (private_net)
		return mount_new("sysfs", NULL, flags, target, e);
	return mount_bind(AT_FDCWD, "/sys", flags | MOUNT_RECURSIVE, target, e);
}

int system_mount(int root, const struct rootfs *rootfs, struct err *e)
{
	bool is_hosts_root = rootfs->store->map.uids.ranges[0].outside == 0;
	int rc = mount_proc(root, is_hosts_root, e);

	if (rc == 0)
		rc = mount_dev(root, rootfs->single, e);
	if (rc == 0)
		rc = mount_sys(root, rootfs->private_net, e);
	if (rc == 0)
		rc = mount_at(root, "/run", "tmpfs", "mode=755",
			      MOUNT_NO_SUID | MOUNT_NO_DEV, e);
	return rc < 0 ? rc
		      : mount_at(root, "/tmp", "tmpfs", "mode=1777",
				 MOUNT_NO_SUID | MOUNT_NO_DEV, e);
}
