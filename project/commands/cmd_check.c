/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_check.c - check: what is wrong with the files, and --fix for some. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/commands/command.h"
#include "project/lists/marks.h"
#include "project/lists/mend.h"
#include "project/directory/names.h"
#include "project/show/out.h"
#include "project/lists/reminders.h"
#include "project/show/say.h"
#include "project/lists/sheet.h"
#include "project/directory/tree.h"
#include "project/directory/parts.h"

struct seen {
	char *key; /* owned: the name, folded */
	char *name; /* owned */
	enum state state;
};

struct problem {
	char *path, *what; /* owned */
	enum mend mend; /* what may be done about it */
	char *with; /* owned: the other one of two; NULL */
	char *done; /* owned: what --fix did; NULL: it is still there */
};

struct check {
	struct call *call;
	struct seen *seen; /* owned: active and postponed names */
	size_t count, room;
	struct problem *problems; /* owned */
	size_t problem_count;
};

static void mendable(struct check *c, const char *path, const char *what,
		     enum mend mend, const char *with)
{
	c->problems = mem_resize(c->problems, c->problem_count + 1,
				 sizeof(*c->problems));
	c->problems[c->problem_count++] = (struct problem){
		.path = mem_copy(path),
		.what = mem_copy(what),
		.mend = mend,
		.with = with != NULL ? mem_copy(with) : NULL,
	};
}

static void problem(struct check *c, const char *path, const char *what)
{
	mendable(c, path, what, MEND_NOT, NULL);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len >= n && strcmp(name + len - n, suffix) == 0;
}

static bool has_markers(const struct check *c, const char *path)
{
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read(&c->call->gtd, path, &text, NULL) < 0)
		return false;
	return strncmp(buf_text(&text), "<<<<<<< ", 8) == 0 ||
	       strstr(buf_text(&text), "\n<<<<<<< ") != NULL;
}

/* What has a mark of UTF-16 is read as such. */
static bool is_torn(const struct check *c, const char *path)
{
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read(&c->call->gtd, path, &text, NULL) < 0)
		return false;
	return !text_from_utf16(&text) &&
	       memchr(buf_text(&text), '\0', text.len_bytes) != NULL;
}

static bool is_part(const char *name)
{
	for (int part = 0; part < PART_COUNT; part++) {
		size_t len = strlen(part_name(part));

		if (strncmp(name, part_name(part), len) == 0 &&
		    (name[len] == '\0' || strcmp(name + len, ".otl") == 0 ||
		     strcmp(name + len, ".md") == 0))
			return true;
	}
	return false;
}

/* "due:2026-02-30" is in no view's order: say where it is. */
static void check_dates(struct check *c, const char *file)
{
	SCOPED_SHEET struct sheet sheet = { 0 };

	if (sheet_of_file(&c->call->gtd, file, &sheet, NULL) < 0)
		return;
	if (sheet.reading == READ_BOXES) {
		struct marks marks;

		marks_parse_front(&marks, buf_text(&sheet.text),
				  sheet.text.len_bytes);
		if (marks.bad)
			problem(c, file,
				"no day in its front matter's due, "
				"until or reviewed");
	}
	for (size_t i = 0; i < sheet.actions.count; i++) {
		const struct action *a = &sheet.actions.list[i];
		SCOPED_TEXT char *where = NULL;
		SCOPED_TEXT char *what = NULL;

		if (!a->bad_date || a->done)
			continue;
		where = mem_printf("%s:%u", file, a->line);
		what = mem_printf("an impossible date in '%.*s'",
				  (int)a->len_bytes, a->text);
		problem(c, where, what);
	}
}

