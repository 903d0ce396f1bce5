/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/change.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/text/actions.h"
#include "project/directory/follow_on.h"
#include "project/directory/journal.h"
#include "project/directory/relocate.h"

/* ---- the group ---------------------------------------------------------- */

/*
 * What a journal that has grown too long keeps: of its lines the newest, small
 * ones up to half the limit, large ones (an edit of a long file) up to
 * JOURNAL_LARGE_MAX_BYTES. So one large edit does not drop a year of small
 * changes, nor they the edit of yesterday.
 */
static const char *newest_from(const struct buf *text, size_t small_bytes,
			       size_t large_bytes, bool large)
{
	const char *keep = text->data + text->len_bytes;
	size_t room = large ? large_bytes : small_bytes;

	for (const char *end = keep; end > text->data;) {
		const char *line = end - 1;
		size_t bytes;

		while (line > text->data && line[-1] != '\n')
			line--;
		bytes = (size_t)(end - line);
		if ((bytes > JOURNAL_LARGE_BYTES) == large) {
			if (bytes > room)
				break;
			room -= bytes;
		}
		keep = line;
		end = line;
	}
	return keep;
}

static void keep_newest(const struct buf *text, struct buf *out)
{
	const char *small = newest_from(text, JOURNAL_MAX_BYTES / 2,
					JOURNAL_LARGE_MAX_BYTES, false);
	const char *large = newest_from(text, JOURNAL_MAX_BYTES / 2,
					JOURNAL_LARGE_MAX_BYTES, true);
	const char *end = text->data + text->len_bytes;

	for (const char *line = text->data; line < end;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		size_t bytes = nl != NULL ? (size_t)(nl - line) + 1
					  : (size_t)(end - line);

		if (line >= (bytes > JOURNAL_LARGE_BYTES ? large : small))
			buf_add(out, line, bytes);
		line += bytes;
	}
}

/* Only what is small counts for the limit, but the whole is read to know. */
static size_t small_bytes(const struct buf *text)
{
	size_t sum = 0;

	for (size_t at = 0; at < text->len_bytes;) {
		const char *line = text->data + at;
		const char *nl = memchr(line, '\n', text->len_bytes - at);
		size_t bytes = nl != NULL ? (size_t)(nl - line) + 1
					  : text->len_bytes - at;

		if (bytes <= JOURNAL_LARGE_BYTES)
			sum += bytes;
		at += bytes;
	}
	return sum;
}

static int trim_journal(const char *path, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf kept = { 0 };
	struct stat st;

	if (stat(path, &st) < 0 || st.st_size <= JOURNAL_MAX_BYTES)
		return 0;
	if (file_read(AT_FDCWD, path, JOURNAL_READ_MAX_BYTES, &text, e) < 0)
		return -e->code;
	if (small_bytes(&text) <= JOURNAL_MAX_BYTES &&
	    text.len_bytes <= JOURNAL_LARGE_MAX_BYTES)
		return 0;
	keep_newest(&text, &kept);
	return file_replace(AT_FDCWD, path, buf_text(&kept), kept.len_bytes,
			    0600, e);
}

int change_begin(struct change *change, struct gtd *gtd, const char *what,
		 struct err *e)
{
	struct timespec now;

