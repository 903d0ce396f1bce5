/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/editor.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"
#include "core/mem.h"
#include "core/paths.h"
#include "project/directory/change.h"
#include "project/directory/history.h"
#include "project/directory/parts.h"

enum { EDITOR_FILES_MAX = PART_COUNT * GTD_FILES_MAX };

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");

	for (const char *at = path; at != NULL && *at != '\0';) {
		size_t len = strcspn(at, ":");
		SCOPED_TEXT char *file = mem_printf("%.*s/%s", (int)len, at,
						    program);

		if (access(file, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

static int choose(const struct gtd *gtd, const char **ret, struct err *e)
{
	const char *term = getenv("TERM");
	bool dumb = term == NULL || strcmp(term, "dumb") == 0;
	const char *wanted[] = {
		gtd->settings->editor,
		dumb ? NULL : getenv("VISUAL"),
		getenv("EDITOR"),
	};

	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (wanted[i] != NULL && wanted[i][0] != '\0') {
			*ret = wanted[i];
			return 0;
		}
	/* A screen editor without a screen would hang or spoil a script. */
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_say(e, ENOTTY,
			       "no terminal for an editor, and "
			       "neither VISUAL nor EDITOR is set");
	*ret = in_path("vim") ? "vim" : "vi";
	return 0;
}

/* The editor handles the keys; Ctrl-C in it must not end us. */
static int run_editor(const char *editor, const char *const *files,
		      size_t count, struct err *e)
{
	const char *argv[EDITOR_FILES_MAX + 5] = { "/bin/sh", "-c" };
	SCOPED_TEXT char *script = mem_printf("%s \"$@\"", editor);
	struct sigaction ignore = { .sa_handler = SIG_IGN }, was_int, was_quit;
	struct child child = { .argv = argv };
	size_t n = 2;
	int code;

	argv[n++] = script;
	argv[n++] = editor;
	for (size_t i = 0; i < count; i++)
		argv[n++] = files[i];
	argv[n] = NULL;
	sigaction(SIGINT, &ignore, &was_int);
	sigaction(SIGQUIT, &ignore, &was_quit);
	code = child_run(&child, e);
	sigaction(SIGINT, &was_int, NULL);
	sigaction(SIGQUIT, &was_quit, NULL);
	if (code == 127)
		return err_say(e, ENOENT, "editor '%s' was not found", editor);
	if (code > 128)
		return err_say(e, EINTR, "editor '%s' was ended by signal %d",
			       editor, code - 128);
	if (code > 0)
		return err_say(e, EIO, "editor '%s' failed with %d", editor,
			       code);
	return code;
}

/* Note what the editor changed, even if it failed in the end. */
static int note_edits(struct gtd *gtd, const char *what, size_t since,
		      const char *const *paths, struct buf *before,
		      size_t count, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	int rc = gtd_lock(gtd, e);

	if (rc < 0 || (rc = change_begin(&change, gtd, what, e)) < 0)
		return rc;
	for (size_t i = 0; i < count && rc == 0; i++) {
		SCOPED_BUF struct buf now = { 0 };

		rc = gtd_read(gtd, paths[i], &now, e);
		/* What other commands wrote meanwhile is theirs. */
		if (rc == 0)
			rc = history_replay(gtd, since, paths[i], &before[i],
					    e);
		if (rc == 0)
			rc = change_note_edit(&change, paths[i],
					      buf_text(&before[i]),
					      before[i].len_bytes,
					      buf_text(&now), now.len_bytes, e);
	}
	return rc;
}

int editor_open(struct gtd *gtd, const char *what, const char *const *paths,
		size_t count, struct err *e)
{
	char *files[EDITOR_FILES_MAX] = { 0 };
	struct buf before[EDITOR_FILES_MAX] = { 0 };
	struct err later = { 0 };
	const char *editor = NULL;
	size_t since = history_bytes(gtd);
	int rc = choose(gtd, &editor, e);

	count = min_size(count, EDITOR_FILES_MAX);
	for (size_t i = 0; i < count && rc == 0; i++) {
		files[i] = path_join(gtd->path, paths[i]);
		rc = gtd_read(gtd, paths[i], &before[i], e);
	}
	if (rc == 0) {
		rc = run_editor(editor, (const char *const *)files, count, e);
		if (note_edits(gtd, what, since, paths, before, count, &later) <
			    0 &&
		    rc == 0) {
			*e = later;
			rc = err_wrap(e,
				      "edited, but undo cannot take it back");
		}
	}
	for (size_t i = 0; i < count; i++) {
		free(files[i]);
		buf_fini(&before[i]);
	}
	return rc;
}

int editor_open_project(struct gtd *gtd, const struct place *place,
			struct err *e)
{
	SCOPED_TEXT char *project = place_path(place);
	SCOPED_TEXT char *what = mem_printf("edit %s", place->name);
	char *paths[PART_COUNT * GTD_FILES_MAX];
	const char *one = project;
	enum new_files layout = parts_layout_of(gtd, project);
	size_t count = 0;
	int rc;

	if (!gtd_is_dir(gtd, project))
		return editor_open(gtd, what, &one, 1, e);
	for (int part = 0; part < PART_COUNT; part++) {
		size_t n = gtd_part_files(gtd, project, part, paths + count);

		/* Not there yet: the editor creates it; a note is enough. */
		if (n == 0 && layout != LAYOUT_MD)
			paths[count + n++] = gtd_part_file(gtd, project, part);
		count += n;
	}
	rc = editor_open(gtd, what, (const char *const *)paths, count, e);
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	return rc;
}
