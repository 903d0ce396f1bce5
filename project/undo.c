/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/undo.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "project/journal.h"
#include "project/place.h"

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

/* ---- moves -------------------------------------------------------------- */

static enum now move_now(const struct gtd *gtd, const struct record *r)
{
	if (has_inode(gtd, r->fields[1], r->fields[2]))
		return NOW_DONE;
	if (has_inode(gtd, r->fields[0], r->fields[2]))
		return NOW_NOT;
	return NOW_CHANGED;
}

static int move_back(struct change *change, const struct record *r,
		     struct err *e)
{
	return change_move(change, r->fields[1], r->fields[0], e);
}

static enum now publish_now(const struct gtd *gtd, const struct record *r)
{
	if (has_inode(gtd, r->fields[0], r->fields[1]))
		return NOW_DONE;
	return gtd_exists(gtd, r->fields[0]) ? NOW_CHANGED : NOW_NOT;
}

static int publish_back(struct change *change, const struct record *r,
			struct err *e)
{
	const char *name = strrchr(r->fields[0], '/');
	SCOPED_TEXT char *wanted = NULL;
	SCOPED_TEXT char *trash = NULL;

	if (change_make_dir(change->gtd, state_dir(STATE_TRASH), e) < 0)
		return -e->code;
	wanted = mem_printf("%s/%s", state_dir(STATE_TRASH),
			    name != NULL ? name + 1 : r->fields[0]);
	trash = change_free_name(change->gtd, wanted);
	return change_move(change, r->fields[0], trash, e);
}

/* ---- text --------------------------------------------------------------- */

enum {
	TEXT_PATH,
	TEXT_EXISTED,
	TEXT_HEAD,
	TEXT_BEFORE,
	TEXT_AFTER,
	TEXT_OLD,
	TEXT_NEW
};

static size_t size_field(const struct record *r, size_t field)
{
	return (size_t)strtoumax(r->fields[field], NULL, 10);
}

/* Whether text is size bytes long and has the field's bytes at its head. */
static bool is_version(const struct buf *text, const struct record *r,
		       size_t size, size_t field)
{
	size_t head = size_field(r, TEXT_HEAD);

	return text->len_bytes == size && head <= size &&
	       r->bytes[field] <= size - head &&
	       (r->bytes[field] == 0 ||
		memcmp(text->data + head, r->fields[field], r->bytes[field]) ==
			0);
}

static enum now text_now(const struct gtd *gtd, const struct record *r)
{
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read(gtd, r->fields[TEXT_PATH], &text, NULL) < 0)
		return NOW_CHANGED;
	if (is_version(&text, r, size_field(r, TEXT_AFTER), TEXT_NEW))
		return NOW_DONE;
	if (is_version(&text, r, size_field(r, TEXT_BEFORE), TEXT_OLD))
		return NOW_NOT;
	return NOW_CHANGED;
}

static int text_back(struct change *change, const struct record *r,
		     struct err *e)
{
	const char *path = r->fields[TEXT_PATH];
	size_t head = size_field(r, TEXT_HEAD);
	size_t tail_at = head + r->bytes[TEXT_NEW];
	SCOPED_BUF struct buf now = { 0 };
	SCOPED_BUF struct buf old = { 0 };

	if (gtd_read(change->gtd, path, &now, e) < 0)
		return -e->code;
	buf_add(&old, buf_text(&now), head);
	buf_add(&old, r->fields[TEXT_OLD], r->bytes[TEXT_OLD]);
	buf_add(&old, now.data + tail_at, now.len_bytes - tail_at);
	change_note(change, path);
	/* A file that the change created goes again. */
	if (old.len_bytes == 0 && r->fields[TEXT_EXISTED][0] == '0') {
		if (unlinkat(change->gtd->fd, path, 0) < 0)
			return err_set(e, errno, "remove %s", path);
		return 0;
	}
	return file_replace(change->gtd->fd, path, buf_text(&old),
			    old.len_bytes, 0666, e);
}

/* ---- groups ------------------------------------------------------------- */

static const struct {
	enum now (*now)(const struct gtd *gtd, const struct record *record);
	int (*back)(struct change *change, const struct record *record,
		    struct err *e);
	size_t path_fields; /* the first ones are paths */
} kinds[JOURNAL_KINDS] = {
	[JOURNAL_MOVE] = { move_now, move_back, 2 },
	[JOURNAL_PUBLISH] = { publish_now, publish_back, 1 },
	[JOURNAL_TEXT] = { text_now, text_back, 1 },
};

static bool is_inside_record(const struct record *r)
{
	for (size_t i = 0; i < kinds[r->kind].path_fields; i++)
		if (!is_inside(r->fields[i]))
			return false;
	return true;
}

static bool is_marked(const struct journal *journal, const char *id,
		      enum journal_kind mark)
{
	for (size_t i = journal->count; i > 0; i--)
		if (journal->list[i - 1].kind == mark &&
		    strcmp(journal->list[i - 1].id, id) == 0)
			return true;
	return false;
}

/* The newest change whose group is not undone, before record number end. */
static const struct record *newest(const struct journal *journal, size_t end)
{
	for (size_t i = end; i > 0; i--) {
		const struct record *r = &journal->list[i - 1];

		if (kinds[r->kind].now != NULL &&
		    !is_marked(journal, r->id, JOURNAL_UNDONE))
			return r;
	}
	return NULL;
}

