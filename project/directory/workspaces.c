/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/workspaces.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum { TRASH_NAME_BYTES = 4096 };

/* ---- the helper --------------------------------------------------------- */

/*
 * "project-workspace followed WHAT NAME [MORE]". What it prints is the reply;
 * a failure it has explained on standard error itself.
 */
static int followed(const char *what, const char *name, const char *more,
		    struct buf *reply, struct err *e)
{
	SCOPED_TEXT char *helper = path_helper("project-workspace");
	const char *const argv[] = {
		helper, "followed", what, name, more, NULL
	};
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_INHERIT },
		.fd_count = 3,
	};
	int rc = child_capture(&child, TRASH_NAME_BYTES, reply, e);

	return rc < 0 ? rc : 0;
}

/* Under which name a deleted project's workspace lies in its own trash. */
static char *note_path(const struct gtd *gtd, const char *trash_name)
{
	SCOPED_TEXT char *what = mem_printf("workspace-of-%s", trash_name);

	return gtd_state_file(gtd, what);
}

static int into_trash(const struct gtd *gtd, const struct project_move *move,
		      struct err *e)
{
	SCOPED_TEXT char *path = note_path(gtd, move->to_name);
	SCOPED_BUF struct buf trash = { 0 };
	int rc = followed("delete", move->from_name, NULL, &trash, e);
	size_t len = strcspn(buf_text(&trash), "\n");

	if (rc < 0 || len == 0)
		return rc;
	rc = dir_make_parent(path, 0700, e);
	return rc < 0 ? rc
		      : file_replace(AT_FDCWD, path, trash.data, len, 0600, e);
}

static int out_of_trash(const struct gtd *gtd, const struct project_move *move,
			struct err *e)
{
	SCOPED_TEXT char *path = note_path(gtd, move->from_name);
	SCOPED_BUF struct buf trash = { 0 };
	SCOPED_BUF struct buf reply = { 0 };
	int rc = file_read(AT_FDCWD, path, TRASH_NAME_BYTES, &trash, e);

	if (rc == -ENOENT)
		return 0; /* it had no workspace */
	if (rc == 0)
		rc = followed("undelete", move->to_name, buf_text(&trash),
			      &reply, e);
	/* Without a word it is still in the trash. */
	if (rc == 0 && reply.len_bytes > 0)
		(void)unlink(path);
	return rc;
}

/* ---- what others ask ---------------------------------------------------- */

/* The directory is looked for once: a list asks for ten thousand names. */
bool workspaces_has(const char *project)
{
	enum { NOT_LOOKED = -2 };
	static int directory = NOT_LOOKED;

	if (directory == NOT_LOOKED) {
		SCOPED_TEXT char *path = path_data("workspaces/ws");

		directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return directory >= 0 && faccessat(directory, project, F_OK, 0) == 0;
}

static bool is_used(void)
{
	SCOPED_TEXT char *path = path_data("workspaces/ws");

	return access(path, F_OK) == 0;
}

int workspaces_follow(const struct gtd *gtd, const struct project_move *move,
		      struct err *e)
{
	SCOPED_BUF struct buf reply = { 0 };

	if (!is_used())
		return 0;
	if (move->to_state == STATE_TRASH)
		return into_trash(gtd, move, e);
	if (move->from_state == STATE_TRASH)
		return out_of_trash(gtd, move, e);
	if (strcmp(move->from_name, move->to_name) != 0)
		return followed("rename", move->from_name, move->to_name,
				&reply, e);
	return 0;
}
