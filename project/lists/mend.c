/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/mend.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "project/text/actions.h"
#include "project/directory/git.h"
#include "project/lists/marks.h"
#include "project/text/merge_lines.h"
#include "project/directory/names.h"
#include "project/lists/reminders.h"

static int to_trash(struct change *change, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *wanted = mem_printf("%s/%s", state_dir(STATE_TRASH),
					      slash != NULL ? slash + 1 : path);
	SCOPED_TEXT char *to = NULL;

	if (change_make_dir(change->gtd, state_dir(STATE_TRASH), e) < 0)
		return -e->code;
	to = change_free_name(change->gtd, wanted);
	return change_move(change, path, to, e);
}

/* ---- two files ---------------------------------------------------------- */

/* Files whose order of lines means little: what either side has is right. */
static bool is_lines(const char *path)
{
	static const char *const names[] = { "actions", "log",	   "inbox",
					     "next",	"waiting", "someday",
					     "done",	"tickler" };
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/*
 * path is a copy of original. 0: original has all of it; 1: they differ, and
 * both must stay.
 */
static int merge_text(struct change *change, const char *path,
		      const char *original, struct err *e)
{
	const struct buf nothing = { 0 };
	SCOPED_BUF struct buf ours = { 0 };
	SCOPED_BUF struct buf theirs = { 0 };
	SCOPED_BUF struct buf both = { 0 };

	if (gtd_read(change->gtd, path, &theirs, e) < 0 ||
	    gtd_read(change->gtd, original, &ours, e) < 0)
		return -e->code;
	if (ours.len_bytes == theirs.len_bytes &&
	    memcmp(buf_text(&ours), buf_text(&theirs), ours.len_bytes) == 0)
		return 0;
	if (!is_lines(original) ||
	    memchr(buf_text(&ours), '\0', ours.len_bytes) != NULL ||
	    memchr(buf_text(&theirs), '\0', theirs.len_bytes) != NULL)
		return 1;
	merge_lines(&nothing, &ours, &theirs, &both);
	if (strcmp(buf_text(&ours), buf_text(&both)) == 0)
		return 0;
	return change_text(change, original, buf_text(&ours), ours.len_bytes,
			   buf_text(&both), both.len_bytes, e);
}

/* ---- two directories ---------------------------------------------------- */

struct entries {
	char **names; /* owned */
	size_t count;
	bool deeper; /* there is a directory among them */
};

static int note_entry(const char *name, unsigned char d_type, void *data)
{
	struct entries *entries = data;

	entries->deeper |= d_type == DT_DIR;
	entries->names = mem_resize(entries->names, entries->count + 1,
				    sizeof(void *));
	entries->names[entries->count++] = mem_copy(name);
	return 0;
}

static void entries_fini(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->names[i]);
	free(entries->names);
}

/* Each file of a directory; the directory itself goes to the trash if nothing
 * in it says something else. */
static int merge_dir(struct change *change, const char *path,
		     const char *original, struct err *e)
{
	ON_SCOPE_EXIT(entries_fini) struct entries entries = { 0 };
	int rc = gtd_each(change->gtd, path, note_entry, &entries, e);
	bool differs = entries.deeper;

	for (size_t i = 0; i < entries.count && rc == 0 && !entries.deeper;
	     i++) {
		SCOPED_TEXT char *from = mem_printf("%s/%s", path,
						    entries.names[i]);
		SCOPED_TEXT char *to = mem_printf("%s/%s", original,
						  entries.names[i]);

		rc = gtd_exists(change->gtd, to)
			     ? merge_text(change, from, to, e)
			     : change_move(change, from, to, e);
		differs |= rc > 0;
		rc = rc > 0 ? 0 : rc;
	}
	if (rc < 0 || differs)
		return rc < 0 ? rc : 1;
	return to_trash(change, path, e);
}

static int merge(struct change *change, const char *path, const char *original,
		 struct err *e)
{
	int rc;

	if (!gtd_exists(change->gtd, original))
		return change_move(change, path, original, e);
	if (gtd_is_dir(change->gtd, path) != gtd_is_dir(change->gtd, original))
		return 1;
	if (gtd_is_dir(change->gtd, path))
		return merge_dir(change, path, original, e);
	rc = merge_text(change, path, original, e);
	return rc == 0 ? to_trash(change, path, e) : rc;
}

/* ---- one thing of each kind --------------------------------------------- */

static char *mend_copy(struct change *change, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *name = name_of_original(slash != NULL ? slash + 1
								: path);
	SCOPED_TEXT char *original =
		name == NULL
			? NULL
			: mem_printf("%.*s%s",
				     slash != NULL ? (int)(slash - path) + 1
						   : 0,
				     path, name);
	bool alone;

	/* What it lay in may have been merged already. */
	if (original == NULL || !gtd_exists(change->gtd, path))
		return original == NULL
			       ? NULL
			       : mem_copy("merged with what it lies in");
	alone = !gtd_exists(change->gtd, original);
	if (merge(change, path, original, e) != 0)
		return NULL;
	return mem_printf("%s %s", alone ? "renamed to" : "merged into", name);
}

static char *mend_markers(struct change *change, const char *path,
			  struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };

	/* git would be asked what became of its conflict. */
	if (!is_lines(path) || git_is_stopped(change->gtd) ||
	    gtd_read(change->gtd, path, &old, e) < 0)
		return NULL;
	text_without_markers(buf_text(&old), old.len_bytes, &text);
	if (text.len_bytes == old.len_bytes ||
	    change_text(change, path, buf_text(&old), old.len_bytes,
			buf_text(&text), text.len_bytes, e) < 0)
		return NULL;
	return mem_copy("both sides kept, the markers taken out");
}

static char *mend_leftover(struct change *change, const char *path,
			   struct err *e)
{
	return to_trash(change, path, e) < 0 ? NULL
					     : mem_copy("moved to the trash");
}

static char *mend_returned(struct change *change, const char *path,
			   const char *with, struct err *e)
{
	return merge_dir(change, path, with, e) != 0
		       ? NULL
		       : mem_printf("merged into %s", with);
}

static char *mend_reviewed(struct change *change, const char *path,
			   struct err *e)
{
	return marks_set(change, path, MARK_REVIEWED, (struct date){ 0 }, e) < 0
		       ? NULL
		       : mem_copy("forgotten: it is due for a review");
}

/* What single rules had stays; the day of all counts for nothing anyway. */
static char *mend_tick(struct change *change, struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	size_t first;

	if (gtd_read(change->gtd, TICK_FILE, &old, e) < 0)
		return NULL;
	first = strcspn(buf_text(&old), "\n");
	if (change_text(change, TICK_FILE, buf_text(&old), old.len_bytes,
			buf_text(&old) + first, old.len_bytes - first, e) < 0)
		return NULL;
	return mem_copy("forgotten: reminders count from 31 days ago");
}

char *mend(struct change *change, enum mend kind, const char *path,
	   const char *with, struct err *e)
{
	switch (kind) {
	case MEND_NOT:
		return NULL;
	case MEND_COPY:
		return mend_copy(change, path, e);
	case MEND_MARKERS:
		return mend_markers(change, path, e);
	case MEND_LEFTOVER:
		return mend_leftover(change, path, e);
	case MEND_RETURNED:
		return mend_returned(change, path, with, e);
	case MEND_REVIEWED:
		return mend_reviewed(change, path, e);
	case MEND_TICK:
		return mend_tick(change, e);
	}
	return NULL;
}
