/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/tree.h"

#include <dirent.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "speakd/input/network.h"

enum { KEPT_OF_A_PATTERN = 2 };

/* A file that was found once; not followed: it was older than another. */
struct file {
	char *path; /* owned */
	size_t dir_bytes; /* of path: its directory */
	dev_t dev; /* what the name meant when it was last seen */
	ino_t ino;
	bool followed;
};

struct tree {
	char *path; /* owned */
	bool whole; /* a directory: all of it */
	struct tree_handler handler;
	struct file *files; /* owned, in the order in which they were found */
	size_t count, size, followed;
	unsigned dirs; /* looked into, in this scan */
	bool started, warned;
	bool unseen; /* a directory whose changes inotify does not tell of */
	struct notify *notify;
	struct notify_watcher watcher;
	struct watch *timer;
};

static bool has_wildcard(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

bool tree_is(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode);
	return has_wildcard(path);
}

/* ---- files --------------------------------------------------------------- */

static struct file *find(const struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->count; i++)
		if (strcmp(tree->files[i].path, path) == 0)
			return &tree->files[i];
	return NULL;
}

static struct file *add(struct tree *tree, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct file *file;

	if (tree->count == tree->size) {
		tree->size = tree->size * 2 + 16;
		tree->files = mem_resize(tree->files, tree->size,
					 sizeof(*tree->files));
	}
	file = &tree->files[tree->count++];
	*file = (struct file){
		.path = mem_copy(path),
		.dir_bytes = slash != NULL ? (size_t)(slash - path) : 0,
	};
	return file;
}

static void remember(struct file *file, const struct stat *st)
{
	file->dev = st->st_dev;
	file->ino = st->st_ino;
}

static bool same_dir(const struct file *a, const struct file *b)
{
	return a->dir_bytes == b->dir_bytes &&
	       strncmp(a->path, b->path, a->dir_bytes) == 0;
}

/* How much of a name a rotation added to it: ".1", "-20261128", ".2.gz". */
static size_t rotation_bytes(const char *name)
{
	static const char *const packed[] = { ".gz", ".xz", ".zst", ".bz2" };
	size_t len_bytes = strlen(name), n = len_bytes, digits;

	for (size_t i = 0; i < COUNT_OF(packed); i++)
		if (n > strlen(packed[i]) &&
		    strcmp(name + n - strlen(packed[i]), packed[i]) == 0)
			n -= strlen(packed[i]);
	digits = n;
	while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
		digits--;
	if (digits < n && digits > 1 &&
	    (name[digits - 1] == '.' || name[digits - 1] == '-'))
		n = digits - 1;
	return len_bytes - n;
}

/*
 * Whether its lines are those of a file that is followed: moved away by a
 * rotation (the follower of the old name still reads it), or copied. Only of a
 * followed file is it sure that its inode is no other file's by now.
 */
static bool is_rotated(const struct tree *tree, const char *path,
		       const struct stat *st)
{
	SCOPED_TEXT char *base = mem_copy(path);
	struct stat there;
	size_t n = rotation_bytes(base);

	for (size_t i = 0; i < tree->count; i++)
		if (tree->files[i].followed &&
		    tree->files[i].ino == st->st_ino &&
		    tree->files[i].dev == st->st_dev)
			return true;
	if (n == 0)
		return false;
	base[strlen(base) - n] = '\0';
	/* For a moment there may be no file of that name. */
	return find(tree, base) != NULL ||
	       ((tree->whole || fnmatch(tree->path, base, FNM_PATHNAME) == 0) &&
		stat(base, &there) == 0 && S_ISREG(there.st_mode));
}

/* Of one directory the last two are kept: the older may get its last lines. */
static void let_pass(struct tree *tree, const struct file *newest)
{
	size_t kept = 0;

	for (size_t i = tree->count; i > 0; i--) {
		struct file *file = &tree->files[i - 1];

		if (!file->followed || !same_dir(file, newest) ||
		    ++kept <= KEPT_OF_A_PATTERN)
			continue;
		file->followed = false;
		tree->followed--;
		tree->handler.passed(file->path, tree->handler.data);
	}
}

/* Reported once, not for every further one. */
static void tell_limit(struct tree *tree, int most, const char *what,
		       const char *path)
{
	SCOPED_TEXT char *text =
		mem_printf("%s: more than %d %s; %s is not followed",
			   tree->path, most, what, path);

	if (!tree->warned)
		tree->handler.warn(text, tree->handler.data);
	tree->warned = true;
}

/* Nothing more of a directory can be followed: there is no need to look. */
static bool is_full(const struct tree *tree)
{
	return tree->whole && tree->warned && tree->followed == TREE_FILES_MAX;
}

static void follow_file(struct tree *tree, struct file *file)
{
	if (tree->followed == TREE_FILES_MAX) {
		tell_limit(tree, TREE_FILES_MAX, "files", file->path);
		return;
	}
	file->followed = true;
	tree->followed++;
	tree->handler.found(file->path, tree->started, tree->handler.data);
	if (!tree->whole)
		let_pass(tree, file);
}

/* ---- directories --------------------------------------------------------- */