static int read_journal(struct gtd *gtd, struct journal *journal, struct err *e)
{
	SCOPED_TEXT char *path = gtd_state_file(gtd, "journal");
	SCOPED_BUF struct buf text = { 0 };
	int rc = file_read(AT_FDCWD, path, 64 * (size_t)JOURNAL_MAX_BYTES,
			   &text, e);

	if (rc == -ENOENT)
		return 0;
	if (rc == 0)
		journal_parse(journal, buf_text(&text), text.len_bytes);
	return rc;
}

static int mark(struct change *change, const struct record *r,
		enum journal_kind kind, struct err *e)
{
	SCOPED_BUF struct buf line = { 0 };

	journal_start(&line, r->id, r->what, kind);
	return journal_write(change->journal_fd, &line, e);
}

/*
 * Several texts of one file in a group: only the newest that is in force can
 * be judged by the file; the older ones are right when it is back.
 */
static bool is_covered(const struct gtd *gtd, const struct record *r,
		       const struct record *last)
{
	if (r->kind != JOURNAL_TEXT)
		return false;
	for (const struct record *newer = r + 1; newer <= last; newer++)
		if (newer->kind == JOURNAL_TEXT &&
		    strcmp(newer->id, r->id) == 0 &&
		    strcmp(newer->fields[TEXT_PATH], r->fields[TEXT_PATH]) ==
			    0 &&
		    text_now(gtd, newer) == NOW_DONE)
			return true;
	return false;
}

/*
 * All of a group or nothing of it: look at each record first. In a group that
 * undo has begun before (and was killed in), records may be back already.
 */
static int check_group(struct gtd *gtd, const struct journal *journal,
		       const struct record *last, bool *ret_happened,
		       struct err *e)
{
	*ret_happened = false;
	for (const struct record *r = last + 1; r > journal->list;) {
		enum now now;

		r--;
		if (strcmp(r->id, last->id) != 0 || kinds[r->kind].now == NULL)
			continue;
		if (!is_inside_record(r))
			return err_say(e, EINVAL,
				       "the undo journal names a "
				       "path outside the directory");
		if (is_covered(gtd, r, last))
			continue;
		now = kinds[r->kind].now(gtd, r);
		/*
		 * A text in a project that the same group moved is judged
		 * when the project is back.
		 */
		if (now == NOW_CHANGED && r->kind == JOURNAL_TEXT &&
		    !gtd_exists(gtd, r->fields[TEXT_PATH]) && *ret_happened)
			continue;
		if (now == NOW_CHANGED)
			return err_say(e, ESTALE,
				       "cannot undo '%s': %s has been changed "
				       "since",
				       r->what, r->fields[0]);
		if (now == NOW_DONE)
			*ret_happened = true;
	}
	return 0;
}

static int undo_group(struct change *change, const struct journal *journal,
		      const struct record *last, struct err *e)
{
	if (mark(change, last, JOURNAL_UNDOING, e) < 0)
		return -e->code;
	for (const struct record *r = last + 1; r > journal->list;) {
		r--;
		if (strcmp(r->id, last->id) != 0 ||
		    kinds[r->kind].now == NULL ||
		    kinds[r->kind].now(change->gtd, r) != NOW_DONE)
			continue;
		if (kinds[r->kind].back(change, r, e) < 0)
			return -e->code;
	}
	return mark(change, last, JOURNAL_UNDONE, e);
}

static int undo_newest(struct change *change, const struct journal *journal,
		       char **ret_what, struct err *e)
{
	size_t end = journal->count;
	const struct record *r;

	while ((r = newest(journal, end)) != NULL) {
		bool happened;

		if (check_group(change->gtd, journal, r, &happened, e) < 0)
			return -e->code;
		if (happened || is_marked(journal, r->id, JOURNAL_UNDOING)) {
			if (undo_group(change, journal, r, e) < 0)
				return -e->code;
			*ret_what = mem_copy(r->what);
			return 0;
		}
		/* It never happened: pass over all of its records. */
		if (mark(change, r, JOURNAL_UNDONE, e) < 0)
			return -e->code;
		end = (size_t)(r - journal->list);
		while (end > 0 && strcmp(journal->list[end - 1].id, r->id) == 0)
			end--;
	}
	*ret_what = NULL;
	return 0;
}

int undo_last(struct gtd *gtd, char **ret_what, struct err *e)
{
	struct journal journal = { 0 };
	struct change change;
	int rc = read_journal(gtd, &journal, e);

	if (rc == 0)
		rc = change_begin(&change, gtd, "undo", e);
	if (rc < 0) {
		journal_fini(&journal);
		return rc;
	}
	change.is_undo = true;
	rc = undo_newest(&change, &journal, ret_what, e);
	change_end(&change);
	journal_fini(&journal);
	return rc;
}

int undo_list(struct gtd *gtd, struct buf *out, struct err *e)
{
	struct journal journal = { 0 };
	const char *shown = "";

	if (read_journal(gtd, &journal, e) < 0)
		return -e->code;
	for (size_t i = journal.count; i > 0; i--) {
		const struct record *r = &journal.list[i - 1];
		char day[DATE_BYTES];

		if (kinds[r->kind].now == NULL || strcmp(r->id, shown) == 0 ||
		    is_marked(&journal, r->id, JOURNAL_UNDONE))
			continue;
		shown = r->id;
		buf_addf(out, "%s  %s\n",
			 date_text(date_of_time((time_t)r->when), day),
			 r->what);
	}
	journal_fini(&journal);
	return 0;
}
