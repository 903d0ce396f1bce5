/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/whole.h"

#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"
#include "workspace/store/tree.h"

struct job {
	int from, to;
	struct tree_copy how;
};

static int copy_job(void *data, struct err *e)
{
	struct job *job = data;
	int rc = tree_copy(job->from, job->to, &job->how, e);

	/* The file that names this layer is synced: so must be its contents. */
	if (rc == 0 && syncfs(job->to) < 0)
		rc = err_set(e, errno, "sync a layer");
	return rc;
}

/* ---- btrfs -------------------------------------------------------------- */

static int open_layer(const struct store *store, const char *id, struct err *e)
{
	char path[LAYER_PATH_BYTES];

	snprintf(path, sizeof(path), "layers/%s", id);
	return dir_open(store->dir, path, e);
}

static bool is_subvolume(int layer)
{
	struct stat st;

	return fstatat(layer, "up", &st, 0) == 0 &&
	       st.st_ino == BTRFS_FIRST_FREE_OBJECTID;
}

/* The new layer's plain up directory gives way to a subvolume. */
static int new_subvolume(int layer, int source, struct err *e)
{
	struct btrfs_ioctl_vol_args_v2 args = { .fd = source };
	unsigned long request = source >= 0 ? BTRFS_IOC_SNAP_CREATE_V2
					    : BTRFS_IOC_SUBVOL_CREATE_V2;

	if (unlinkat(layer, "up", AT_REMOVEDIR) < 0)
		return err_set(e, errno, "remove a directory");
	snprintf(args.name, sizeof(args.name), "up");
	if (ioctl(layer, request, &args) < 0)
		return err_set(e, errno, "make a btrfs subvolume");
	return fchmodat(layer, "up", 0755, 0) < 0
		       ? err_set(e, errno, "chmod a subvolume")
		       : 0;
}

static int btrfs_copy(const struct store *store, const struct idmap *map,
		      const char *from, const char *to, struct err *e)
{
	SCOPED_FD int source = open_layer(store, from, e);
	SCOPED_FD int target = open_layer(store, to, e);
	SCOPED_FD int up = -1;
	struct job job = { 0 };
	int rc;

	if (source < 0 || target < 0)
		return source < 0 ? source : target;
	up = dir_open(source, "up", e);
	if (up < 0)
		return up;
	if (is_subvolume(source))
		return new_subvolume(target, up, e);
	/* A base in a plain directory is copied into a subvolume once. */
	rc = new_subvolume(target, -1, e);
	if (rc < 0)
		return rc;
	job.from = up;
	job.to = dir_open(target, "up", e);
	rc = job.to < 0 ? job.to : ns_run(map, NULL, copy_job, &job, e);
	scope_close(&job.to);
	return rc;
}

/* ---- all ---------------------------------------------------------------- */

static int copy_tree(const struct store *store, const struct meta *meta,
		     const struct idmap *map, const char *from, const char *to,
		     struct err *e)
{
	struct job job = {
		.how.reflink_only = meta->store == STORE_REFLINK,
	};
	SCOPED_FD int source = layer_open(store, from, e);
	SCOPED_FD int target = -1;

	if (source < 0)
		return source;
	target = layer_open(store, to, e);
	if (target < 0)
		return target;
	job.from = source;
	job.to = target;
	return ns_run(map, NULL, copy_job, &job, e);
}

int whole_copy(const struct store *store, const struct meta *meta,
	       const char *from, const char *to, struct err *e)
{
	struct idmap map;
	int rc = store_map(store, meta, &map, e);

	if (rc < 0)
		return rc;
	if (meta->store == STORE_BTRFS)
		return btrfs_copy(store, &map, from, to, e);
	return copy_tree(store, meta, &map, from, to, e);
}

/* Whether two files of this directory can share their contents. */
static int try_reflink(const struct store *store, struct err *e)
{
	SCOPED_FD int a = openat(store->dir, "tmp",
				 O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	SCOPED_FD int b = openat(store->dir, "tmp",
				 O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (a >= 0 && b >= 0 && write(a, "x", 1) == 1 &&
	    ioctl(b, FICLONE, a) == 0)
		return 0;
	return err_say(e, EOPNOTSUPP,
		       "the file system of %s cannot share file contents, as "
		       "store reflink does; btrfs and xfs (made with "
		       "reflink=1) can",
		       store->path);
}

int whole_check(const struct store *store, const struct meta *meta,
		struct err *e)
{
	struct statfs fs;

	if (meta->lower.host)
		return err_say(e, EOPNOTSUPP,
			       "store %s keeps whole trees: a workspace over "
			       "the host needs the store overlay",
			       store_kind_name(meta->store));
	if (meta->lower.count > 1)
		return err_say(e, EOPNOTSUPP,
			       "store %s needs a base of one layer",
			       store_kind_name(meta->store));
	if (meta->store == STORE_REFLINK)
		return try_reflink(store, e);
	if (meta->store != STORE_BTRFS && meta->store != STORE_LXC_BTRFS)
		return 0;
	if (fstatfs(store->dir, &fs) < 0)
		return err_set(e, errno, "statfs %s", store->path);
	if ((uint32_t)fs.f_type != BTRFS_SUPER_MAGIC)
		return err_say(e, EOPNOTSUPP,
			       "%s is not on btrfs, which store %s needs; put "
			       "$XDG_DATA_HOME on one, or use --store overlay",
			       store->path, store_kind_name(meta->store));
	return 0;
}
