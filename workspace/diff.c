/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* diff - what of a workspace differs from a snapshot, or from what it stands
 * on. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "core/text.h"
#include "workspace/command.h"
#include "workspace/options.h"
#include "workspace/launch.h"
#include "workspace/ns/ns.h"
#include "workspace/store/host_layer.h"
#include "workspace/store/tree.h"

enum { NOBODY = 65534 };

/*
 * Only what lies in the layers that one of both states has and the other has
 * not can differ: those paths are looked up in both states, mounted.
 */
struct diff {
	const struct store *store;
	struct rootfs old, new;
	const struct run *run;
	int old_root, new_root;
	struct names paths; /* candidates, relative */
	struct buf path; /* of the directory at hand, "usr/bin/" */
};

static void add_path(struct diff *diff, const char *name)
{
	diff->paths.list = mem_resize(diff->paths.list, diff->paths.count + 1,
				      sizeof(*diff->paths.list));
	diff->paths.list[diff->paths.count++] =
		mem_printf("%s%s", buf_text(&diff->path), name);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *open_list(int dir, const char *name)
{
	int fd = openat(dir, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;

	if (listing == NULL)
		scope_close(&fd);
	return listing;
}

/* An opaque directory hides names that the layer does not mention. */
static void add_hidden(struct diff *diff, int root)
{
	DIR *listing = open_list(root, buf_text(&diff->path));
	struct dirent *entry;

	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (!is_dots(entry->d_name))
			add_path(diff, entry->d_name);
	if (listing != NULL)
		closedir(listing);
}

static void collect(struct diff *diff, DIR *take_listing, unsigned depth)
{
	struct dirent *entry;
	size_t len = diff->path.len_bytes;

	if (take_listing == NULL)
		return;
	if (len > 0 && tree_is_opaque(dirfd(take_listing))) {
		add_hidden(diff, diff->old_root);
		add_hidden(diff, diff->new_root);
	}
	while ((entry = readdir(take_listing)) != NULL) {
		if (is_dots(entry->d_name))
			continue;
		add_path(diff, entry->d_name);
		if (entry->d_type != DT_DIR || depth >= TREE_DEPTH_MAX)
			continue;
		buf_addf(&diff->path, "%s/", entry->d_name);
		collect(diff, open_list(dirfd(take_listing), entry->d_name),
			depth + 1);
		buf_cut(&diff->path, len);
	}
	closedir(take_listing);
}

static void collect_layers(struct diff *diff, const struct chain *of,
			   const struct chain *not_in)
{
	for (size_t i = 0; i < of->count; i++) {
		char up[LAYER_PATH_BYTES];

		if (chain_has(not_in, of->ids[i]))
			continue;
		layer_path(of->ids[i], "up", up);
		collect(diff, open_list(diff->store->dir, up), 0);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool same_owner(uid_t a, uid_t b)
{
	/* The host's files are nobody's in here, their copies root's. */
	return a == b || (a == NOBODY && b == 0) || (a == 0 && b == NOBODY);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	if (a->st_mode != b->st_mode || !same_owner(a->st_uid, b->st_uid) ||
	    !same_owner(a->st_gid, b->st_gid))
		return false;
	if (S_ISDIR(a->st_mode))
		return true;
	/* Links are read (same_link). */
	if (S_ISLNK(a->st_mode))
		return true;
	return a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void print(const struct diff *diff, char kind, const char *path)
{
	SCOPED_BUF struct buf shown = { 0 };
	SCOPED_TEXT char *full = mem_printf("/%s", path);
	struct json *json = json_object_make();

	json_add_text(json, "change",
		      kind == 'A'   ? "added"
		      : kind == 'D' ? "deleted"
				    : "changed");
	json_add_text(json, "path", full);
	text_escape(&shown, full, strlen(full));
	run_print(diff->run, json, "%c %s\n", kind, buf_text(&shown));
}

/* A link is where it leads: copies of it may have another time. */
static bool same_link(const struct diff *diff, const char *path)
{
	char old[PATH_MAX], new[PATH_MAX];
	ssize_t old_len = readlinkat(diff->old_root, path, old, sizeof(old));
	ssize_t new_len = readlinkat(diff->new_root, path, new, sizeof(new));

	return old_len >= 0 && old_len == new_len &&
	       memcmp(old, new, (size_t)old_len) == 0;
}

/* True when path was deleted: what was in it needs no line of its own. */
static bool compare(const struct diff *diff, const char *path)
{
	struct stat old, new;
	bool was = fstatat(diff->old_root, path, &old, AT_SYMLINK_NOFOLLOW) ==
		   0;
	bool is = fstatat(diff->new_root, path, &new, AT_SYMLINK_NOFOLLOW) == 0;

	if (was && !is)
		print(diff, 'D', path);
	else if (!was && is)
		print(diff, 'A', path);
	else if (was && is &&
		 (!is_same(&old, &new) ||
		  (S_ISLNK(new.st_mode) && !same_link(diff, path))))
		print(diff, 'C', path);
	return was && !is;
}

static void compare_all(struct diff *diff)
{
	const char *last = "", *deleted = NULL;

	if (diff->paths.count > 0)
		qsort(diff->paths.list, diff->paths.count,
		      sizeof(*diff->paths.list), by_text);
	for (size_t i = 0; i < diff->paths.count; i++) {
		const char *path = diff->paths.list[i];
		size_t len = deleted != NULL ? strlen(deleted) : 0;

		if (strcmp(path, last) == 0)
			continue;
		last = path;
		if (deleted != NULL && strncmp(path, deleted, len) == 0 &&
		    path[len] == '/')
			continue;
		if (compare(diff, path))
			deleted = path;
	}
}

static int diff_inside(void *data, struct err *e)
{
	struct diff *diff = data;
	diff->old_root = rootfs_mount(&diff->old, true, e);
	if (diff->old_root < 0)
		return diff->old_root;
	diff->new_root = rootfs_mount(&diff->new, true, e);
	if (diff->new_root < 0)
		return diff->new_root;
	collect_layers(diff, &diff->new.lower, &diff->old.lower);
	collect_layers(diff, &diff->old.lower, &diff->new.lower);
	compare_all(diff);
	names_fini(&diff->paths);
	buf_fini(&diff->path);
	/* This process ends without flushing. */
	return fflush(NULL) == 0 ? 0 : err_set(e, errno, "write");
}

/* Since snapshot number; 0: since the one that the state stands on. */
static void since(const struct meta *meta, unsigned number, struct chain *ret)
{
	const struct snapshot *snap =
		meta_snapshot(meta, number > 0 ? number : meta->parent);

	*ret = chain_copy(snap != NULL ? &snap->chain : &meta->lower);
	if (snap != NULL)
		return;
	memmove(ret->ids, ret->ids + (ret->count - meta->base_layers),
		meta->base_layers * sizeof(*ret->ids));
	ret->count = meta->base_layers;
}

static int diff_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_META struct meta meta = { 0 };
	SCOPED_CHAIN struct chain old = { 0 };
	SCOPED_CHAIN struct chain new = { 0 };
	SCOPED_FD int lock = store_lock(run->store, false, e);
	struct diff diff = { .store = run->store, .run = run };
	struct idmap map;
	unsigned number = 0;
	int rc = lock < 0 ? lock
			  : store_parse(run->store, run->argv[0], &name,
					&number, e);

	if (rc == 0)
		rc = store_load(run->store, "ws", name, &meta, e);
	if (rc == 0)
		rc = store_map(run->store, &meta, &map, e);
	if (rc < 0)
		return rc;
	since(&meta, number, &old);
	new = chain_copy(&meta.lower);
	chain_push(&new, meta.upper);
	rc = launch_rootfs(run->store, &meta, &old, run_tell, &diff.old, e);
	if (rc == 0)
		rc = launch_rootfs(run->store, &meta, &new, run_tell, &diff.new,
				   e);
	return rc < 0 ? rc
		      : ns_run(&map, run->store->path, diff_inside, &diff, e);
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt diff_opts[] = {
	JSON_OPTION,
};

/* clang-format on */

const struct command command_diff = {
	.verb = "diff",
	.alias = "d",
	.usage = "NAME[@SNAP] [options]",
	.about = "what was added, changed, deleted since",
	.min = 1,
	.max = 1,
	.fn = diff_main,
	.opts = diff_opts,
	.opt_count = COUNT_OF(diff_opts),
	.operands = { STATE },
};
