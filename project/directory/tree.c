/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "project/directory/names.h"

enum { TREE_DEPTH_MAX = 8, LINKED_DEPTH = 5 };

struct tree {
	const struct gtd *gtd;
	const char *directory;
	int depth;
	tree_fn *fn;
	void *data;
	bool *ret_incomplete;
};

static int walk_tree(const struct gtd *gtd, const char *directory, int depth,
		     tree_fn *fn, void *data, bool *ret_incomplete);

/* A link to the directory itself or to one above would go round and round. */
static bool leads_up(const struct gtd *gtd, const char *path)
{
	SCOPED_TEXT char *full = path_join(gtd->path, path);
	SCOPED_TEXT char *real = realpath(full, NULL);
	SCOPED_TEXT char *top = realpath(gtd->path, NULL);
	size_t len = real != NULL ? strlen(real) : 0;

	return real == NULL || top == NULL || len == 1 ||
	       (strncmp(top, real, len) == 0 &&
		(top[len] == '/' || top[len] == '\0')) ||
	       strncmp(real, top, strlen(top)) == 0;
}

static int on_tree_entry(const char *name, unsigned char d_type, void *data)
{
	struct tree *tree = data;
	SCOPED_TEXT char *path = tree->directory[0] != '\0'
					 ? mem_printf("%s/%s", tree->directory,
						      name)
					 : mem_copy(name);
	bool is_dir = d_type == DT_DIR;
	struct stat st;
	int depth, rc;

	if (name_is_foreign(name))
		return 0;
	if (d_type == DT_UNKNOWN || d_type == DT_LNK) {
		/* A link to nothing is still an entry. */
		is_dir = fstatat(tree->gtd->fd, path, &st, 0) == 0 &&
			 S_ISDIR(st.st_mode);
	}
	rc = tree->fn(path, name, is_dir, tree->data);
	if (rc != 0 || !is_dir)
		return rc;
	depth = tree->depth + 1;
	if (d_type == DT_LNK) {
		if (leads_up(tree->gtd, path))
			return 0;
		/* A linked project has few levels; a disk has many. */
		depth = depth > LINKED_DEPTH ? depth : LINKED_DEPTH;
	}
	return depth > TREE_DEPTH_MAX
		       ? 0
		       : walk_tree(tree->gtd, path, depth, tree->fn, tree->data,
				   tree->ret_incomplete);
}

static int walk_tree(const struct gtd *gtd, const char *directory, int depth,
		     tree_fn *fn, void *data, bool *ret_incomplete)
{
	struct tree tree = { gtd, directory, depth, fn, data, ret_incomplete };
	struct err e = { 0 };
	int rc = gtd_each(gtd, directory[0] != '\0' ? directory : ".",
			  on_tree_entry, &tree, &e);

	/* One directory that cannot be read must not hide the others. */
	if (rc < 0 && e.code != 0) {
		log_warn_failure(&e);
		*ret_incomplete = true;
		return 0;
	}
	return rc;
}

int tree_walk(const struct gtd *gtd, tree_fn *fn, void *data,
	      bool *ret_incomplete)
{
	*ret_incomplete = false;
	return walk_tree(gtd, "", 0, fn, data, ret_incomplete);
}
