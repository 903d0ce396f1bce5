/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/nobody.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"

enum { PARTS_MAX = 16 };

struct trees {
	int store;
	int parts[PARTS_MAX]; /* as layer_host_parts, -1: not there */
	struct share *shares;
	size_t share_count;
};

static void trees_fini(struct trees *trees)
{
	scope_close(&trees->store);
	for (size_t i = 0; i < PARTS_MAX; i++)
		scope_close(&trees->parts[i]);
}

#define SCOPED_TREES ON_SCOPE_EXIT(trees_fini)

static void close_shares(struct share *shares, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		scope_close(&shares[i].tree);
		shares[i].tree = -1;
	}
}

static int open_one(const char *path, unsigned flags, int userns, bool below,
		    struct err *e)
{
	SCOPED_FD int tree = mount_tree(AT_FDCWD, path, flags | MOUNT_RECURSIVE,
					e);
	int rc = tree < 0 ? tree
			  : mount_tree_idmap(tree, path, userns, below, e);

	return rc < 0 ? rc : fd_give(&tree);
}

/* What is mounted below them keeps its owners: it is nobody's inside. */
static int open_parts(struct trees *trees, int userns, struct err *e)
{
	for (size_t i = 0; i < PARTS_MAX && layer_host_parts[i] != NULL; i++) {
		SCOPED_TEXT char *path = mem_printf("/%s", layer_host_parts[i]);
		struct stat st;

		if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		trees->parts[i] = open_one(path, 0, userns, false, e);
		if (trees->parts[i] < 0)
			return trees->parts[i];
	}
	return 0;
}

/* Sockets and devices on a file system that cannot are shown as they are. */
static int open_shares(struct trees *trees, int userns, struct err *e)
{
	for (size_t i = 0; i < trees->share_count; i++) {
		struct share *share = &trees->shares[i];
		unsigned flags = rootfs_share_flags(share);
		struct stat st;
		bool special = share->devices ||
			       (stat(share->source, &st) == 0 &&
				S_ISSOCK(st.st_mode));

		share->tree = open_one(share->source, flags, userns, false, e);
		if (share->tree == -EOPNOTSUPP && special)
			share->tree = mount_tree(AT_FDCWD, share->source, flags,
						 e);
		if (share->tree < 0)
			return share->tree;
	}
	return 0;
}

/* All of them before one is shown: they may lie in each other. */
static int open_trees(const struct rootfs *rootfs, struct trees *trees,
		      const struct idmap *disk, const struct idmap *shown,
		      struct err *e)
{
	SCOPED_FD int store_ids = ns_open_joined(disk, shown, e);
	SCOPED_FD int host_ids = store_ids < 0 ? store_ids : ns_open(shown, e);
	int rc = 0;

	if (host_ids < 0)
		return host_ids;
	trees->store = open_one(rootfs->store->path, 0, store_ids, true, e);
	if (trees->store < 0)
		return trees->store;
	if (rootfs->lower.host)
		rc = open_parts(trees, host_ids, e);
	return rc < 0 ? rc : open_shares(trees, host_ids, e);
}

static int cover(int tree, const char *path, struct err *e)
{
	SCOPED_FD int target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return target < 0 ? err_set(e, errno, "open %s", path)
			  : mount_tree_attach(tree, target, path, e);
}

int nobody_show(const struct rootfs *rootfs, struct share *shares,
		const struct idmap *disk, const struct idmap *shown,
		struct err *e)
{
	SCOPED_TREES struct trees trees = {
		.store = -1,
		.shares = shares,
		.share_count = rootfs->share_count,
	};
	int rc;

	for (size_t i = 0; i < PARTS_MAX; i++)
		trees.parts[i] = -1;
	rc = open_trees(rootfs, &trees, disk, shown, e);
	if (rc < 0) {
		close_shares(shares, rootfs->share_count);
		return rc;
	}
	for (size_t i = 0; rc == 0 && i < PARTS_MAX; i++) {
		SCOPED_TEXT char *path = NULL;

		if (trees.parts[i] < 0)
			continue;
		path = mem_printf("/%s", layer_host_parts[i]);
		rc = cover(trees.parts[i], path, e);
	}
	return rc < 0 ? rc : cover(trees.store, rootfs->store->path, e);
}
