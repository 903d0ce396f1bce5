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

/* What "project ..." prints; false when it fails. */
static bool ask(const char *const *args, size_t count, size_t max_bytes,
		struct buf *out)
{
	SCOPED_TEXT char *program = path_program("project");
	const char *argv[8] = { program };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_NULL },
		.fd_count = 3,
	};

	memcpy(argv + 1, args, count * sizeof(*args));
	return child_capture(&child, max_bytes, out, NULL) == 0 &&
	       out->data != NULL;
}

/* What "project path" says of a name; NULL when that is no directory. */
static char *dir_of(const char *const *args, size_t count)
{
	SCOPED_BUF struct buf out = { 0 };
	struct stat st;

	if (!ask(args, count, PATH_MAX, &out))
		return NULL;
	if (out.len_bytes > 0 && out.data[out.len_bytes - 1] == '\n')
		buf_cut(&out, out.len_bytes - 1);
	/* A project may be a plain file: it has no directory to be shown. */
	if (stat(out.data, &st) < 0 || !S_ISDIR(st.st_mode))
		return NULL;
	return realpath(out.data, NULL);
}

char *project_dir(const char *name)
{
	const char *const args[] = { "path", "--exact", "--", name };

	return dir_of(args, COUNT_OF(args));
}

char *project_find(const char *prefix)
{
	const char *const args[] = { "path", "--", prefix };
	SCOPED_TEXT char *dir = dir_of(args, COUNT_OF(args));

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
