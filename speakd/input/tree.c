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

enum { EVENT_BYTES = 4096, KEPT_OF_A_PATTERN = 2 };

/* A file that was found once; not followed: it was older than another. */
struct file {
	char *path; /* owned */
	size_t dir_bytes; /* of path: its directory */
	bool followed;
};

struct tree {
	char *path; /* owned */
	bool whole; /* a directory: all of it */
	struct tree_handler handler;
	struct file *files; /* owned, in the order in which they were found */
	size_t count, size, followed;
	bool started, network, warned;
	int inotify; /* -1: there is none */
	struct watch *events, *timer;
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

static struct file *find(struct tree *tree, const char *path)
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

static bool same_dir(const struct file *a, const struct file *b)
{
	return a->dir_bytes == b->dir_bytes &&
	       strncmp(a->path, b->path, a->dir_bytes) == 0;
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

static void follow_file(struct tree *tree, struct file *file)
{
	if (tree->followed == TREE_FILES_MAX) {
		SCOPED_TEXT char *text =
			mem_printf("%s: more than %d files; %s is not followed",
				   tree->path, TREE_FILES_MAX, file->path);

		if (!tree->warned)
			tree->handler.warn(text, tree->handler.data);
		tree->warned = true;
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
	tree->network = tree->network || network_is_path(dir);
	if (tree->inotify >= 0)
		(void)inotify_add_watch(tree->inotify, dir,
					IN_CREATE | IN_MOVED_TO | IN_ATTRIB |
						IN_ONLYDIR);
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
	if (find(tree, path) != NULL)
		return;
	if (tree->whole || tree->started) {
		follow_file(tree, add(tree, path));
		return;
	}
	(void)add(tree, path);
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

	if (depth > TREE_DEPTH_MAX)
		return;
	watch_dir(tree, dir);
	if (part != NULL && rest != NULL && !has_wildcard(part)) {
		on_entry(tree, dir, part, rest, depth, &newest);
		return;
	}
	list = opendir(dir);
	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL)
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

static void scan(void *data)
{
	struct tree *tree = data;
	const char *pattern = tree->path;

	if (tree->whole)
		walk(tree, tree->path, NULL, 0);
	else if (*pattern == '/')
		walk(tree, "/", pattern + 1, 0);
	else
		walk(tree, ".", pattern, 0);
	tree->started = true;
	if (tree->network || tree->inotify < 0)
		watch_after(tree->timer, TREE_POLL_MS);
}

static void on_inotify(int fd, int what, void *data)
{
	char events[EVENT_BYTES];

	(void)what;
	while (read(fd, events, sizeof(events)) > 0)
		;
	scan(data);
}

struct tree *tree_start(struct loop *loop, const char *path,
			const struct tree_handler *handler)
{
	struct tree *tree = mem_new(sizeof(*tree));
	struct stat st;

	tree->path = mem_copy(path);
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		tree->path[n - 1] = '\0';
	tree->whole = stat(path, &st) == 0;
	tree->handler = *handler;
	tree->timer = loop_timer(loop, scan, tree);
	tree->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (tree->inotify >= 0)
		tree->events = loop_fd(loop, tree->inotify, LOOP_READ,
				       on_inotify, tree);
	watch_after(tree->timer, 0);
	return tree;
}

void tree_free(struct tree *tree)
{
	if (tree == NULL)
		return;
	for (size_t i = 0; i < tree->count; i++)
		free(tree->files[i].path);
	free(tree->files);
	watch_free(tree->events);
	watch_free(tree->timer);
	scope_close(&tree->inotify);
	free(tree->path);
	free(tree);
}
