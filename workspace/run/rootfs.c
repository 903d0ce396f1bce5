/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/rootfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/mounts.h"
#include "workspace/run/outgoing.h"
#include "workspace/run/system_mounts.h"
#include "workspace/store/layer.h"
#include "workspace/store/host_tree.h"
#include "workspace/store/tree.h"

enum {
	MOUNTINFO_MAX_BYTES = 16 << 20,
	RESOLV_MAX_BYTES = 65536,
	PART_DEPTH_MAX = 32,
};

struct paths {
	char **list; /* owned */
	size_t count;
};

struct work {
	const struct rootfs *rootfs;
	int scaffold; /* a tmpfs below all layers: mount points that they lack
		       */
	int root; /* the root directory, O_PATH, once mounted */
	struct paths mounts; /* the host's mount points, absolute */
	struct paths parts; /* of the host, to stack: "usr", "var/lib/dpkg" */
	struct paths files; /* of the host, to bind, absolute */
};

static void add_path(struct paths *paths, const char *path)
{
	paths->list = mem_resize(paths->list, paths->count + 1,
				 sizeof(*paths->list));
	paths->list[paths->count++] = mem_copy(path);
}

/* ---- the host's mounts -------------------------------------------------- */

/* mountinfo writes blank, tab, newline and backslash as \ooo (proc(5)). */
static char *unescape_octal(const char *text, size_t len)
{
	char *out = mem_text(text, len);
	size_t to = 0;

	for (size_t i = 0; i < len; i++, to++) {
		out[to] = text[i];
		if (text[i] != '\\' || i + 3 >= len)
			continue;
		out[to] = (char)(((text[i + 1] - '0') << 6) |
				 ((text[i + 2] - '0') << 3) |
				 (text[i + 3] - '0'));
		i += 3;
	}
	out[to] = '\0';
	return out;
}

static int read_mounts(struct work *work, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	int rc = file_read(AT_FDCWD, "/proc/self/mountinfo",
			   MOUNTINFO_MAX_BYTES, &text, e);
	const char *store = work->rootfs->store->path;
	const char *line = buf_text(&text);

	/* Like a mount, the store splits what it lies in; it is the first. */
	add_path(&work->mounts, store);
	while (rc == 0 && *line != '\0') {
		size_t len = strcspn(line, "\n");
		SCOPED_TEXT char *path = NULL;
		const char *at = line;

		for (int i = 0; i < 4 && at < line + len; i++)
			at += strcspn(at, " \n") + 1;
		path = unescape_octal(at, strcspn(at, " \n"));
		/* Our own, of a rootfs before this one, do not count. */
		if (strncmp(path, store, strlen(store)) != 0)
			add_path(&work->mounts, path);
		line += len + (line[len] == '\n');
	}
	return rc;
}

static bool has_mounts_below(const struct work *work, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < work->mounts.count; i++)
		if (strncmp(work->mounts.list[i], path, len) == 0 &&
		    work->mounts.list[i][len] == '/')
			return true;
	return false;
}

static void free_paths(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->list[i]);
	free(paths->list);
}

static void free_work(struct work *work)
{
	free_paths(&work->mounts);
	free_paths(&work->parts);
	free_paths(&work->files);
	scope_close(&work->scaffold);
}

/* ---- one stack ---------------------------------------------------------- */

struct stack {
	const char **lowers; /* owned texts */
	size_t count;
	bool closed; /* an opaque directory or a whiteout: nothing below shows
		      */
};

static void stack_add(struct stack *stack, char *take_path)
{
	stack->lowers = mem_resize(stack->lowers, stack->count + 1,
				   sizeof(*stack->lowers));
	stack->lowers[stack->count++] = take_path;
}

static void stack_fini(struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		free((char *)(uintptr_t)stack->lowers[i]);
	free(stack->lowers);
}

