/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/layer.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "core/files.h"
#include "workspace/ns/ns.h"
#include "workspace/store/grant.h"
#include "workspace/store/tree.h"

const char *const layer_host_parts[] = { "usr", "etc", "var", "opt",
					 "nix", "gnu", NULL };

static int try_layer(const struct store *store, const char *id, struct err *e)
{
	char path[LAYER_PATH_BYTES];

	snprintf(path, sizeof(path), "layers/%s", id);
	if (mkdirat(store->dir, path, 0700) < 0)
		return errno == EEXIST ? -EEXIST
				       : err_set(e, errno, "make %s", path);
	layer_path(id, "up", path);
	if (mkdirat(store->dir, path, 0755) < 0 ||
	    fchmodat(store->dir, path, 0755, 0) < 0)
		return err_set(e, errno, "make %s", path);
	return 0;
}

/*
 * A file of the store is going to name it: a power cut must not leave the file
 * without the layer. btrfs, unlike ext4 and xfs, does not keep that order by
 * itself.
 */
static int sync_new(const struct store *store, const char *id, struct err *e)
{
	char up[LAYER_PATH_BYTES], layer[LAYER_PATH_BYTES];
	const char *const paths[] = { up, layer, "layers" };

	layer_path(id, "up", up);
	snprintf(layer, sizeof(layer), "layers/%s", id);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		SCOPED_FD int dir = dir_open(store->dir, paths[i], e);
		int rc = dir < 0 ? dir : dir_sync(dir, e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

bool layer_exists(const struct store *store, const char *id)
{
	char path[LAYER_PATH_BYTES];

	layer_path(id, "up", path);
	return faccessat(store->dir, path, F_OK, 0) == 0;
}

int layer_open(const struct store *store, const char *id, struct err *e)
{
	char path[LAYER_PATH_BYTES];

	layer_path(id, "up", path);
	return dir_open(store->dir, path, e);
}

int layer_sync(const struct store *store, const char *id, struct err *e)
{
	SCOPED_FD int up = layer_open(store, id, e);

	if (up < 0)
		return up;
	return syncfs(up) < 0 ? err_set(e, errno, "sync a layer") : 0;
}

int layer_new(const struct store *store, const struct idmap *map,
	      char ret[LAYER_ID_BYTES + 1], struct err *e)
{
	for (int tries = 0; tries < 16; tries++) {
		uint64_t random;
		char id[LAYER_ID_BYTES + 1];
		int rc;

		if (getrandom(&random, sizeof(random), 0) < 0)
			return err_set(e, errno, "getrandom");
		snprintf(id, sizeof(id), "%012llx",
			 (unsigned long long)random & 0xffffffffffffULL);
		rc = try_layer(store, id, e);
		if (rc == -EEXIST)
			continue;
		if (rc < 0)
			return rc;
		rc = sync_new(store, id, e);
		if (rc == 0)
			rc = grant_layer(store, id, map, e);
		if (rc < 0)
			layer_drop(store, id);
		else
			memcpy(ret, id, sizeof(id));
		return rc;
	}
	return err_set(e, EEXIST, "make a layer");
}

static bool is_part(const char *name)
{
	for (const char *const *part = layer_host_parts; *part != NULL; part++)
		if (strcmp(*part, name) == 0)
			return true;
	return false;
}

static bool dir_is_empty(int dir, const char *name, bool host)
{
	int fd = openat(dir, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	bool empty = true;

	if (listing == NULL) {
		scope_close(&fd);
		return false;
	}
	while (empty && (entry = readdir(listing)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		empty = host && is_part(entry->d_name) &&
			dir_is_empty(fd, entry->d_name, false);
	}
	closedir(listing);
	return empty;
}

bool layer_is_empty(const struct store *store, const char *id, bool host)
{
	char path[LAYER_PATH_BYTES];

	layer_path(id, "up", path);
	return dir_is_empty(store->dir, path, host);
}

/* ---- removal ------------------------------------------------------------ */

static int empty_tmp(void *data, struct err *e)
{
	const struct store *store = data;
	SCOPED_FD int tmp = dir_open(store->dir, "tmp", e);

	return tmp < 0 ? tmp : tree_empty(tmp, e);
}

int layers_empty_tmp(const struct store *store, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	struct store copy = *store;
	int rc = store_names(store, "tmp", &names, e);

	if (rc < 0 || names.count == 0)
		return rc;
	/* Of root's some may belong to ids outside of any map. */
	rc = geteuid() == 0 ? empty_tmp(&copy, e)
			    : ns_run(&store->map, NULL, empty_tmp, &copy, e);
	return rc < 0 ? rc : (int)names.count;
}

int layers_remove(const struct store *store, const struct names *ids,
		  struct err *e)
{
	int rc;

	for (size_t i = 0; i < ids->count; i++) {
		char from[LAYER_PATH_BYTES];
		char to[LAYER_PATH_BYTES];

		snprintf(from, sizeof(from), "layers/%s", ids->list[i]);
		snprintf(to, sizeof(to), "tmp/%s", ids->list[i]);
		/* liblxc takes the directory away with its volume. */
		if (renameat(store->dir, from, store->dir, to) < 0 &&
		    errno != ENOENT)
			return err_set(e, errno, "rename %s", from);
	}
	rc = layers_empty_tmp(store, e);
	return rc < 0 ? rc : 0;
}

void layer_drop(const struct store *store, const char *id)
{
	char copy[LAYER_ID_BYTES + 1];
	char *list[] = { copy };
	const struct names one = { list, 1 };

	snprintf(copy, sizeof(copy), "%s", id);
	(void)!layers_remove(store, &one, NULL);
}
