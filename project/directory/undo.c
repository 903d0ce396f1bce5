/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/undo.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "project/directory/place.h"

enum now {
	NOW_DONE, /* the change is in force */
	NOW_NOT, /* as it was before the change */
	NOW_CHANGED, /* neither: something else came after it */
};

static bool has_inode(const struct gtd *gtd, const char *path,
		      const char *inode)
{
	struct stat st;

	return fstatat(gtd->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (uintmax_t)st.st_ino == strtoumax(inode, NULL, 10);
}

static bool is_there(const struct gtd *gtd, const char *path)
{
	struct stat st;

	return fstatat(gtd->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Paths come from a file in the user's state directory: they must still not
 * lead out of the directory. */
static bool is_inside(const char *path)
{
	if (path[0] == '/' || path[0] == '\0')
		return false;
	for (const char *p = path; p != NULL; p = strchr(p, '/')) {
		p += *p == '/';
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
			return false;
		if (*p == '\0')
			break;
	}
	return true;
}

static int refuse(const struct record *r, const char *why, struct err *e)
{
	return err_say(e, ESTALE, "cannot undo '%s': %s %s", r->what,
		       r->fields[0], why);
}

/* A text that cannot be taken back: changed, or moved away by hand. */
static int refuse_text(const struct gtd *gtd, const struct record *r,
		       const char *path, struct err *e)
{
	return refuse(r,
		      gtd_exists(gtd, path)
			      ? "was changed in the same place since"
			      : "is no longer there",
		      e);
}

/* ---- moves -------------------------------------------------------------- */

static int same_entry(const char *name, unsigned char d_type, void *data)
{
	(void)d_type;
	return strcmp(name, data) == 0;
}

/* Whether the entry is written so, where another case would open it, too. */
static bool is_written(const struct gtd *gtd, const char *path)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *dir = NULL;
	SCOPED_TEXT char *name = NULL;

	if (slash == NULL)
		return false;
	dir = mem_text(path, (size_t)(slash - path));
	name = mem_copy(slash + 1);
	return gtd_each(gtd, dir, same_entry, name, NULL) == 1;
}

/* By the inode; in a directory that came from a copy (a backup, a clone, a new
 * disk) by the names. */
static enum now move_now(const struct gtd *gtd, const struct record *r)
{
	const char *from = r->fields[0], *to = r->fields[1];

	if (gtd->layout.folds && strcasecmp(from, to) == 0)
		return is_written(gtd, to) ? NOW_DONE : NOW_NOT;
	if (has_inode(gtd, to, r->fields[2]))
		return is_there(gtd, from) ? NOW_CHANGED : NOW_DONE;
	if (has_inode(gtd, from, r->fields[2]))
		return NOW_NOT;
	if (is_there(gtd, to) == is_there(gtd, from))
		return NOW_CHANGED;
	return is_there(gtd, to) ? NOW_DONE : NOW_NOT;
}

static int move_check(const struct gtd *gtd, const struct record *r,
		      bool *ret_happened, struct err *e)
{
	enum now now = move_now(gtd, r);

	if (now == NOW_CHANGED)
		return refuse(r,
			      is_there(gtd, r->fields[0])
				      ? "exists again"
				      : "has been moved on or removed since",
			      e);
	*ret_happened |= now == NOW_DONE;
	return 0;
}

static int move_back(struct change *change, const struct record *r,
		     struct err *e)
{
	SCOPED_TEXT char *dir = NULL;
	const char *slash = strrchr(r->fields[0], '/');

	if (move_now(change->gtd, r) != NOW_DONE)
		return 0;
	/* git keeps no empty directory: the place may have gone. */
	dir = mem_text(r->fields[0],
		       slash != NULL ? (size_t)(slash - r->fields[0]) : 0);
	if (dir[0] != '\0' && change_make_dir(change->gtd, dir, e) < 0)
		return -e->code;
	return change_move(change, r->fields[1], r->fields[0], e);
}

static int publish_check(const struct gtd *gtd, const struct record *r,
			 bool *ret_happened, struct err *e)
{
	(void)e;
	*ret_happened |= is_there(gtd, r->fields[0]);
	return 0;
}

static int publish_back(struct change *change, const struct record *r,
			struct err *e)
{
	const char *name = strrchr(r->fields[0], '/');
	SCOPED_TEXT char *wanted = NULL;
	SCOPED_TEXT char *trash = NULL;

	if (!is_there(change->gtd, r->fields[0]))
		return 0;
	if (change_make_dir(change->gtd, state_dir(STATE_TRASH), e) < 0)
		return -e->code;
	wanted = mem_printf("%s/%s", state_dir(STATE_TRASH),
			    name != NULL ? name + 1 : r->fields[0]);
	trash = change_free_name(change->gtd, wanted);
	return change_move(change, r->fields[0], trash, e);
}

/* ---- text --------------------------------------------------------------- */

static int write_part(const char *dir, const char *name, struct span span)
{
	SCOPED_TEXT char *path = path_join(dir, name);
	SCOPED_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				0600);

	return fd < 0 ? -errno : write_all(fd, span.at, span.bytes);
}

static const char *const merge_names[] = { "ours", "base", "theirs" };

static int write_parts(const char *dir, const struct span *spans)
{
	for (size_t i = 0; i < COUNT_OF(merge_names); i++) {
		int rc = write_part(dir, merge_names[i], spans[i]);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* git's own three-way merge, where git is: it works on three files. */
static bool merge_with_git(struct span base, struct span ours,
			   struct span theirs, struct buf *out, void *data)
{
	const struct span spans[] = { ours, base, theirs };
	SCOPED_TEXT char *dir = path_state("project/merge-XXXXXX");
	const char *const argv[] = { "git",  "merge-file", "-p",     "-q",
				     "ours", "base",	   "theirs", NULL };
	const struct child child = { .argv = argv,
				     .dir = dir,
				     .fds = { CHILD_NULL, CHILD_NULL,
					      CHILD_NULL },
				     .fd_count = 3 };
	int code = -1;

	(void)data;
	if (mkdtemp(dir) == NULL)
		return false;
	if (write_parts(dir, spans) == 0)
		code = child_capture(&child, GTD_FILE_MAX_BYTES, out, NULL);
	for (size_t i = 0; i < COUNT_OF(merge_names); i++) {
		SCOPED_TEXT char *path = path_join(dir, merge_names[i]);

		(void)unlink(path);
	}
	(void)rmdir(dir);
	return code == 0;
}

static int text_back(struct change *change, const struct record *r,
		     struct err *e)
{
	const char *path = r->fields[TEXT_PATH];
	const struct patch patch = journal_patch(r);
	SCOPED_BUF struct buf now = { 0 };
	SCOPED_BUF struct buf old = { 0 };

	if (gtd_read(change->gtd, path, &now, e) < 0)
		return -e->code;
	switch (patch_back(&patch, &now, merge_with_git, NULL, &old)) {
	case PATCH_IS_BACK:
		return 0;
	case PATCH_OVERLAPS:
		return refuse_text(change->gtd, r, path, e);
	case PATCHED:
		break;
	}
	/* A file that the change created goes again. */
	if (old.len_bytes == 0 && r->fields[TEXT_EXISTED][0] == '0')
		return change_remove(change, path, e);
	return change_text(change, path, buf_text(&now), now.len_bytes,
			   buf_text(&old), old.len_bytes, e);
}

/* ---- looking first ------------------------------------------------------ */

/* Texts as they would be: several changes of a file in one group. */
struct overlay {
	char *path; /* owned */
	struct buf text;
	struct overlay *next;
};

struct looking {
	const struct gtd *gtd;
	const struct history *history;
	const struct group *group;
	struct overlay *texts; /* owned */
	bool happened;
	struct err *e;
};

static void looking_fini(struct looking *l)
{
	while (l->texts != NULL) {
		struct overlay *next = l->texts->next;

		free(l->texts->path);
		buf_fini(&l->texts->text);
		free(l->texts);
		l->texts = next;
	}
}

static bool is_of(const struct looking *l, const struct record *r)
{
	return strcmp(r->id, l->group->id) == 0;
}

/* Where a file is now that a later move of the group took along. */
static char *path_now(const struct looking *l, size_t at)
{
	const struct record *list = l->history->journal.list;
	char *path = mem_copy(list[at].fields[TEXT_PATH]);

	for (size_t i = at + 1; i <= l->group->last; i++) {
		const struct record *r = &list[i];
		size_t len = r->kind == JOURNAL_MOVE ? strlen(r->fields[0]) : 0;
		char *moved;

		if (len == 0 || !is_of(l, r) ||
		    strncmp(path, r->fields[0], len) != 0 || path[len] != '/' ||
		    move_now(l->gtd, r) != NOW_DONE)
			continue;
		moved = mem_printf("%s%s", r->fields[1], path + len);
		free(path);
		path = moved;
	}
	return path;
}

static int overlay_of(struct looking *l, char *take_path, struct overlay **ret)
{
	struct overlay *o;

	for (o = l->texts; o != NULL; o = o->next)
		if (strcmp(o->path, take_path) == 0) {
			free(take_path);
			*ret = o;
			return 0;
		}
	o = mem_new(sizeof(*o));
	o->path = take_path;
	o->next = l->texts;
	l->texts = o;
	*ret = o;
	return gtd_read(l->gtd, o->path, &o->text, l->e);
}

static int text_check(struct looking *l, size_t at)
{
	const struct record *r = &l->history->journal.list[at];
	const struct patch patch = journal_patch(r);
	struct buf back = { 0 };
	struct overlay *o;

	if (overlay_of(l, path_now(l, at), &o) < 0)
		return -l->e->code;
	switch (patch_back(&patch, &o->text, merge_with_git, NULL, &back)) {
	case PATCHED:
		buf_fini(&o->text);
		o->text = back;
		l->happened = true;
		return 0;
	case PATCH_IS_BACK:
		return 0;
	case PATCH_OVERLAPS:
		break;
	}
	return refuse_text(l->gtd, r, o->path, l->e);
}

static int check_record(struct looking *l, size_t at)
{
	const struct record *r = &l->history->journal.list[at];

	if (!is_inside(r->fields[0]) ||
	    (r->kind == JOURNAL_MOVE && !is_inside(r->fields[1])))
		return err_say(l->e, EINVAL,
			       "the undo journal names a path outside the "
			       "directory");
	if (r->kind == JOURNAL_MOVE)
		return move_check(l->gtd, r, &l->happened, l->e);
	if (r->kind == JOURNAL_PUBLISH)
		return publish_check(l->gtd, r, &l->happened, l->e);
	return text_check(l, at);
}

static bool is_change(const struct record *r)
{
	return r->kind == JOURNAL_MOVE || r->kind == JOURNAL_PUBLISH ||
	       r->kind == JOURNAL_TEXT;
}

/* All of a group or nothing of it: newest first, as it will be done. */
static int look(struct looking *l)
{
	for (size_t i = l->group->last + 1; i > l->group->first; i--) {
		const struct record *r = &l->history->journal.list[i - 1];

		if (is_of(l, r) && is_change(r) && check_record(l, i - 1) < 0)
			return -l->e->code;
	}
	return 0;
}

/* ---- taking back -------------------------------------------------------- */

static int mark(struct change *change, const struct group *group,
		enum journal_kind kind, struct err *e)
{
	SCOPED_BUF struct buf line = { 0 };

	journal_start(&line, group->id, group->what, kind);
	journal_field(&line, change->id, strlen(change->id));
	return journal_write(change->journal_fd, &line, e);
}

static int back(struct change *change, const struct record *r, struct err *e)
{
	if (r->kind == JOURNAL_MOVE)
		return move_back(change, r, e);
	return r->kind == JOURNAL_PUBLISH ? publish_back(change, r, e)
					  : text_back(change, r, e);
}

static int take_back(struct gtd *gtd, const struct history *history,
		     const struct group *group, const struct group *of,
		     enum journal_kind kind, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *what = mem_printf(
		"%s %s", kind == JOURNAL_UNDONE ? "undo" : "redo", of->what);

	if (change_begin(&change, gtd, what, e) < 0 ||
	    mark(&change, of, JOURNAL_UNDOING, e) < 0)
		return -e->code;
	for (size_t i = group->last + 1; i > group->first; i--) {
		const struct record *r = &history->journal.list[i - 1];

		if (strcmp(r->id, group->id) == 0 && is_change(r) &&
		    back(&change, r, e) < 0)
			return -e->code;
	}
	return mark(&change, of, kind, e);
}

static int look_at(struct gtd *gtd, const struct history *history,
		   const struct group *group, bool *ret_happened, struct err *e)
{
	struct looking l = {
		.gtd = gtd, .history = history, .group = group, .e = e
	};
	int rc = look(&l);

	*ret_happened = l.happened;
	looking_fini(&l);
	return rc;
}

int undo_group(struct gtd *gtd, const struct history *history,
	       const struct group *group, bool *ret_happened, struct err *e)
{
	if (look_at(gtd, history, group, ret_happened, e) < 0)
		return -e->code;
	/* An undo that was killed may have taken back all there was. */
	*ret_happened |= group->undoing;
	return take_back(gtd, history, group, group, JOURNAL_UNDONE, e);
}

int redo_group(struct gtd *gtd, const struct history *history,
	       const struct group *group, struct err *e)
{
	const struct group *undo = history_find(history, group->undo_id);
	bool happened;

	if (undo == NULL)
		return err_say(e, ENOENT,
			       "cannot redo '%s': the journal does not reach "
			       "back that far",
			       group->what);
	if (look_at(gtd, history, undo, &happened, e) < 0)
		return -e->code;
	return take_back(gtd, history, undo, group, JOURNAL_REDONE, e);
}

int undo_last(struct gtd *gtd, char **ret_what, struct err *e)
{
	SCOPED_HISTORY struct history history = { 0 };

	*ret_what = NULL;
	if (history_read(&history, gtd, e) < 0)
		return -e->code;
	for (size_t i = history.count; i > 0; i--) {
		const struct group *group = &history.groups[i - 1];
		bool happened = false;

		if (!group_can_be_undone(group))
			continue;
		if (undo_group(gtd, &history, group, &happened, e) < 0)
			return -e->code;
		if (happened) {
			*ret_what = mem_copy(group->what);
			return 0;
		}
	}
	return 0;
}