/* Whether layer path/part is there, and what it hides below itself. */
static bool look_at(struct stack *stack, const char *up, const char *part)
{
	SCOPED_TEXT char *path = mem_printf("%s/%s", up, part);
	size_t start = strlen(up) + 1;

	for (size_t at = start; at <= strlen(path); at++) {
		SCOPED_FD int dir = -1;
		char saved = path[at];
		struct stat st;

		if (saved != '/' && saved != '\0')
			continue;
		path[at] = '\0';
		if (lstat(path, &st) < 0)
			return false;
		if (!S_ISDIR(st.st_mode)) {
			stack->closed = true;
			return false;
		}
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0 && tree_is_opaque(dir))
			stack->closed = true;
		path[at] = saved;
	}
	return true;
}

static void stack_layer(struct stack *stack, const char *id, const char *part)
{
	char up[LAYER_PATH_BYTES];

	if (stack->closed)
		return;
	layer_path(id, "up", up);
	if (part == NULL)
		stack_add(stack, mem_copy(up));
	else if (look_at(stack, up, part))
		stack_add(stack, mem_printf("%s/%s", up, part));
}

/* All frozen layers, then the host layer. */
static void stack_layers(struct stack *stack, const struct rootfs *rootfs,
			 const char *part)
{
	for (size_t i = 0; i < rootfs->lower.count; i++)
		stack_layer(stack, rootfs->lower.ids[i], part);
	if (rootfs->lower.host)
		stack_layer(stack, rootfs->host_layer, part);
}

/* A directory of the upper layer, with the owner and mode of what it covers. */
static int cover(const struct rootfs *rootfs, const char *upper,
		 const char *part, struct err *e)
{
	struct stack below = { 0 };
	struct stat st;
	int rc = 0;

	if (mkdir(upper, 0755) < 0)
		return errno == EEXIST ? 0 : err_set(e, errno, "%s", upper);
	stack_layers(&below, rootfs, part);
	if (below.count > 0 && (lstat(below.lowers[0], &st) < 0 ||
				lchown(upper, st.st_uid, st.st_gid) < 0 ||
				chmod(upper, st.st_mode & 07777) < 0))
		rc = err_set(e, errno, "make %s like %s", upper,
			     below.lowers[0]);
	stack_fini(&below);
	return rc;
}

/* All that lead to a part, too. */
static int cover_part(const struct rootfs *rootfs, const char *up,
		      const char *part, struct err *e)
{
	SCOPED_TEXT char *path = mem_copy(part);
	int rc = 0;

	for (size_t at = 0; rc == 0 && at <= strlen(part); at++) {
		SCOPED_TEXT char *upper = NULL;

		if (part[at] != '/' && part[at] != '\0')
			continue;
		path[at] = '\0';
		upper = mem_printf("%s/%s", up, path);
		rc = cover(rootfs, upper, path, e);
		path[at] = part[at];
	}
	return rc;
}

static int make_upper(const struct rootfs *rootfs, const char *part,
		      char **ret_upper, char **ret_work, struct err *e)
{
	SCOPED_TEXT char *upper = NULL;
	SCOPED_TEXT char *work = NULL;
	char up[LAYER_PATH_BYTES];
	char at[LAYER_PATH_BYTES];

	layer_path(rootfs->upper, "up", up);
	layer_path(rootfs->upper, "work", at);
	upper = part != NULL ? mem_printf("%s/%s", up, part) : mem_copy(up);
	work = mem_printf("%s/%s", at, part != NULL ? part : "root");
	for (char *p = work + strlen(at) + 1; *p != '\0'; p++)
		if (*p == '/')
			*p = '%';
	if (part != NULL && access(upper, F_OK) < 0 &&
	    cover_part(rootfs, up, part, e) < 0)
		return -e->code;
	if (access(work, F_OK) < 0 && dir_make(work, 0700, e) < 0)
		return -e->code;
	*ret_upper = text_give(&upper);
	*ret_work = text_give(&work);
	return 0;
}

