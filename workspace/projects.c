/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/projects.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "core/child.h"
#include "core/mem.h"
#include "core/paths.h"

enum { NAMES_MAX_BYTES = 16 << 20 };

enum { WORDS_MAX = 8 };

static int begin(const char *const *args, size_t count, struct capture *ret)
{
	SCOPED_TEXT char *program = path_program("project");
	const char *argv[WORDS_MAX] = { program };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_NULL },
		.fd_count = 3,
	};

	memcpy(argv + 1, args, count * sizeof(*args));
	return child_capture_begin(&child, ret, NULL);
}

static bool end(struct capture *capture, size_t max_bytes, struct buf *out)
{
	return child_capture_end(capture, max_bytes, out, NULL) == 0 &&
	       out->data != NULL;
}

/* What "project ..." prints; false when it fails. */
static bool ask(const char *const *args, size_t count, size_t max_bytes,
		struct buf *out)
{
	struct capture capture;

	return begin(args, count, &capture) == 0 &&
	       end(&capture, max_bytes, out);
}

/* What "project path" said; NULL when that is no directory. */
static char *dir_in(struct buf *out)
{
	struct stat st;

	if (out->len_bytes > 0 && out->data[out->len_bytes - 1] == '\n')
		buf_cut(out, out->len_bytes - 1);
	/* A project may be a plain file: it has no directory to be shown. */
	if (stat(out->data, &st) < 0 || !S_ISDIR(st.st_mode))
		return NULL;
	return realpath(out->data, NULL);
}

/* ---- one name, asked about beforehand -------------------------------------
 */

static struct {
	char *name; /* owned; NULL: none */
	struct capture capture;
} ahead;

static bool begin_exact(const char *name, struct capture *ret)
{
	const char *const args[] = { "path", "--exact", "--", name };

	return begin(args, COUNT_OF(args), ret) == 0;
}

/* True when that was the question; its answer then is in out. */
static bool take_ahead(const char *name, bool *ret_found, struct buf *out)
{
	bool same = ahead.name != NULL && strcmp(ahead.name, name) == 0;

	if (ahead.name == NULL)
		return false;
	*ret_found = end(&ahead.capture, PATH_MAX, out);
	free(ahead.name);
	ahead.name = NULL;
	if (!same)
		buf_clear(out);
	return same;
}

void project_ask_ahead(const char *name)
{
	SCOPED_BUF struct buf out = { 0 };
	struct capture capture;
	bool found;

	(void)take_ahead(name, &found, &out);
	if (!begin_exact(name, &capture))
		return;
	ahead.name = mem_copy(name);
	ahead.capture = capture;
}

char *project_dir(const char *name)
{
	SCOPED_BUF struct buf out = { 0 };
	struct capture capture;
	bool found = false;

	if (!take_ahead(name, &found, &out))
		found = begin_exact(name, &capture) &&
			end(&capture, PATH_MAX, &out);
	return found ? dir_in(&out) : NULL;
}

char *project_find(const char *prefix)
{
	const char *const args[] = { "path", "--", prefix };
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_TEXT char *dir = ask(args, COUNT_OF(args), PATH_MAX, &out)
					? dir_in(&out)
					: NULL;

	return dir != NULL ? mem_copy(strrchr(dir, '/') + 1) : NULL;
}

void projects_each(const char *prefix, project_fn *fn, void *data)
{
	const char *const args[] = { "--complete-projects", prefix };
	SCOPED_BUF struct buf out = { 0 };
	char *rest = ask(args, COUNT_OF(args), NAMES_MAX_BYTES, &out) ? out.data
								      : NULL;

	for (char *line = strsep(&rest, "\n"); line != NULL;
	     line = strsep(&rest, "\n")) {
		char *tab = strchr(line, '\t');

		if (tab == NULL)
			continue;
		*tab = '\0';
		fn(line, tab + 1, data);
	}
}
