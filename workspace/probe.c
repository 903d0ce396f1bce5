/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/probe.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/lxc/boot.h"
#include "workspace/lxc/storage.h"
#include "workspace/proof.h"
#include "workspace/store/host_tree.h"

static int nothing(void *data, struct err *e)
{
	(void)data;
	(void)e;
	return 0;
}

static int probe_userns(const struct store *store, struct err *e)
{
	return ns_run(&store->map, store->path, nothing, NULL, e);
}

static int probe_range(const struct store *store, struct err *e)
{
	return store->map.single ? err_say(e, EPERM, "%s", store->single_why)
				 : 0;
}

/* A lower, an upper and a work directory of three letters, in tmp/. */
static int try_overlay(void *data, struct err *e)
{
	static const char *const directories[] = { "mnt/l", "mnt/u", "mnt/w",
						   "mnt/m" };
	static const char *const lowers[] = { "mnt/l", "mnt/m" };
	SCOPED_FD int mnt = -1;
	SCOPED_FD int target = -1;
	int rc;

	(void)data;
	mnt = open("mnt", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = mount_new("tmpfs", NULL, 0, mnt, e);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(directories); i++)
		if (mkdir(directories[i], 0755) < 0)
			rc = err_set(e, errno, "make %s", directories[i]);
	if (rc < 0)
		return rc;
	target = open("mnt/m", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return mount_overlay(lowers, 1, directories[1], directories[2], target,
			     e);
}

static int probe_overlay(const struct store *store, struct err *e)
{
	int rc = ns_run(&store->map, store->path, try_overlay, NULL, e);

	return rc < 0 ? rc : proof_of(store, STORE_OVERLAY, e);
}

static int probe_kind(const struct store *store, enum store_kind kind,
		      struct err *e)
{
	const struct meta meta = { .store = kind };
	int rc = storage_check(store, &meta, e);

	return rc < 0 ? rc : proof_of(store, kind, e);
}

static int probe_reflink(const struct store *store, struct err *e)
{
	return probe_kind(store, STORE_REFLINK, e);
}

static int probe_btrfs(const struct store *store, struct err *e)
{
	return probe_kind(store, STORE_BTRFS, e);
}

static int probe_init(const struct store *store, struct err *e)
{
	int rc = boot_check(e);

	return rc < 0 ? rc : proof_of_init(store, e);
}

static int probe_loop(const struct store *store, struct err *e)
{
	return probe_kind(store, STORE_LXC_LOOP, e);
}

static int probe_lvm(const struct store *store, struct err *e)
{
	return probe_kind(store, STORE_LXC_LVM, e);
}

static int probe_zfs(const struct store *store, struct err *e)
{
	return probe_kind(store, STORE_LXC_ZFS, e);
}

static int try_proc(void *data, struct err *e)
{
	SCOPED_FD int mnt = open("mnt", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)data;
	return mount_new("proc", NULL,
			 MOUNT_NO_SUID | MOUNT_NO_DEV | MOUNT_NO_EXEC, mnt, e);
}

/*
 * By mounting one: not everything that lies on the host's /proc is in the way
 * (systemd puts binfmt_misc there).
 */
static int probe_fresh_proc(const struct store *store, struct err *e)
{
	int rc = ns_run_alone(&store->map, store->path, try_proc, NULL, e);

	return rc == -EPERM ? err_say(e, EPERM,
				      "parts of /proc are covered (in a "
				      "container?): the host's processes are "
				      "seen inside")
			    : rc;
}

/* clang-format off */
const struct probe probes[] = {
	{ "user namespaces", true, probe_userns },
	{ "overlayfs in them", true, probe_overlay },
	{ "workspaces over the host", false, host_tree_check },
	{ "a range of user ids", false, probe_range },
	{ "a /proc of its own", false, probe_fresh_proc },
	{ "store reflink", false, probe_reflink },
	{ "store btrfs", false, probe_btrfs },
	{ "full system containers", false, probe_init },
	{ "store loop", false, probe_loop },
	{ "store lvm", false, probe_lvm },
	{ "store zfs", false, probe_zfs },
};
/* clang-format on */

const size_t probe_count = COUNT_OF(probes);