static int mount_stack(const struct rootfs *rootfs, const struct stack *stack,
		       const char *part, int target, struct err *e)
{
	SCOPED_TEXT char *upper = NULL;
	SCOPED_TEXT char *work = NULL;
	int rc = 0;

	if (rootfs->upper[0] != '\0')
		rc = make_upper(rootfs, part, &upper, &work, e);
	if (rc == 0)
		rc = mount_overlay(stack->lowers, stack->count, upper, work,
				   target, e);
	return rc;
}

int rootfs_scratch(const struct rootfs *rootfs)
{
	char path[LAYER_PATH_BYTES];

	if (rootfs->upper[0] == '\0' || rootfs->plain)
		return -1;
	layer_path(rootfs->upper, "work", path);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void rootfs_clear_scratch(int workdirs)
{
	DIR *listing = workdirs >= 0 ? fdopendir(workdirs) : NULL;
	struct dirent *entry;

	while (listing != NULL && (entry = readdir(listing)) != NULL) {
		SCOPED_TEXT char *path = mem_printf("%s/work", entry->d_name);

		/* What something is left in is overlayfs's own to clear. */
		(void)unlinkat(workdirs, path, AT_REMOVEDIR);
	}
	if (listing != NULL)
		closedir(listing);
	else
		scope_close(&workdirs);
}

/* ---- the host's directories -------------------------------------------------
 */

static int plan_part(struct work *work, const char *part, unsigned depth,
		     struct err *e);

/* Something beside a mount point: a link as it is, a file to be bound. */
static int plan_file(struct work *work, const char *path, int kind,
		     struct err *e)
{
	char target[PATH_MAX];
	SCOPED_FD int file = -1;
	ssize_t n;

	if (kind == DT_LNK) {
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		(void)!symlinkat(target, work->scaffold, path + 1);
		return 0;
	}
	if (kind != DT_REG)
		return 0;
	file = inside_make_file(work->scaffold, path, e);
	if (file >= 0)
		add_path(&work->files, path);
	return file < 0 ? file : 0;
}

/*
 * overlayfs refuses a directory with foreign mounts below it (CVE-2021-3732):
 * its children are shown one by one.
 */
static int plan_children(struct work *work, const char *part, unsigned depth,
			 struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/%s", part);
	DIR *listing = opendir(path);
	struct dirent *entry;
	int rc = 0;

	while (listing != NULL && rc == 0 &&
	       (entry = readdir(listing)) != NULL) {
		SCOPED_TEXT char *child = NULL;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		child = mem_printf("/%s/%s", part, entry->d_name);
		rc = entry->d_type == DT_DIR
			     ? plan_part(work, child + 1, depth + 1, e)
			     : plan_file(work, child, entry->d_type, e);
	}
	if (listing != NULL)
		closedir(listing);
	return rc;
}

/*
 * All directories that a part needs in the upper layer are made here, before
 * the root's overlay is mounted: it must not find its layers changed under it.
 */
static int plan_part(struct work *work, const char *part, unsigned depth,
		     struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/%s", part);
	SCOPED_TEXT char *upper = NULL;
	SCOPED_TEXT char *at = NULL;
	SCOPED_FD int place = -1;
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    depth > PART_DEPTH_MAX)
		return 0;
	if (depth > 0) {
		place = inside_make_dir(work->scaffold, path, e);
		if (place < 0)
			return place;
	}
	/* The store cannot be below its own layers, nor is it for showing. */
	if (work->mounts.count > 0 && strcmp(path, work->mounts.list[0]) == 0)
		return 0;
	if (!host_tree_hides(part) && has_mounts_below(work, path))
		return plan_children(work, part, depth, e);
	add_path(&work->parts, part);
	return work->rootfs->upper[0] != '\0'
		       ? make_upper(work->rootfs, part, &upper, &at, e)
		       : 0;
}

static int plan_host(struct work *work, struct err *e)
{
	int rc = read_mounts(work, e);

	for (const char *const *part = layer_host_parts;
	     rc == 0 && *part != NULL; part++)
		rc = plan_part(work, *part, 0, e);
	return rc;
}

