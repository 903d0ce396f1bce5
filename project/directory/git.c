/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/git.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

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

/* Whether the directory lies in a git work tree. */
static bool git_is_work_tree(const struct gtd *gtd)
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
	if (git_is_stopped(gtd))
		return err_say(e, EBUSY,
			       "a rebase or merge is stopped in %s; what is "
			       "written now goes with git rebase --abort",
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

bool git_is_stopped(const struct gtd *gtd)
{
	static const char *const signs[] = { ".git/rebase-merge",
					     ".git/rebase-apply",
					     ".git/MERGE_HEAD" };

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (gtd_exists(gtd, signs[i]))
			return true;
	return false;
}

/* ---- sync --------------------------------------------------------------- */

/*
 * Lists of lines are merged line by line (merge_lines.h): two machines that
 * both captured something are no conflict. For this one command only: what the
 * user has set for the repository is left alone.
 */
static const char line_files[] = "inbox* merge=project-lines\n"
				 "nextactions* merge=project-lines\n"
				 "next_actions* merge=project-lines\n"
				 "waiting* merge=project-lines\n"
				 "someday* merge=project-lines\n"
				 "done* merge=project-lines\n"
				 "tickler* merge=project-lines\n"
				 "actions merge=project-lines\n"
				 "actions.otl merge=project-lines\n"
				 "actions.md merge=project-lines\n"
				 "log merge=project-lines\n"
				 "log.otl merge=project-lines\n";

struct merging {
	char *attributes; /* owned: -c core.attributesFile=... */
	char *driver; /* owned: -c merge.project-lines.driver=... */
	char *path; /* owned: the file */
};

static void merging_fini(struct merging *m)
{
	if (m->path != NULL)
		(void)unlink(m->path);
	free(m->attributes);
	free(m->driver);
	free(m->path);
}

/* The user's own names of lists, "Next actions.md", in quotes as git wants
 * them; "[", "*" and "?" would be a pattern. */
static void add_own_names(struct buf *out, const struct layout *layout)
{
	for (int f = 0; f < FILE_COUNT; f++) {
		if (layout->lists[f] == NULL)
			continue;
		buf_add_char(out, '"');
		for (const char *p = layout->lists[f]; *p != '\0'; p++)
			buf_add_char(out, strchr("\"\\[*?", *p) ? '?' : *p);
		buf_add_text(out, "\" merge=project-lines\n");
	}
}

static int merging_init(struct merging *m, const struct gtd *gtd, struct err *e)
{
	SCOPED_TEXT char *program = path_program("project");
	SCOPED_BUF struct buf lines = { 0 };

	*m = (struct merging){ .path = gtd_state_file(gtd, "gitattributes") };
	buf_add_text(&lines, line_files);
	add_own_names(&lines, &gtd->layout);
	if (dir_make_parent(m->path, 0700, e) < 0 ||
	    file_replace(AT_FDCWD, m->path, lines.data, lines.len_bytes, 0600,
			 e) < 0)
		return -e->code;
	m->attributes = mem_printf("core.attributesFile=%s", m->path);
	m->driver = mem_printf("merge.project-lines.driver='%s' --merge-lines "
			       "%%O %%A %%B",
			       program);
	return 0;
}

/* A rebase that stopped is taken back: nothing of anybody's is in the balance,
 * and what is captured meanwhile cannot go with an abort. */
static int say_conflicts(const struct gtd *gtd, struct buf *out, struct err *e)
{
	const char *const conflicts[] = { "diff", "--name-only",
					  "--diff-filter=U", NULL };
	const char *const abort_it[] = { "rebase", "--abort", NULL };

	if (git(gtd, conflicts, NULL, 0, out, e) != 0 || out->len_bytes == 0)
		return err_say(e, EIO,
			       "git pull failed; see what it says above");
	if (git_must(gtd, abort_it, NULL, 0, e) < 0)
		return -e->code;
	return err_say(e, EIO,
		       "both machines changed the same lines; nothing was "
		       "merged or lost. To decide by hand: git -C %s pull "
		       "--rebase",
		       gtd->path);
}

int git_sync(const struct gtd *gtd, struct buf *out, struct err *e)
{
	const char *const push[] = { "push", "-q", NULL };
	ON_SCOPE_EXIT(merging_fini) struct merging merging = { 0 };
	SCOPED_BUF struct buf told = { 0 };
	int rc;

	if (!git_is_work_tree(gtd))
		return err_say(e, ENOENT,
			       "%s is not in a git work tree; a directory that "
			       "Syncthing, Nextcloud or the like keeps in step "
			       "needs no sync, and check looks for its "
			       "conflict copies",
			       gtd->path);
	if (git_is_stopped(gtd))
		return err_say(e, EBUSY,
			       "a rebase or merge is stopped in %s: git rebase "
			       "--continue, or --abort",
			       gtd->path);
	if (merging_init(&merging, gtd, e) < 0)
		return -e->code;
	const char *const pull[] = { "-c",	 merging.attributes,
				     "-c",	 merging.driver,
				     "pull",	 "-q",
				     "--rebase", "--autostash",
				     NULL };
	rc = git(gtd, pull, NULL, 0, &told, e);
	if (rc < 0)
		return rc;
	if (rc > 0)
		return say_conflicts(gtd, out, e);
	return git_must(gtd, push, NULL, 0, e);
}
