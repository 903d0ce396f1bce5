/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/marks.h"

#include <assert.h>
#include <string.h>

#include "core/mem.h"
#include "project/text/actions.h"
#include "project/text/note.h"

static const char *const mark_names[MARK_COUNT] = { "until", "reviewed",
						    "due" };

/* The mark that a line sets, or -1; *ret_bad when what it says is no day. */
static int read_line(const char *line, size_t len, struct date *ret,
		     bool *ret_bad)
{
	for (int mark = 0; mark < MARK_COUNT; mark++) {
		size_t n = strlen(mark_names[mark]);
		size_t at = n + (len > n ? strspn(line + n, " ") : 0);
		struct date date = { 0 };
		char text[DATE_BYTES] = "";

		if (len <= n || strncmp(line, mark_names[mark], n) != 0 ||
		    at >= len || (line[at] != '=' && line[at] != ':'))
			continue;
		at++;
		/* YAML's quotes, Obsidian's link to a day. */
		while (at < len && memchr(" \"'[", line[at], 4) != NULL)
			at++;
		memcpy(text, line + at, min_size(len - at, 10));
		/* A template's "due:" without a day is no mistake. */
		*ret_bad = date_read(text, &date) == 0 && at < len &&
			   line[at] != '\r';
		*ret = date;
		return mark;
	}
	return -1;
}

/* Call for each line; other lines (mark -1) go to rest when it is given. */
static void each_line(const char *text, size_t len_bytes, struct marks *marks,
		      int without, struct buf *rest)
{
	for (size_t at = 0; at < len_bytes;) {
		const char *end = memchr(text + at, '\n', len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - text) - at
					 : len_bytes - at;
		struct date date;
		bool bad = false;
		int mark = read_line(text + at, len, &date, &bad);

		if (mark >= 0)
			marks->dates[mark] = date;
		marks->bad |= bad;
		if (rest != NULL && mark != without && len > 0) {
			buf_add(rest, text + at, len);
			buf_add_char(rest, '\n');
		}
		at += len + 1;
	}
}

void marks_parse(struct marks *marks, const char *text, size_t len_bytes)
{
	*marks = (struct marks){ 0 };
	each_line(text, len_bytes, marks, -1, NULL);
}

void marks_parse_front(struct marks *marks, const char *text, size_t len_bytes)
{
	marks_parse(marks, text, text_front_matter(text, len_bytes));
}

static bool is_note(const struct gtd *gtd, const char *project_path)
{
	return name_is_markdown(project_path) && !gtd_is_dir(gtd, project_path);
}

static int read_front(const struct gtd *gtd, const char *path,
		      struct marks *ret, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read(gtd, path, &text, e) < 0)
		return -e->code;
	marks_parse_front(ret, buf_text(&text), text.len_bytes);
	return 0;
}

int marks_read(const struct gtd *gtd, const char *project_path,
	       struct marks *ret, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s/" MARKS_FILE, project_path);
	SCOPED_BUF struct buf text = { 0 };
	struct err mine = { 0 };
	int rc = gtd_read(gtd, file, &text, &mine);

	*ret = (struct marks){ 0 };
	if (rc == -ENOTDIR) {
		mine = (struct err){ 0 };
		/* A file that is no note has no marks. */
		rc = name_is_markdown(project_path)
			     ? read_front(gtd, project_path, ret, &mine)
			     : 0;
	} else if (rc == 0)
		marks_parse(ret, buf_text(&text), text.len_bytes);
	if (rc < 0 && e != NULL)
		*e = mine;
	return rc;
}

static int set_front(struct change *change, const char *path, enum mark mark,
		     struct date date, struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	char day[DATE_BYTES];

	if (gtd_read(change->gtd, path, &old, e) < 0)
		return -e->code;
	note_set(&old, mark_names[mark],
		 date_is_set(date) ? date_text(date, day) : NULL, &text);
	if (text.len_bytes == old.len_bytes &&
	    strcmp(buf_text(&text), buf_text(&old)) == 0)
		return 0;
	return change_text(change, path, buf_text(&old), old.len_bytes,
			   buf_text(&text), text.len_bytes, e);
}

int marks_set(struct change *change, const char *project_path, enum mark mark,
	      struct date date, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s/" MARKS_FILE, project_path);
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct marks marks = { 0 };
	char day[DATE_BYTES];

	if (is_note(change->gtd, project_path))
		return set_front(change, project_path, mark, date, e);
	if (gtd_read(change->gtd, file, &old, e) < 0)
		return -e->code;
	each_line(buf_text(&old), old.len_bytes, &marks, mark, &text);
	assert(mark < MARK_COUNT);
	if (date_is_set(date))
		buf_addf(&text, "%s = %s\n", mark_names[mark],
			 date_text(date, day));
	if (text.len_bytes == old.len_bytes &&
	    strcmp(buf_text(&text), buf_text(&old)) == 0)
		return 0;
	return change_text(change, file, buf_text(&old), old.len_bytes,
			   buf_text(&text), text.len_bytes, e);
}