/* Read, but not written to; and files that share their content. */
static void check_link(struct check *c, const char *path)
{
	const struct gtd *gtd = &c->call->gtd;
	SCOPED_TEXT char *out = NULL;
	SCOPED_TEXT char *what = NULL;
	struct stat st;

	if (fstatat(gtd->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		problem(c, path,
			"has another name (a hard link), which a change "
			"leaves behind");
	if (!S_ISLNK(st.st_mode))
		return;
	if (!gtd->settings->links)
		out = gtd_leads_out(gtd, path);
	if (out == NULL) {
		if (!gtd_exists(gtd, path))
			problem(c, path, "is a link to what is not there");
		return;
	}
	what = mem_printf("leads out of the directory, to %s: it is not "
			  "written to",
			  out);
	problem(c, path, what);
}

static bool is_items(const char *path, const char *name)
{
	if (strchr(path, '/') == NULL)
		return strncmp(name, "inbox", 5) == 0 ||
		       strncmp(name, "next", 4) == 0 ||
		       strncmp(name, "waiting", 7) == 0 ||
		       strncmp(name, "someday", 7) == 0;
	return strncmp(name, "actions", 7) == 0 || name_is_markdown(name);
}

/* What no view can show: its rights, a FIFO where a file should be. */
static bool check_readable(struct check *c, const char *path, bool is_dir)
{
	const struct gtd *gtd = &c->call->gtd;
	struct err e = { 0 };
	off_t bytes;
	SCOPED_FD int fd = is_dir ? dir_open(gtd->fd, path, &e)
				  : gtd_open_file(gtd->fd, path, &bytes, &e);
	char text[ERR_TEXT_BYTES + 128];
	SCOPED_TEXT char *what = NULL;

	if (fd >= 0 || e.code == ENOENT)
		return true;
	what = mem_printf("cannot be read: %s",
			  err_text(&e, text, sizeof(text)));
	problem(c, path, what);
	return false;
}

/* "log.save", "log.save.1": nano writes them when its terminal goes. */
static bool is_saved(const char *path, const char *name)
{
	const char *at = strstr(name, ".save");
	const char *end = at != NULL ? at + strlen(".save") : "";
	SCOPED_TEXT char *of = NULL;

	if (at == NULL || (end[0] != '\0' && end[0] != '.') ||
	    end[strspn(end, ".0123456789")] != '\0')
		return false;
	of = mem_text(name, (size_t)(at - name));
	return is_part(of) || is_items(path, of);
}

/* By its name alone. */
static bool check_leftover(struct check *c, const char *path, const char *name,
			   bool is_dir)
{
	if (name_is_conflict(name))
		mendable(c, path, "a conflict copy: two machines changed it",
			 MEND_COPY, NULL);
	else if (name_is_sync_temp(name))
		problem(c, path, "Syncthing is writing it, or was stopped");
	else if (name_is_swap(name))
		problem(c, path,
			"open in an editor, or left by one that crashed");
	else if (!is_dir && is_saved(path, name))
		problem(c, path,
			"what an editor had not saved when it was ended");
	else if (is_dir && strncmp(name, ".new-", 5) == 0)
		mendable(c, path, "half a new project, left by a crash",
			 MEND_LEFTOVER, NULL);
	else if (!is_dir && name[0] == '.' && has_suffix(name, ".tmp"))
		mendable(c, path, "half a file, left by a crash",
			 name_is_our_temp(name) ? MEND_LEFTOVER : MEND_NOT,
			 NULL);
	else if (!name_is_clean(name))
		problem(c, path, "its name cannot be typed or completed");
	else
		return false;
	return true;
}

static void copy_of(struct check *c, const char *path, const char *of)
{
	SCOPED_TEXT char *what = mem_printf("a copy of %s, by its name", of);

	mendable(c, path, what, MEND_COPY, NULL);
}

/* "actions (1)", beside "actions"; of other files it is none of ours. */
static void check_file_copy(struct check *c, const char *path, const char *name)
{
	SCOPED_TEXT char *base = name_of_numbered(name);
	SCOPED_TEXT char *of = NULL;
	bool at_top = strchr(path, '/') == NULL;

	if (base == NULL || !(at_top ? is_items(path, base) : is_part(base)))
		return;
	of = mem_printf("%.*s%s", (int)(strlen(path) - strlen(name)), path,
			base);
	if (gtd_exists(&c->call->gtd, of))
		copy_of(c, path, base);
}

static int check_entry(const char *path, const char *name, bool is_dir,
		       void *data)
{
	struct check *c = data;
	bool ours = is_dir || is_part(name) || is_items(path, name);

	/* The trash is what it is. */
	if (strcmp(path, state_dir(STATE_TRASH)) == 0 ||
	    strncmp(path, ".trash/", 7) == 0)
		return 0;
	if (!check_leftover(c, path, name, is_dir) &&
	    (!ours || check_readable(c, path, is_dir)) && !is_dir) {
		if (ours && is_torn(c, path))
			problem(c, path, "torn: it holds NUL bytes");
		else if (name[0] != '.' && has_markers(c, path))
			mendable(c, path, "holds git's conflict markers",
				 MEND_MARKERS, NULL);
	}
	if (!is_dir)
		check_file_copy(c, path, name);
	if (!is_dir && is_items(path, name))
		check_dates(c, path);
	check_link(c, path);
	return 0;
}

static void future(struct check *c, const char *path, struct date date,
		   enum mend mend)
{
	SCOPED_TEXT char *what = NULL;
	char day[DATE_BYTES];

	if (!date_is_set(date) ||
	    date_days(date) <= date_days(c->call->gtd.today))
		return;
	what = mem_printf("%s is in the future: was the clock wrong?",
			  date_text(date, day));
	mendable(c, path, what, mend, NULL);
}

static void check_is_file(struct check *c, const char *path)
{
	if (gtd_is_dir(&c->call->gtd, path))
		problem(c, path, "is a directory, where a file should be");
}

/* gtdtools edits one, we the other: whoever looks sees half of it there. A
 * README.md beside them has its own place. */
static void check_parts(struct check *c, const char *path)
{
	for (int part = 0; part < PART_COUNT; part++) {
		char *files[GTD_FILES_MAX];
		size_t count = gtd_part_files(&c->call->gtd, path, part, files);

		if (count > 1 && is_part(strrchr(files[1], '/') + 1)) {
			SCOPED_TEXT char *what =
				mem_printf("the same part as %s: both are "
					   "read, one should go",
					   files[0]);

			problem(c, files[1], what);
		}
		for (size_t i = 0; i < count; i++) {
			check_is_file(c, files[i]);
			free(files[i]);
		}
	}
}

static void check_lists(struct check *c)
{
	for (int list = 0; list < FILE_COUNT; list++) {
		char *files[GTD_FILES_MAX];
		size_t count = gtd_list_files(&c->call->gtd, list, files);

		for (size_t i = 0; i < count; i++) {
			check_is_file(c, files[i]);
			free(files[i]);
		}
	}
}

/*
 * A machine that had not seen the project completed wrote into it: what comes
 * back is a directory of that name with neither summary nor actions.
 */
static void check_returned(struct check *c, const struct place *place,
			   const char *path)
{
	const struct gtd *gtd = &c->call->gtd;
	static const enum part needed[] = { PART_SUMMARY, PART_ACTIONS };
	SCOPED_TEXT char *completed = NULL;
	SCOPED_TEXT char *what = NULL;
	struct place other;

	if (place->state != STATE_ACTIVE ||
	    place_find_exact(gtd, place->name, IN_POSTPONED | IN_COMPLETED,
			     &other, NULL) < 0)
		return;
	for (size_t i = 0; i < COUNT_OF(needed); i++) {
		SCOPED_TEXT char *file = gtd_part_file(gtd, path, needed[i]);

		if (gtd_exists(gtd, file))
			return;
	}
	completed = place_path(&other);
	what = mem_printf("a part of %s, which another machine has put there "
			  "again",
			  completed);
	mendable(c, path, what, MEND_RETURNED, completed);
}

/* "zoo (1)", beside "zoo". */
static void check_copy(struct check *c, const struct place *place,
		       const char *path)
{
	SCOPED_TEXT char *base = name_of_numbered(place->name);
	struct place other;

	if (base != NULL &&
	    place_find_exact(&c->call->gtd, base, 1u << place->state, &other,
			     NULL) == 0)
		copy_of(c, path, base);
}

static int note_seen(const struct place *place, unsigned char d_type,
		     void *data)
{
	struct check *c = data;
	SCOPED_TEXT char *path = place_path(place);
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf key = { 0 };
	struct seen *seen;

	if (d_type != DT_REG) {
		struct marks marks = { 0 };

		check_parts(c, path);
		if (marks_read(&c->call->gtd, path, &marks, NULL) == 0)
			future(c, path, marks.dates[MARK_REVIEWED],
			       MEND_REVIEWED);
	}
	text_repair(&clean, place->name, strlen(place->name));
	text_fold(&key, buf_text(&clean), clean.len_bytes);
	if (c->count == c->room) {
		c->room = max_size(64, c->room * 2);
		c->seen = mem_resize(c->seen, c->room, sizeof(*c->seen));
	}
	seen = &c->seen[c->count++];
	seen->key = buf_give(&key);
	seen->name = mem_copy(place->name);
	seen->state = place->state;
	check_returned(c, place, path);
	check_copy(c, place, path);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct seen *sa = a, *sb = b;

	return strcmp(sa->key, sb->key);
}

static void check_names(struct check *c)
{
	if (c->count > 0)
		qsort(c->seen, c->count, sizeof(*c->seen), by_key);
	for (size_t i = 1; i < c->count; i++) {
		const struct seen *a = &c->seen[i - 1], *b = &c->seen[i];
		SCOPED_TEXT char *what = NULL;

		if (strcmp(a->key, b->key) != 0)
			continue;
		what = strcmp(a->name, b->name) == 0
			       ? mem_printf("is both %s and %s",
					    state_word(a->state),
					    state_word(b->state))
			       : mem_printf("differs from '%s' only in case or "
					    "Unicode form",
					    a->name);
		problem(c, b->name, what);
	}
}

/* A clock that was wrong once leaves days that have not come. */
static void check_clock(struct check *c)
{
	SCOPED_BUF struct buf text = { 0 };
	struct date date = { 0 };

	if (gtd_read(&c->call->gtd, TICK_FILE, &text, NULL) == 0 &&
	    date_read(buf_text(&text), &date) > 0)
		future(c, TICK_FILE, date, MEND_TICK);
}

static void check_bad_rule(const char *file, unsigned line, const char *text,
			   void *data)
{
	SCOPED_TEXT char *where = mem_printf("%s:%u", file, line);
	SCOPED_TEXT char *what = mem_printf("not a reminder: %s", text);
	SCOPED_BUF struct buf shown = { 0 };

	text_escape(&shown, what, strlen(what));
	problem(data, where, buf_text(&shown));
}

/* ---- what is said ------------------------------------------------------- */

static void print_json(const struct check *c, struct out *out)
{
	struct json *array = json_array_make();

	for (size_t i = 0; i < c->problem_count; i++) {
		struct json *o = json_object_make();

		json_add_text(o, "file", c->problems[i].path);
		json_add_text(o, "problem", c->problems[i].what);
		if (c->call->settings->fix)
			json_add_text(o, "fixed", c->problems[i].done);
		json_add(array, NULL, o);
	}
	json_print(array, &out->text);
	buf_add_char(&out->text, '\n');
	json_free(array);
}

static void print_problems(const struct check *c, struct out *out)
{
	for (size_t i = 0; i < c->problem_count; i++) {
		const struct problem *p = &c->problems[i];

		if (out->say)
			say_name(&out->text, p->path);
		else
			out_text(out, p->path, strlen(p->path));
		out_printf(out, ": ");
		out_text(out, p->what, strlen(p->what));
		if (p->done != NULL) {
			out_printf(out, ": ");
			out_text(out, p->done, strlen(p->done));
		} else if (p->mend != MEND_NOT && c->call->settings->fix)
			out_printf(out, ": left for you to see to");
		buf_add_char(&out->text, '\n');
	}
	if (out->say && c->problem_count == 0)
		out_printf(out, "No problem found.\n");
}

/* ---- the command -------------------------------------------------------- */

static int look(struct check *c, struct err *e)
{
	const struct gtd *gtd = &c->call->gtd;
	struct reminders reminders = { 0 };
	bool reported; /* check_entry() does it */
	int rc = tree_walk(gtd, check_entry, c, &reported);

	if (rc == 0)
		rc = place_each(gtd, STATE_ACTIVE, "", note_seen, c, e);
	if (rc == 0)
		rc = place_each(gtd, STATE_POSTPONED, "", note_seen, c, e);
	check_names(c);
	check_lists(c);
	check_clock(c);
	if (rc == 0)
		rc = remind_collect(gtd, &reminders, check_bad_rule, c, e);
	reminders_fini(&reminders);
	return rc;
}

/* All as one change. What cannot be mended stays a problem. */
static int mend_all(struct check *c, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;

	if (change_begin(&change, &c->call->gtd, "check --fix", e) < 0)
		return -e->code;
	for (size_t i = 0; i < c->problem_count; i++) {
		struct problem *p = &c->problems[i];
		struct err mine = { 0 };

		p->done = mend(&change, p->mend, p->path, p->with, &mine);
		if (p->done == NULL && mine.code != 0)
			log_warn_failure(&mine);
	}
	return 0;
}

static size_t count_left(const struct check *c)
{
	size_t left = 0;

	for (size_t i = 0; i < c->problem_count; i++)
		left += c->problems[i].done == NULL;
	return left;
}

static void check_fini(struct check *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->seen[i].key);
		free(c->seen[i].name);
	}
	free(c->seen);
	for (size_t i = 0; i < c->problem_count; i++) {
		free(c->problems[i].path);
		free(c->problems[i].what);
		free(c->problems[i].with);
		free(c->problems[i].done);
	}
	free(c->problems);
	*c = (struct check){ 0 };
}

static int run_check(struct call *call, struct err *e)
{
	SCOPED_OUT struct out out;
	ON_SCOPE_EXIT(check_fini) struct check c = { .call = call };

	out_init(&out, call->settings);
	if (call->settings->fix && gtd_lock(&call->gtd, e) < 0)
		return -e->code;
	if (look(&c, e) < 0)
		return -e->code;
	if (call->settings->fix && c.problem_count > 0 && mend_all(&c, e) < 0)
		return -e->code;
	if (call->settings->json)
		print_json(&c, &out);
	else
		print_problems(&c, &out);
	if (out_flush(&out, e) < 0)
		return -e->code;
	if (c.problem_count == 0 && !out.say)
		tell(call->settings, "no problem found");
	return count_left(&c) > 0 ? 1 : 0;
}

/* clang-format off */
static const struct opt check_opts[] = {
	{ .name = "fix", .kind = OPT_FLAG, OWN(fix),
	  .help = "mend what can be mended without a loss" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_check = {
	.name = "check",
	.args = "",
	OPTS(check_opts),
	.help = "look for conflicts and what crashes left",
	.run = run_check,
};