static void watch_dir(struct tree *tree, const char *dir)
{
	const uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;
	int watch = notify_watch(tree->notify, &tree->watcher, dir, mask);

	/* Many a /home may be passed through, but not read: not our matter. */
	if ((watch < 0 && errno != EACCES) || network_is_path(dir))
		tree->unseen = true;
}

static char *join(const char *dir, const char *name)
{
	return strcmp(dir, "/") == 0 ? mem_printf("/%s", name)
				     : mem_printf("%s/%s", dir, name);
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec
		       ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
		       : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* The newest file of a directory so far. */
struct newest {
	size_t at; /* its index in files, plus one */
	struct stat st;
};

static void on_file(struct tree *tree, const char *path, const struct stat *st,
		    struct newest *newest)
{
	struct file *file = find(tree, path);

	if (file != NULL) {
		remember(file, st);
		return;
	}
	if (is_rotated(tree, path, st))
		return;
	file = add(tree, path);
	remember(file, st);
	if (tree->whole || tree->started) {
		follow_file(tree, file);
		return;
	}
	if (newest->at == 0 || is_newer(st, &newest->st)) {
		newest->at = tree->count;
		newest->st = *st;
	}
}

/* pattern: the rest of the path below dir; NULL: everything. */
static void walk(struct tree *tree, const char *dir, const char *pattern,
		 unsigned depth);

static void on_entry(struct tree *tree, const char *dir, const char *name,
		     const char *rest, unsigned depth, struct newest *newest)
{
	SCOPED_TEXT char *path = strcmp(dir, ".") == 0 && !tree->whole
					 ? mem_copy(name)
					 : join(dir, name);
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode) && (rest != NULL || tree->whole))
		walk(tree, path, rest, depth + 1);
	else if (S_ISREG(st.st_mode) && rest == NULL)
		on_file(tree, path, &st, newest);
}

static void walk(struct tree *tree, const char *dir, const char *pattern,
		 unsigned depth)
{
	size_t n = pattern != NULL ? strcspn(pattern, "/") : 0;
	SCOPED_TEXT char *part = pattern != NULL ? mem_text(pattern, n) : NULL;
	const char *rest = pattern != NULL && pattern[n] == '/'
				   ? pattern + n + 1
				   : NULL;
	struct newest newest = { 0 };
	struct dirent *entry;
	DIR *list;

	if (depth > TREE_DEPTH_MAX || is_full(tree))
		return;
	if (tree->dirs++ == TREE_DIRS_MAX)
		tell_limit(tree, TREE_DIRS_MAX, "directories", dir);
	if (tree->dirs > TREE_DIRS_MAX)
		return;
	watch_dir(tree, dir);
	if (part != NULL && rest != NULL && !has_wildcard(part)) {
		on_entry(tree, dir, part, rest, depth, &newest);
		return;
	}
	list = opendir(dir);
	if (list == NULL)
		return;
	while (!is_full(tree) && (entry = readdir(list)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    fnmatch(part != NULL ? part : "*", entry->d_name,
			    FNM_PERIOD) == 0)
			on_entry(tree, dir, entry->d_name, rest, depth,
				 &newest);
	closedir(list);
	if (newest.at > 0)
		follow_file(tree, &tree->files[newest.at - 1]);
}

/* ---- the tree ------------------------------------------------------------ */

static void tell_waiting(const struct tree *tree)
{
	SCOPED_TEXT char *text = mem_printf("waiting for %s%s",
					    tree->whole ? "a file in " : "",
					    tree->path);

	tree->handler.warn(text, tree->handler.data);
}

static void scan(void *data)
{
	struct tree *tree = data;
	const char *pattern = tree->path;

	tree->unseen = false;
	tree->dirs = 0;
	if (tree->whole)
		walk(tree, tree->path, NULL, 0);
	else if (*pattern == '/')
		walk(tree, "/", pattern + 1, 0);
	else
		walk(tree, ".", pattern, 0);
	if (!tree->started && tree->followed == 0)
		tell_waiting(tree);
	tree->started = true;
	if (tree->unseen)
		watch_after(tree->timer, TREE_POLL_MS);
}

static void on_wake(void *data)
{
	const struct tree *tree = data;

	watch_after(tree->timer, 0);
}

struct tree *tree_start(struct loop *loop, struct notify *keep_notify,
			const char *path, const struct tree_handler *handler)
{
	struct tree *tree = mem_new(sizeof(*tree));
	struct stat st;

	tree->path = mem_copy(path);
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		tree->path[n - 1] = '\0';
	tree->whole = stat(path, &st) == 0;
	tree->handler = *handler;
	tree->timer = loop_timer(loop, scan, tree);
	tree->notify = keep_notify;
	tree->watcher = (struct notify_watcher){ on_wake, tree };
	/* What comes from here on is new. */
	scan(tree);
	return tree;
}

void tree_free(struct tree *tree)
{
	if (tree == NULL)
		return;
	for (size_t i = 0; i < tree->count; i++)
		free(tree->files[i].path);
	free(tree->files);
	notify_leave(tree->notify, &tree->watcher);
	watch_free(tree->timer);
	free(tree->path);
	free(tree);
}
