/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/git.h"

#include <string.h>

#include "core/child.h"
#include "core/mem.h"

enum { GIT_OUTPUT_MAX_BYTES = 1 << 20, GIT_FIXED_WORDS = 16 };

/* Run git in the directory; what it prints goes to out. Returns its code. */
static int git(const struct gtd *gtd, const char *const *words,
	       const char *const *paths, size_t path_count, struct buf *out,
	       struct err *e)
{
	const char **argv = mem_resize(NULL, GIT_FIXED_WORDS + path_count,
				       sizeof(*argv));
	struct child child = {
		.argv = argv,
		.dir = gtd->path,
		.without = CHILD_WITHOUT_GIT,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	size_t n = 0;
	int rc;

	argv[n++] = "git";
	/* A project may be called "*" or ":(top)". */
	argv[n++] = "--literal-pathspecs";
	for (size_t i = 0; words[i] != NULL; i++)
		argv[n++] = words[i];
	for (size_t i = 0; i < path_count; i++)
		argv[n++] = paths[i];
	argv[n] = NULL;
	rc = child_capture(&child, GIT_OUTPUT_MAX_BYTES, out, e);
	free(argv);
	return rc;
}

/* The same, where any code but 0 is a failure. */
static int git_must(const struct gtd *gtd, const char *const *words,
		    const char *const *paths, size_t path_count, struct err *e)
{
	SCOPED_BUF struct buf out = { 0 };
	int rc = git(gtd, words, paths, path_count, &out, e);

	if (rc > 0)
		return err_say(e, EIO, "git %s failed with %d", words[0], rc);
	return rc;
}

bool git_is_work_tree(const struct gtd *gtd)
{
	static const char *const words[] = { "rev-parse",
					     "--is-inside-work-tree", NULL };
	SCOPED_BUF struct buf out = { 0 };
	const char *const quiet[] = { "git", words[0], words[1], NULL };
	struct child child = {
		.argv = quiet,
		.dir = gtd->path,
		.without = CHILD_WITHOUT_GIT,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
		.fd_count = 3,
	};

	return child_capture(&child, GIT_OUTPUT_MAX_BYTES, &out, NULL) == 0 &&
	       strncmp(buf_text(&out), "true", 4) == 0;
}

/* Paths that git knows or that hold something: others it would refuse. */
static bool git_has(const struct gtd *gtd, const char *path)
{
	static const char *const words[] = { "ls-files", "--cached",
					     "--others", "--exclude-standard",
					     "--",	 NULL };
	SCOPED_BUF struct buf out = { 0 };

	return git(gtd, words, &path, 1, &out, NULL) == 0 && out.len_bytes > 0;
}

int git_commit(const struct gtd *gtd, const char *what,
	       const char *const *paths, size_t path_count, struct err *e)
{
	const char *const add[] = { "add", "-A", "--", NULL };
	const char *const commit[] = { "commit", "-q", "--no-verify", "-m",
				       what,	 "--", NULL };
	const char **known;
	size_t count = 0;
	int rc = 0;

	if (!git_is_work_tree(gtd))
		return err_say(e, ENOENT, "%s is not in a git work tree",
			       gtd->path);
	known = mem_resize(NULL, path_count + 1, sizeof(*known));
	for (size_t i = 0; i < path_count; i++)
		if (git_has(gtd, paths[i]))
			known[count++] = paths[i];
	if (count > 0)
		rc = git_must(gtd, add, known, count, e);
	if (count > 0 && rc == 0)
		rc = git_must(gtd, commit, known, count, e);
	free(known);
	return rc;
}

int git_sync(const struct gtd *gtd, struct buf *out, struct err *e)
{
	const char *const pull[] = { "pull", "-q", "--rebase", "--autostash",
				     NULL };
	const char *const conflicts[] = { "diff", "--name-only",
					  "--diff-filter=U", NULL };
	const char *const push[] = { "push", "-q", NULL };
	SCOPED_BUF struct buf told = { 0 };
	int rc;

	if (!git_is_work_tree(gtd))
		return err_say(e, ENOENT, "%s is not in a git work tree",
			       gtd->path);
	rc = git(gtd, pull, NULL, 0, &told, e);
	if (rc < 0)
		return rc;
	if (rc > 0 && git(gtd, conflicts, NULL, 0, out, e) == 0 &&
	    out->len_bytes > 0)
		return err_say(e, EIO,
			       "stopped at conflicts; after resolving them: "
			       "git rebase --continue, or --abort, in %s",
			       gtd->path);
	if (rc > 0)
		return err_say(e, EIO, "git pull failed with %d", rc);
	return git_must(gtd, push, NULL, 0, e);
}
