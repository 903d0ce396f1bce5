/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/follow.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "workspace/workspace.h"

enum { TRASH_NAME_BYTES = 4096 };

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
	SCOPED_TEXT char *trash = NULL;
	int rc = workspace_deleted(move->from_name, &trash, e);

	if (rc < 0 || trash == NULL)
		return rc;
	rc = dir_make_parent(path, 0700, e);
	return rc < 0 ? rc
		      : file_replace(AT_FDCWD, path, trash, strlen(trash), 0600,
				     e);
}

static int out_of_trash(const struct gtd *gtd, const struct project_move *move,
			struct err *e)
{
	SCOPED_TEXT char *path = note_path(gtd, move->from_name);
	SCOPED_BUF struct buf trash = { 0 };
	int rc = file_read(AT_FDCWD, path, TRASH_NAME_BYTES, &trash, e);

	if (rc == -ENOENT)
		return 0; /* it had no workspace */
	if (rc == 0)
		rc = workspace_undeleted(move->to_name, buf_text(&trash), e);
	if (rc == 0)
		(void)unlink(path);
	return rc;
}

/*
 * The directory is looked for once: a list asks for ten thousand names. Not
 * through store_open(), which makes the store if there is none.
 */
bool workspace_exists(const char *project)
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

int workspace_follow(const struct gtd *gtd, const struct project_move *move,
		     struct err *e)
{
	if (!is_used())
		return 0;
	if (move->to_state == STATE_TRASH)
		return into_trash(gtd, move, e);
	if (move->from_state == STATE_TRASH)
		return out_of_trash(gtd, move, e);
	if (strcmp(move->from_name, move->to_name) != 0)
		return workspace_renamed(move->from_name, move->to_name, e);
	return 0;
}