static int mount_part(struct work *work, const char *part, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/%s", part);
	SCOPED_FD int target = inside_open(work->root, path, NULL);
	struct stack stack = { 0 };
	bool top = strchr(part, '/') == NULL;
	int rc;

	/* The workspace may have removed what the host has. */
	if (target < 0)
		return 0;
	stack_layers(&stack, work->rootfs, part);
	if (!stack.closed && access(path, R_OK | X_OK) == 0)
		stack_add(&stack, mem_copy(path));
	rc = mount_stack(work->rootfs, &stack, part, target, e);
	stack_fini(&stack);
	if (rc == 0 || top)
		return rc;
	/* A mounted directory may be of a kind that cannot be a layer. */
	(void)!mount_bind(AT_FDCWD, path,
			  MOUNT_READ_ONLY | MOUNT_NO_SUID | MOUNT_RECURSIVE,
			  target, NULL);
	return 0;
}

static int mount_host(struct work *work, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < work->parts.count; i++)
		rc = mount_part(work, work->parts.list[i], e);
	for (size_t i = 0; rc == 0 && i < work->files.count; i++) {
		const char *path = work->files.list[i];
		SCOPED_FD int file = inside_open(work->root, path, NULL);

		if (file >= 0)
			rc = mount_bind(AT_FDCWD, path,
					MOUNT_READ_ONLY | MOUNT_NO_SUID, file,
					e);
	}
	return rc;
}

/* ---- what of the host's is shown ---------------------------------------- */

static int write_inside(int root, const char *path, const struct buf *text,
			struct err *e)
{
	SCOPED_FD int found = inside_make_file(root, path, e);
	SCOPED_TEXT char *link = mem_printf("/proc/self/fd/%d", found);
	SCOPED_FD int fd = -1;
	int rc;

	if (found < 0)
		return found;
	fd = open(link, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "write %s in the workspace", path);
	rc = write_all(fd, buf_text(text), text->len_bytes);
	return rc < 0 ? err_set(e, -rc, "write %s", path) : 0;
}

/*
 * Name servers, as the host has them now, or the one that a way out has. Over
 * the host /etc/resolv.conf often leads into /run, which is new inside: the
 * file is put there. Elsewhere it is covered.
 */
static int show_resolver(const struct work *work, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *real = realpath("/etc/resolv.conf", NULL);
	SCOPED_FD int source = -1;
	SCOPED_FD int target = -1;
	const char *copy = "/run/earshot-resolv.conf";
	int rc;

	if (work->rootfs->outgoing)
		buf_add_text(&text, "nameserver " OUTGOING_DNS "\n");
	else if (real == NULL ||
		 file_read(AT_FDCWD, real, RESOLV_MAX_BYTES, &text, NULL) < 0)
		return 0;
	if (work->rootfs->lower.host && real != NULL &&
	    strncmp(real, "/run/", 5) == 0)
		return write_inside(work->root, real, &text, e);
	if (work->rootfs->lower.host && !work->rootfs->outgoing)
		return 0;
	rc = write_inside(work->root, copy, &text, e);
	if (rc < 0)
		return rc;
	target = inside_open(work->root, "/etc/resolv.conf", NULL);
	source = inside_open(work->root, copy, e);
	if (target < 0 || source < 0)
		return source < 0 ? source : 0;
	free(real);
	real = mem_printf("/proc/self/fd/%d", source);
	return mount_bind(AT_FDCWD, real, MOUNT_READ_ONLY, target, e);
}

unsigned rootfs_share_flags(const struct share *share)
{
	/* What is setuid there counts for nothing inside. */
	return MOUNT_NO_SUID | MOUNT_RECURSIVE |
	       (share->devices ? 0 : MOUNT_NO_DEV) |
	       (share->read_only ? MOUNT_READ_ONLY : 0);
}

static int stat_share(const struct share *share, struct stat *ret)
{
	return share->tree >= 0 ? fstatat(share->tree, "", ret, AT_EMPTY_PATH)
				: stat(share->source, ret);
}

