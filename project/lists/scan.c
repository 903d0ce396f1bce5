/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdalign.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "core/text.h"
#include "project/directory/names.h"
#include "project/directory/parts.h"
#include "project/lists/share.h"
#include "project/lists/sheet.h"

enum {
	SCAN_READ_BYTES = 16384, /* most actions files at one read */
	SCAN_BLOCK_BYTES = 65536,
};

/* Names and texts of next actions: blocks that live as long as the scan. */
struct scan_text {
	struct scan_text *next;
	size_t used;
	char bytes[SCAN_BLOCK_BYTES];
};

static void *keep_bytes(struct scan_text **texts, size_t bytes)
{
	struct scan_text *block = *texts;
	size_t whole = (bytes + alignof(struct place) - 1) /
		       alignof(struct place) * alignof(struct place);

	if (block == NULL || block->used + whole > sizeof(block->bytes)) {
		block = mem_resize(NULL, 1, sizeof(*block));
		block->next = *texts;
		block->used = 0;
		*texts = block;
	}
	block->used += whole;
	return block->bytes + block->used - whole;
}

static const char *keep_text(struct scan_text **texts, const char *text,
			     size_t len)
{
	char *copy;

	len = min_size(len, SCAN_BLOCK_BYTES - 1);
	copy = keep_bytes(texts, len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* Most names are short: a tenth of the memory, and of the time it takes to get
 * it. */
static const struct place *keep_place(struct scan_text **texts,
				      const struct place *place)
{
	size_t bytes = offsetof(struct place, name) + strlen(place->name) + 1;

	return memcpy(keep_bytes(texts, bytes), place, bytes);
}

/* ---- the names ---------------------------------------------------------- */

struct names {
	struct scan *scan;
	size_t room;
};

static int note_name(const struct place *place, unsigned char d_type,
		     void *data)
{
	struct names *names = data;
	struct scan *scan = names->scan;

	if (scan->count == names->room) {
		names->room = max_size(64, names->room * 2);
		scan->list = mem_resize(scan->list, names->room,
					sizeof(*scan->list));
	}
	scan->list[scan->count++] = (struct project){
		.place = keep_place(&scan->texts, place),
		.key = names_key(place->name),
		.d_type = d_type,
	};
	return 0;
}

/* ---- one project -------------------------------------------------------- */

/* What one thread works on, and what it keeps between projects. */
struct worker {
	const struct gtd *gtd;
	int dir_fds[STATE_COUNT]; /* one path component less to walk */
	struct project *list;
	unsigned flags;
	bool outliner; /* this project has actions.otl */
	bool both; /* and actions as well */
	struct scan_text *texts;
	struct actions actions;
	char *file; /* SCAN_READ_BYTES, or more for a large file */
	size_t file_bytes;
};

static const char *const suffixes[] = { "", ".otl" };

static void set_suffix(char *path, size_t base_bytes, int layout)
{
	memcpy(path + base_bytes, suffixes[layout], layout ? 5 : 1);
}

static void note_change(struct project *p, const struct stat *st)
{
	if (st->st_mtim.tv_sec > p->changed)
		p->changed = st->st_mtim.tv_sec;
}

static void stat_part(struct worker *w, struct project *p, char *path,
		      size_t base_bytes)
{
	struct stat st;

	for (int layout = 0; layout < 2; layout++) {
		/* Most projects have one layout: try that of their actions. */
		set_suffix(path, base_bytes, layout ^ w->outliner);
		if (fstatat(w->dir_fds[p->place->state], path, &st, 0) == 0) {
			note_change(p, &st);
			if (!w->both)
				return;
		}
	}
}

/* The whole file, at most GTD_FILE_MAX_BYTES of it; -1: unreadable. */
static ssize_t read_file(struct worker *w, int fd, off_t size)
{
	size_t want = size > 0 ? (size_t)size : 0;
	size_t len = 0;

	want = min_size(want, GTD_FILE_MAX_BYTES) + 1;
	if (want > w->file_bytes) {
		w->file_bytes = max_size(want, SCAN_READ_BYTES);
		w->file = mem_resize(w->file, w->file_bytes, 1);
	}
	while (len < w->file_bytes) {
		ssize_t n = read(fd, w->file + len, w->file_bytes - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
		/* A short read of a regular file is its end: spare a call. */
		if (len < want)
			break;
	}
	return (ssize_t)len;
}

static void note_due(struct project *p, struct date due)
{
	if (date_is_set(due) &&
	    (!date_is_set(p->due) || date_days(due) < date_days(p->due)))
		p->due = due;
}

/* As every other view has it: Latin-1 repaired. */
static const char *keep_action(struct worker *w, const struct action *a)
{
	SCOPED_TEXT char *repaired = NULL;

	if (text_is_utf8(a->text, a->len_bytes))
		return keep_text(&w->texts, a->text, a->len_bytes);
	repaired = action_text(a);
	return keep_text(&w->texts, repaired, strlen(repaired));
}

/* What one file of actions says; a project may have two. */
static void judge_actions(struct worker *w, struct project *p)
{
	for (size_t i = 0; i < w->actions.count; i++) {
		const struct action *a = &w->actions.list[i];

		if (!action_is_open(a) || a->has_open_below)
			continue;
		p->open++;
		p->waiting += a->waiting;
		p->put_off |= date_is_set(a->not_before);
		note_due(p, a->due);
		if (p->next == NULL && action_is_next(a, w->gtd->today))
			p->next = keep_action(w, a);
	}
}

/* Text with a mark of UTF-16 is rare: it is read once more, the long way. */
static bool read_converted(struct worker *w, struct project *p, ssize_t len)
{
	SCOPED_BUF struct buf text = { 0 };

	if (len < 2 || (w->file[0] & 0xfe) != 0xfe)
		return false;
	buf_add(&text, w->file, (size_t)len);
	if (!text_from_utf16(&text))
		return false;
	actions_read(&w->actions, buf_text(&text), text.len_bytes,
		     READ_ACTIONS);
	judge_actions(w, p);
	return true;
}

/* A note may say that the whole project is due. */
static void note_front(const struct worker *w, struct project *p, size_t len)
{
	struct marks marks;

	marks_parse_front(&marks, w->file, len);
	note_due(p, marks.dates[MARK_DUE]);
}

static void read_actions(struct worker *w, struct project *p, int fd,
			 enum reading reading)
{
	struct stat st;
	ssize_t len;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		p->unreadable = true;
		return;
	}
	note_change(p, &st);
	len = read_file(w, fd, st.st_size);
	if (len < 0) {
		p->unreadable = true;
		return;
	}
	if (reading == READ_BOXES)
		note_front(w, p, (size_t)len);
	w->actions.count = 0;
	if (read_converted(w, p, len))
		return;
	actions_read(&w->actions, w->file, (size_t)len, reading);
	judge_actions(w, p);
}

static void judge_stuck(struct project *p)
{
	p->stuck = p->next == NULL && p->waiting == 0 && !p->put_off &&
		   !p->unreadable;
}

static void read_note(struct worker *w, struct project *p, const char *path)
{
	SCOPED_FD int fd = openat(w->gtd->fd, path,
				  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		read_actions(w, p, fd, file_reading(path));
	else
		p->unreadable = true;
}

/* Files that have other names: the directory must be looked through. */
static void read_notes(struct worker *w, struct project *p)
{
	SCOPED_TEXT char *path = place_path(p->place);
	char *files[GTD_FILES_MAX];
	size_t count = gtd_action_notes(w->gtd, path, files);

	for (size_t i = 0; i < count; i++) {
		read_note(w, p, files[i]);
		free(files[i]);
	}
}

/* To open what is not there costs half as much again as to ask for it. */
static int open_part(const struct worker *w, const struct project *p,
		     const char *path, bool expected)
{
	int dir_fd = w->dir_fds[p->place->state];
	struct stat st;

	if (!expected && fstatat(dir_fd, path, &st, 0) < 0)
		return -1;
	return openat(dir_fd, path,
		      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* Both layouts; that of the project before is expected. false: the project is
 * no directory. */
static bool read_parts(struct worker *w, struct project *p, char *path,
		       size_t base_bytes)
{
	bool found[2] = { false, false };

	for (int layout = 0; layout < 2; layout++) {
		SCOPED_FD int fd = -1;

		set_suffix(path, base_bytes, layout);
		fd = open_part(w, p, path, layout == w->outliner);
		if (fd >= 0)
			read_actions(w, p, fd, READ_ACTIONS);
		else if (errno == ENOTDIR)
			return false;
		else if (errno != ENOENT)
			p->unreadable = true;
		found[layout] = fd >= 0 || errno != ENOENT;
	}
	w->outliner = found[1] && !found[0];
	w->both = found[0] && found[1];
	if (w->gtd->layout.vault || (!found[0] && !found[1]))
		read_notes(w, p);
	judge_stuck(p);
	return true;
}

/* A note is read as such; of another file there is only its last change. */
static void read_one_file(struct worker *w, struct project *p, const char *path)
{
	struct stat st;

	if (p->place->suffix[0] != '\0') {
		SCOPED_TEXT char *whole = place_path(p->place);

		read_note(w, p, whole);
		judge_stuck(p);
		return;
	}

	p->is_file = true;
	if (fstatat(w->dir_fds[p->place->state], path, &st, 0) == 0)
		note_change(p, &st);
}

/* "NAME" or "2026/NAME"; path has room for more after it. */
static size_t put_path(const struct place *place, char *path)
{
	size_t year = strlen(place->year), name = strlen(place->name);
	size_t suffix = strlen(place->suffix);

	memcpy(path, place->year, year);
	if (year > 0)
		path[year++] = '/';
	memcpy(path + year, place->name, name);
	memcpy(path + year + name, place->suffix, suffix + 1);
	return year + name + suffix;
}

/* Few projects have any. */
static void read_marks(const struct worker *w, struct project *p, char *path,
		       size_t base_bytes)
{
	SCOPED_TEXT char *whole = NULL;
	struct stat st;

	memcpy(path + base_bytes, "/" MARKS_FILE, sizeof("/" MARKS_FILE));
	if (fstatat(w->dir_fds[p->place->state], path, &st, 0) < 0 &&
	    errno == ENOENT)
		return;
	whole = place_path(p->place);
	(void)!marks_read(w->gtd, whole, &p->marks, NULL);
}

static void read_project(struct worker *w, struct project *p)
{
	char path[PLACE_NAME_BYTES + 64];
	size_t base = put_path(p->place, path);

	if (w->flags & SCAN_MARKS)
		read_marks(w, p, path, base);
	if (p->d_type == DT_REG) {
		read_one_file(w, p, path);
		return;
	}
	memcpy(path + base, "/actions", 9);
	if (!read_parts(w, p, path, base + 8)) {
		path[base] = '\0';
		read_one_file(w, p, path);
		return;
	}
	if (w->flags & SCAN_NO_CHANGE)
		return;
	memcpy(path + base, "/summary", 9);
	stat_part(w, p, path, base + 8);
	memcpy(path + base, "/log", 5);
	stat_part(w, p, path, base + 4);
}

/* ---- all of them -------------------------------------------------------- */

static void worker_open(void *data)
{
	struct worker *w = data;

	for (int s = 0; s < STATE_COUNT; s++)
		w->dir_fds[s] = openat(w->gtd->fd, state_dir(s),
				       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void worker_work(void *data, size_t first, size_t count)
{
	struct worker *w = data;

	for (size_t i = first; i < first + count; i++)
		read_project(w, &w->list[i]);
}

static void worker_close(void *data)
{
	struct worker *w = data;

	for (int s = 0; s < STATE_COUNT; s++)
		scope_close(&w->dir_fds[s]);
}

static void worker_fini(struct worker *w, struct scan *scan)
{
	struct scan_text **end = &w->texts;

	while (*end != NULL)
		end = &(*end)->next;
	*end = scan->texts;
	scan->texts = w->texts;
	actions_fini(&w->actions);
	free(w->file);
}

/* Who asked for the projects, to be called with some of them. */
struct asker {
	const struct scan *scan;
	scan_fn *fn;
	void *data;
};

static int call_asker(void *data, size_t first, size_t count, struct err *e)
{
	const struct asker *asker = data;

	return asker->fn(asker->scan, first, count, asker->data, e);
}

int scan_read(const struct gtd *gtd, struct scan *scan, unsigned flags,
	      scan_fn *fn, void *data, struct err *e)
{
	struct worker mine = { .gtd = gtd, .list = scan->list, .flags = flags };
	struct worker aside = mine;
	struct asker asker = { .scan = scan, .fn = fn, .data = data };
	const struct share share = {
		.count = scan->count,
		.mine = &mine,
		.aside = &aside,
		.begin = worker_open,
		.work = worker_work,
		.end = worker_close,
		.done = fn != NULL ? call_asker : NULL,
		.data = &asker,
	};
	int rc;

	if (flags & SCAN_NAMES)
		return fn != NULL ? fn(scan, 0, scan->count, data, e) : 0;
	rc = share_work(&share, e);
	worker_fini(&mine, scan);
	worker_fini(&aside, scan);
	return rc;
}

int scan_names(const struct gtd *gtd, unsigned states, struct scan *ret,
	       struct err *e)
{
	struct names names = { .scan = ret };
	int rc = 0;

	*ret = (struct scan){ 0 };
	for (int s = 0; s < STATE_COUNT && rc == 0; s++)
		if (states & (1u << s))
			rc = place_each(gtd, s, "", note_name, &names, e);
	if (rc < 0)
		scan_fini(ret);
	return rc;
}

int scan_projects(const struct gtd *gtd, unsigned states, unsigned flags,
		  struct scan *ret, struct err *e)
{
	if (scan_names(gtd, states, ret, e) < 0)
		return -e->code;
	return scan_read(gtd, ret, flags, NULL, NULL, e);
}

void scan_fini(struct scan *scan)
{
	while (scan->texts != NULL) {
		struct scan_text *next = scan->texts->next;

		free(scan->texts);
		scan->texts = next;
	}
	free(scan->list);
	*scan = (struct scan){ 0 };
}

/* ---- order -------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct project *pa = a, *pb = b;
	int order;

	if (pa->key != pb->key)
		return pa->key < pb->key ? -1 : 1;
	order = names_compare(pa->place->name, pb->place->name);
	return order != 0 ? order : strcmp(pa->place->year, pb->place->year);
}

static int by_change(const void *a, const void *b)
{
	const struct project *pa = a, *pb = b;

	if (pa->changed != pb->changed)
		return pa->changed < pb->changed ? 1 : -1;
	return by_name(a, b);
}

static int by_next(const void *a, const void *b)
{
	const struct project *pa = a, *pb = b;
	long da = date_is_set(pa->due) ? date_days(pa->due) : 10000000;
	long db = date_is_set(pb->due) ? date_days(pb->due) : 10000000;

	if (da != db)
		return da < db ? -1 : 1;
	if ((pa->next == NULL) != (pb->next == NULL))
		return pa->next == NULL ? 1 : -1;
	return by_name(a, b);
}

void scan_sort(struct scan *scan, enum sort sort, bool reverse)
{
	static int (*const orders[])(const void *, const void *) = {
		[SORT_CHANGED] = by_change,
		[SORT_NAME] = by_name,
		[SORT_NEXT] = by_next,
	};

	if (scan->count == 0)
		return;
	qsort(scan->list, scan->count, sizeof(*scan->list), orders[sort]);
	for (size_t i = 0; reverse && i < scan->count / 2; i++) {
		struct project swap = scan->list[i];

		scan->list[i] = scan->list[scan->count - 1 - i];
		scan->list[scan->count - 1 - i] = swap;
	}
}