	*change = (struct change){ .gtd = gtd, .journal_fd = -1 };
	change->what = mem_copy(what);
	change->journal = gtd_state_file(gtd, "journal");
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(change->id, sizeof(change->id), "%llx%08lx-%x",
		 (unsigned long long)now.tv_sec, (unsigned long)now.tv_nsec,
		 (unsigned)getpid());
	/* Before it is opened: what is trimmed is another file afterwards. */
	if (trim_journal(change->journal, e) < 0)
		return -e->code;
	change->journal_fd = open(change->journal,
				  O_RDWR | O_APPEND | O_CLOEXEC);
	if (change->journal_fd >= 0)
		return 0;
	if (dir_make_parent(change->journal, 0700, e) < 0)
		return -e->code;
	change->journal_fd = open(
		change->journal, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (change->journal_fd < 0)
		return err_set(e, errno, "open %s", change->journal);
	return 0;
}

void change_begin_capture(struct change *change, struct gtd *gtd,
			  const char *what)
{
	struct err e = { 0 };

	if (change_begin(change, gtd, what, &e) < 0) {
		err_wrap(&e, "undo will not know of this");
		log_warn_failure(&e);
	}
}

void change_end(struct change *change)
{
	if (change->path_count > 0)
		follow_on_change(change->gtd, change->what,
				 (const char *const *)change->paths,
				 change->path_count);
	for (size_t i = 0; i < change->path_count; i++)
		free(change->paths[i]);
	free(change->paths);
	free(change->what);
	free(change->journal);
	scope_close(&change->journal_fd);
	*change = (struct change){ .journal_fd = -1 };
}

/* path has changed: for the follow-ons. The other functions do it. */
static void change_note(struct change *change, const char *path)
{
	change->paths = mem_resize(change->paths, change->path_count + 1,
				   sizeof(*change->paths));
	change->paths[change->path_count++] = mem_copy(path);
}

static void add_number(struct buf *line, uintmax_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ju", number);
	journal_field(line, text, strlen(text));
}

/*
 * Write a record, and remember where the journal ended: what fails after it
 * never happened, and undo need not look at it. The directory's lock is held,
 * so nobody has written there since.
 */
static int begin_record(struct change *change, struct buf *line, off_t *ret_end,
			struct err *e)
{
	*ret_end = -1;
	if (change->journal_fd < 0)
		return 0;
	*ret_end = lseek(change->journal_fd, 0, SEEK_END);
	return journal_write(change->journal_fd, line, e);
}

static void drop_record(struct change *change, off_t end)
{
	if (end >= 0)
		(void)!ftruncate(change->journal_fd, end);
}

/* ---- moves -------------------------------------------------------------- */

/* Sync the directory that path lies in. */
static int sync_dir_of(const struct gtd *gtd, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *directory =
		slash != NULL ? mem_text(path, (size_t)(slash - path))
			      : mem_copy(".");
	SCOPED_FD int fd = dir_open(gtd->fd, directory, e);

	return fd < 0 ? fd : dir_sync(fd, e);
}

/*
 * NFS answers EINVAL to any flag of renameat2(2), old FUSE file systems
 * ENOSYS or ENOTSUP. The lock is held, so looking first is safe among
 * ourselves, and rename(2) never replaces a directory that has something in it.
 */
static int rename_looking_first(int fd, const char *from, const char *to)
{
	struct stat st;

	if (fstatat(fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(fd, from, fd, to) < 0 ? -errno : 0;
}

static int rename_noreplace(const struct gtd *gtd, const char *from,
			    const char *to)
{
	int fd = gtd->fd;

	/* "trip" to "Trip", where both are one: it replaces itself. */
	if (gtd->layout.folds && strcasecmp(from, to) == 0)
		return renameat(fd, from, fd, to) < 0 ? -errno : 0;
	if (renameat2(fd, from, fd, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return -errno;
	return rename_looking_first(fd, from, to);
}

/* An overlay refuses to rename a directory of its lower layer, as if that were
 * another file system. */
static bool is_one_device(const struct gtd *gtd, const char *from,
			  const char *to)
{
	const char *slash = strrchr(to, '/');
	SCOPED_TEXT char *dir = slash != NULL
					? mem_text(to, (size_t)(slash - to))
					: mem_copy(".");
	struct stat a, b;

	return fstatat(gtd->fd, from, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(a.st_mode) && fstatat(gtd->fd, dir, &b, 0) == 0 &&
	       a.st_dev == b.st_dev;
}

static int move(struct change *change, struct buf *line, const char *from,
		const char *to, struct err *e)
{
	struct gtd *gtd = change->gtd;
	off_t end;
	int rc;

	if (begin_record(change, line, &end, e) < 0)
		return -e->code;
	rc = rename_noreplace(gtd, from, to);
	if (rc == -EXDEV && is_one_device(gtd, from, to))
		rc = relocate(gtd->fd, from, to, e);
	if (rc < 0)
		drop_record(change, end);
	if (rc == -EXDEV)
		return err_say(e, EXDEV,
			       "%s and %s are on different file systems: "
			       "nothing was moved",
			       from, to);
	if (rc < 0)
		return err_set(e, -rc, "move %s to %s", from, to);
	change_note(change, from);
	change_note(change, to);
	follow_on_move(gtd, from, to);
	if (sync_dir_of(gtd, to, e) < 0)
		return -e->code;
	return sync_dir_of(gtd, from, e);
}

static int inode_of(const struct gtd *gtd, const char *path, uintmax_t *ret,
		    struct err *e)
{
	struct stat st;

	if (fstatat(gtd->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "%s", path);
	*ret = st.st_ino;
	return 0;
}

int change_move(struct change *change, const char *from, const char *to,
		struct err *e)
{
	SCOPED_BUF struct buf line = { 0 };
	uintmax_t inode = 0;

	if (inode_of(change->gtd, from, &inode, e) < 0)
		return -e->code;
	journal_start(&line, change->id, change->what, JOURNAL_MOVE);
	journal_field(&line, from, strlen(from));
	journal_field(&line, to, strlen(to));
	add_number(&line, inode);
	return move(change, &line, from, to, e);
}

int change_publish(struct change *change, const char *from, const char *to,
		   struct err *e)
{
	SCOPED_BUF struct buf line = { 0 };
	uintmax_t inode = 0;

	if (inode_of(change->gtd, from, &inode, e) < 0)
		return -e->code;
	journal_start(&line, change->id, change->what, JOURNAL_PUBLISH);
	journal_field(&line, to, strlen(to));
	add_number(&line, inode);
	return move(change, &line, from, to, e);
}

char *change_free_name(const struct gtd *gtd, const char *path)
{
	struct stat st;

	for (unsigned i = 0;; i++) {
		char *name = i == 0 ? mem_copy(path)
				    : mem_printf("%s.%u", path, i);

		if (fstatat(gtd->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return name;
		free(name);
	}
}

int change_make_dir(struct gtd *gtd, const char *path, struct err *e)
{
	SCOPED_TEXT char *part = mem_copy(path);

	for (char *p = part;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdirat(gtd->fd, part, 0777) == 0) {
			if (sync_dir_of(gtd, part, e) < 0)
				return -e->code;
		} else if (errno != EEXIST)
			return err_set(e, errno, "make directory %s", part);
		if (c == '\0')
			return 0;
		*p = c;
	}
}

/* ---- text --------------------------------------------------------------- */

/* A text record holds what differs, and a little of what is around it. */
static int write_text_record(struct change *change, const char *path,
			     const char *old, size_t old_bytes,
			     const char *text, size_t len_bytes, bool existed,
			     off_t *ret_end, struct err *e)
{
	const struct patch p = patch_make(old, old_bytes, text, len_bytes);
	const struct span parts[] = { p.old, p.new, p.lead, p.trail };
	SCOPED_BUF struct buf line = { 0 };

	journal_start(&line, change->id, change->what, JOURNAL_TEXT);
	journal_field(&line, path, strlen(path));
	journal_field(&line, existed ? "1" : "0", 1);
	add_number(&line, p.head);
	add_number(&line, p.before_bytes);
	add_number(&line, p.after_bytes);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		journal_field(&line, parts[i].at, parts[i].bytes);
	return begin_record(change, &line, ret_end, e);
}

/* The file is put in place of the old one: another name keeps the old text. */
static void warn_of_hard_link(const struct gtd *gtd, const char *path)
{
	struct stat st;

	if (fstatat(gtd->fd, path, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	    st.st_nlink > 1)
		log_warn("%s has another name (a hard link), which keeps the "
			 "old text",
			 path);
}

/* An editor may have saved since the file was read. */
static int replace_unchanged(const struct gtd *gtd, const char *path,
			     const char *old, size_t old_bytes,
			     const char *text, size_t len_bytes, struct err *e)
{
	SCOPED_BUF struct buf now = { 0 };

	if (gtd_read(gtd, path, &now, e) < 0)
		return -e->code;
	if (now.len_bytes != old_bytes ||
	    (old_bytes > 0 && memcmp(now.data, old, old_bytes) != 0))
		return err_say(e, EAGAIN,
			       "%s was changed by another program just now: "
			       "nothing was written",
			       path);
	return file_replace(gtd->fd, path, text, len_bytes, 0666, e);
}

int change_text(struct change *change, const char *path, const char *old,
		size_t old_bytes, const char *text, size_t len_bytes,
		struct err *e)
{
	struct gtd *gtd = change->gtd;
	off_t end;

	if (gtd_check_write(gtd, path, e) < 0)
		return -e->code;
	warn_of_hard_link(gtd, path);
	if (write_text_record(change, path, old, old_bytes, text, len_bytes,
			      gtd_exists(gtd, path), &end, e) < 0)
		return -e->code;
	if (replace_unchanged(gtd, path, old, old_bytes, text, len_bytes, e) <
	    0) {
		drop_record(change, end);
		return -e->code;
	}
	change_note(change, path);
	return 0;
}

/* The text with one more line, whatever the file's encoding and line ends. */
static void add_line(struct buf *whole, const char *line)
{
	const char *end = text_line_end(buf_text(whole), whole->len_bytes);

	if (whole->len_bytes > 0 &&
	    whole->data[whole->len_bytes - 1] != end[strlen(end) - 1])
		buf_add_text(whole, end);
	buf_addf(whole, "%s%s", line, end);
}

int change_append(struct change *change, const char *path, const char *line,
		  struct err *e)
{
	struct gtd *gtd = change->gtd;
	bool existed = gtd_exists(gtd, path);
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf whole = { 0 };
	off_t end = -1;

	if (gtd_check_write(gtd, path, e) < 0 ||
	    gtd_read(gtd, path, &old, e) < 0)
		return -e->code;
	buf_add(&whole, buf_text(&old), old.len_bytes);
	if (text_from_utf16(&whole)) {
		add_line(&whole, line);
		return change_text(change, path, old.data, old.len_bytes,
				   whole.data, whole.len_bytes, e);
	}
	add_line(&whole, line);
	if (write_text_record(change, path, buf_text(&old), old.len_bytes,
			      whole.data, whole.len_bytes, existed, &end,
			      e) < 0)
		return -e->code;
	if (file_append(gtd->fd, path, whole.data + old.len_bytes,
			whole.len_bytes - old.len_bytes, 0666, e) < 0) {
		drop_record(change, end);
		return -e->code;
	}
	change_note(change, path);
	return existed ? 0 : sync_dir_of(gtd, path, e);
}

int change_one_line(struct gtd *gtd, const char *what, const char *path,
		    const char *line, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;

	if (gtd_lock(gtd, e) < 0)
		return -e->code;
	change_begin_capture(&change, gtd, what);
	return change_append(&change, path, line, e);
}

int change_automatic(struct change *change, struct err *e)
{
	SCOPED_BUF struct buf line = { 0 };

	journal_start(&line, change->id, change->what, JOURNAL_AUTO);
	return journal_write(change->journal_fd, &line, e);
}

int change_remove(struct change *change, const char *path, struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	off_t end;

	if (gtd_check_write(change->gtd, path, e) < 0 ||
	    gtd_read(change->gtd, path, &old, e) < 0 ||
	    write_text_record(change, path, buf_text(&old), old.len_bytes, "",
			      0, true, &end, e) < 0)
		return -e->code;
	if (unlinkat(change->gtd->fd, path, 0) < 0) {
		drop_record(change, end);
		return err_set(e, errno, "remove %s", path);
	}
	change_note(change, path);
	return sync_dir_of(change->gtd, path, e);
}

int change_note_edit(struct change *change, const char *path, const char *old,
		     size_t old_bytes, const char *text, size_t len_bytes,
		     struct err *e)
{
	off_t end;

	if (old_bytes == len_bytes &&
	    (len_bytes == 0 || memcmp(old, text, len_bytes) == 0))
		return 0;
	if (write_text_record(change, path, old, old_bytes, text, len_bytes,
			      true, &end, e) < 0)
		return -e->code;
	change_note(change, path);
	return 0;
}