static int show_shares(const struct work *work, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < work->rootfs->share_count; i++) {
		const struct share *share = &work->rootfs->shares[i];
		SCOPED_FD int target = -1;
		struct stat st;

		if (stat_share(share, &st) < 0)
			return err_set(e, errno, "share %s", share->source);
		target = S_ISDIR(st.st_mode)
				 ? inside_make_dir(work->root, share->inside, e)
				 : inside_make_file(work->root, share->inside,
						    e);
		if (target < 0)
			return target;
		rc = share->tree >= 0
			     ? mount_tree_attach(share->tree, target,
						 share->source, e)
			     : mount_bind(AT_FDCWD, share->source,
					  rootfs_share_flags(share), target, e);
	}
	return rc;
}

static int mount_system(const struct work *work, struct err *e)
{
	int rc = system_mount(work->root, work->rootfs, e);

	if (rc == 0 && (!work->rootfs->private_net || work->rootfs->outgoing))
		rc = show_resolver(work, e);
	return rc < 0 ? rc : show_shares(work, e);
}

/*
 * A file system in memory below all layers holds the mount points, so that
 * they are there without being written to the workspace's own layer.
 */
static int make_scaffold(struct work *work, int mnt, struct err *e)
{
	static const char *const places[] = { "/proc", "/sys", "/dev",
					      "/run",  "/tmp", "/etc" };
	int rc = mount_new("tmpfs", "mode=755,size=1m", 0, mnt, e);

	if (rc < 0)
		return rc;
	work->scaffold = open("mnt", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work->scaffold < 0)
		return err_set(e, errno, "open mnt");
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (mkdirat(work->scaffold, places[i] + 1, 0755) < 0)
			return err_set(e, errno, "make %s", places[i]);
	close(openat(work->scaffold, "etc/resolv.conf",
		     O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	for (size_t i = 0; i < work->rootfs->share_count; i++) {
		const struct share *share = &work->rootfs->shares[i];
		struct stat st;
		int made;

		if (stat_share(share, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		made = inside_make_dir(work->scaffold, share->inside, NULL);
		scope_close(&made);
	}
	return 0;
}

static int mount_root(struct work *work, bool bare, struct err *e)
{
	const struct rootfs *rootfs = work->rootfs;
	struct stack stack = { 0 };
	SCOPED_FD int mnt = open("mnt", O_PATH | O_DIRECTORY | O_CLOEXEC);
	SCOPED_FD int again = -1;
	int rc = 0;

	if (mnt < 0)
		return err_set(e, errno, "open %s/mnt", rootfs->store->path);
	if (!rootfs->plain && (!bare || rootfs->lower.host))
		rc = make_scaffold(work, mnt, e);
	if (rc == 0 && rootfs->lower.host)
		rc = plan_host(work, e);
	stack_layers(&stack, rootfs, NULL);
	if (rc == 0 && work->scaffold >= 0) {
		stack_add(&stack, mem_copy("mnt"));
		again = open("mnt", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (rc == 0)
		rc = mount_stack(rootfs, &stack, NULL, again >= 0 ? again : mnt,
				 e);
	stack_fini(&stack);
	if (rc < 0)
		return rc;
	work->root = open("mnt", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return work->root < 0 ? err_set(e, errno, "open mnt") : 0;
}

int rootfs_mount(const struct rootfs *rootfs, bool bare, struct err *e)
{
	struct work work = { .rootfs = rootfs, .scaffold = -1, .root = -1 };
	int rc = 0;

	rc = mount_root(&work, bare, e);
	if (rc == 0 && rootfs->lower.host)
		rc = mount_host(&work, e);
	if (rc == 0 && !bare)
		rc = mount_system(&work, e);
	free_work(&work);
	if (rc < 0)
		scope_close(&work.root);
	return rc < 0 ? rc : work.root;
}

/*
 * What the host is shown of may be on overlayfs too (in a container), but every
 * mount of it is made with MOUNT_NO_SUID, and no overlay of ours is.
 */
bool rootfs_is_own(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == OVERLAYFS_SUPER_MAGIC &&
	       (fs.f_flags & (ST_NOSUID | ST_RDONLY)) == 0;
}
