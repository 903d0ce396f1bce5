/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_find.c - search, path, check: where things are. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/pattern.h"
#include "core/text.h"
#include "project/command.h"
#include "project/marks.h"
#include "project/names.h"
#include "project/out.h"
#include "project/reminders.h"
#include "project/say.h"
#include "project/sheet.h"

enum { TREE_DEPTH_MAX = 8, LINKED_DEPTH = 5 };

/* ---- every file --------------------------------------------------------- */

/* Called for each regular file below a directory, and for each directory. */
typedef int tree_fn(const char *path, const char *name, bool is_dir,
		    void *data);

struct tree {
	const struct gtd *gtd;
	const char *directory;
	int depth;
	tree_fn *fn;
	void *data;
};

static int walk_tree(const struct gtd *gtd, const char *directory, int depth,
		     tree_fn *fn, void *data);

/* A link to the directory itself or to one above would go round and round. */
static bool leads_up(const struct gtd *gtd, const char *path)
{
	SCOPED_TEXT char *full = path_join(gtd->path, path);
	SCOPED_TEXT char *real = realpath(full, NULL);
	SCOPED_TEXT char *top = realpath(gtd->path, NULL);
	size_t len = real != NULL ? strlen(real) : 0;

	return real == NULL || top == NULL || len == 1 ||
	       (strncmp(top, real, len) == 0 &&
		(top[len] == '/' || top[len] == '\0')) ||
	       strncmp(real, top, strlen(top)) == 0;
}

static int on_tree_entry(const char *name, unsigned char d_type, void *data)
{
	struct tree *tree = data;
	SCOPED_TEXT char *path = tree->directory[0] != '\0'
					 ? mem_printf("%s/%s", tree->directory,
						      name)
					 : mem_copy(name);
	bool is_dir = d_type == DT_DIR;
	struct stat st;
	int depth, rc;

	/* Other people's metadata is none of ours. */
	if (strcmp(name, ".git") == 0 || strcmp(name, ".stfolder") == 0)
		return 0;
	if (d_type == DT_UNKNOWN || d_type == DT_LNK) {
		/* A link to nothing is still an entry. */
		is_dir = fstatat(tree->gtd->fd, path, &st, 0) == 0 &&
			 S_ISDIR(st.st_mode);
	}
	rc = tree->fn(path, name, is_dir, tree->data);
	if (rc != 0 || !is_dir)
		return rc;
	depth = tree->depth + 1;
	if (d_type == DT_LNK) {
		if (leads_up(tree->gtd, path))
			return 0;
		/* A linked project has few levels; a disk has many. */
		depth = depth > LINKED_DEPTH ? depth : LINKED_DEPTH;
	}
	return depth > TREE_DEPTH_MAX ? 0
				      : walk_tree(tree->gtd, path, depth,
						  tree->fn, tree->data);
}

static int walk_tree(const struct gtd *gtd, const char *directory, int depth,
		     tree_fn *fn, void *data)
{
	struct tree tree = { gtd, directory, depth, fn, data };
	struct err e = { 0 };
	int rc = gtd_each(gtd, directory[0] != '\0' ? directory : ".",
			  on_tree_entry, &tree, &e);

	/* One directory that cannot be read must not hide the others. */
	if (rc < 0 && e.code != 0) {
		log_warn("%s", e.text);
		return 0;
	}
	return rc;
}

/* ---- search ------------------------------------------------------------- */

struct search {
	struct call *call;
	struct pattern *pattern; /* or NULL: plain text */
	struct buf wanted; /* folded unless case matters */
	bool case_matters;
	struct out *out;
	struct json *array; /* instead of lines; NULL */
};

static bool line_matches(const struct search *s, const char *line, size_t len)
{
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf folded = { 0 };

	text_repair(&clean, line, len);
	if (s->pattern != NULL)
		return pattern_match(s->pattern, buf_text(&clean),
				     clean.len_bytes) == PATTERN_YES;
	if (s->case_matters)
		return strstr(buf_text(&clean), buf_text(&s->wanted)) != NULL;
	text_fold(&folded, buf_text(&clean), clean.len_bytes);
	return strstr(buf_text(&folded), buf_text(&s->wanted)) != NULL;
}

static void print_match(struct search *s, const char *path, unsigned number,
			const char *line, size_t len)
{
	struct out *out = s->out;

	if (s->array != NULL) {
		struct json *o = json_object_make();
		SCOPED_BUF struct buf clean = { 0 };

		text_repair(&clean, line, len);
		json_add_text(o, "file", path);
		json_add_int(o, "line", number);
		json_add_text(o, "text", buf_text(&clean));
		json_add(s->array, NULL, o);
		return;
	}
	if (out->say) {
		say_name(&out->text, path);
		if (number > 0) {
			out_printf(out, ": ");
			out_text(out, line, len);
		}
		say_end(&out->text);
		return;
	}
	out_styled(out, STYLE_NAME, path);
	out_printf(out, ":%u: ", number);
	out_text(out, line, len);
	buf_add_char(&out->text, '\n');
}

static int search_file(const char *path, const char *name, bool is_dir,
		       void *data)
{
	struct search *s = data;
	SCOPED_BUF struct buf text = { 0 };
	struct err e = { 0 };
	unsigned number = 0;

	if (is_dir) {
		if (line_matches(s, name, strlen(name)))
			print_match(s, path, 0, name, strlen(name));
		return 0;
	}
	if (name_is_swap(name) || name[0] == '.')
		return 0;
	if (gtd_read_text(&s->call->gtd, path, &text, NULL, &e) < 0) {
		log_warn("%s", e.text);
		return 0;
	}
	/* A picture among the reference material has no lines. */
	if (memchr(buf_text(&text), '\0', text.len_bytes) != NULL)
		return 0;
	for (size_t at = 0; at < text.len_bytes;) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - line)
					 : text.len_bytes - at;

		number++;
		if (line_matches(s, line, len))
			print_match(s, path, number, line, len);
		at += len + 1;
	}
	return 0;
}

static int run_search(struct call *call, struct err *e)
{
	SCOPED_TEXT char *text = call_text(call, 0);
	struct search s = { .call = call,
			    .case_matters = call->settings->case_matters };
	SCOPED_OUT struct out out;
	int rc;

	out_init(&out, call->settings);
	s.out = &out;
	if (call->settings->regex) {
		s.pattern = pattern_new(text, e);
		if (s.pattern == NULL)
			return -e->code;
	} else if (s.case_matters)
		buf_add_text(&s.wanted, text);
	else
		text_fold(&s.wanted, text, strlen(text));
	if (call->settings->json)
		s.array = json_array_make();
	rc = walk_tree(&call->gtd, "", 0, search_file, &s);
	pattern_free(s.pattern);
	buf_fini(&s.wanted);
	if (s.array != NULL) {
		json_print(s.array, &out.text);
		buf_add_char(&out.text, '\n');
		json_free(s.array);
	} else if (out.say && out.text.len_bytes == 0)
		out_printf(&out, "Nothing.\n");
	return rc < 0 ? rc : out_flush(&out, e);
}

/* clang-format off */
static const struct opt search_opts[] = {
	{ .letter = 'E', .name = "regex", .kind = OPT_FLAG, OWN(regex),
	  .help = "the text is a regular expression" },
	{ .letter = 'c', .name = "case", .kind = OPT_FLAG, OWN(case_matters),
	  .help = "capitals matter" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_search = {
	.name = "search",
	.args = "TEXT...",
	.help = "find text in every file",
	.run = run_search,
	OPTS(search_opts),
	.operands = { OPERAND_WORDS, OPERAND_WORDS },
	.min = 1,
	.max = ANY_NUMBER,
};

/* ---- check -------------------------------------------------------------- */

struct seen {
	char *key; /* owned: the name, folded */
	char *name; /* owned */
	enum state state;
};

struct check {
	struct call *call;
	struct out *out;
	struct seen *seen; /* owned: active and postponed names */
	size_t count, room;
	size_t problems;
	struct json *array; /* instead of lines; NULL */
};

static void problem(struct check *c, const char *path, const char *what)
{
	c->problems++;
	if (c->array != NULL) {
		struct json *o = json_object_make();

		json_add_text(o, "file", path);
		json_add_text(o, "problem", what);
		json_add(c->array, NULL, o);
		return;
	}
	out_text(c->out, path, strlen(path));
	out_printf(c->out, ": %s\n", what);
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

static bool is_torn(const struct check *c, const char *path)
{
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read(&c->call->gtd, path, &text, NULL) < 0)
		return false;
	return text.len_bytes > 0 &&
	       memchr(text.data, '\0', text.len_bytes) != NULL;
}

static bool is_part(const char *name)
{
	for (int part = 0; part < PART_COUNT; part++) {
		size_t len = strlen(part_name(part));

		if (strncmp(name, part_name(part), len) == 0 &&
		    (name[len] == '\0' || strcmp(name + len, ".otl") == 0))
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
	for (size_t i = 0; i < sheet.actions.count; i++) {
		const struct action *a = &sheet.actions.list[i];
		SCOPED_TEXT char *where = NULL;
		SCOPED_TEXT char *what = NULL;

		if (!a->bad_date || a->done)
			continue;
		where = mem_printf("%s:%u", file, a->line);
		what = mem_printf("a day that is none in '%.*s'",
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
	if (!S_ISLNK(st.st_mode) || gtd->settings->links)
		return;
	out = gtd_leads_out(gtd, path);
	if (out == NULL)
		return;
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
	return strcmp(name, "actions") == 0 || strcmp(name, "actions.otl") == 0;
}

static int check_entry(const char *path, const char *name, bool is_dir,
		       void *data)
{
	struct check *c = data;

	if (name_is_conflict(name))
		problem(c, path, "a conflict copy: two machines changed it");
	else if (name_is_sync_temp(name))
		problem(c, path, "Syncthing is writing it, or was stopped");
	else if (name_is_swap(name))
		problem(c, path,
			"open in an editor, or left by one that "
			"crashed");
	else if (is_dir && strncmp(name, ".new-", 5) == 0)
		problem(c, path, "half a new project, left by a crash");
	else if (!is_dir && name[0] == '.' && has_suffix(name, ".tmp"))
		problem(c, path, "half a file, left by a crash");
	else if (!name_is_clean(name))
		problem(c, path, "its name cannot be typed or completed");
	else if (!is_dir && is_part(name) && is_torn(c, path))
		problem(c, path, "torn: it holds NUL bytes");
	else if (!is_dir && name[0] != '.' && has_markers(c, path))
		problem(c, path, "holds git's conflict markers");
	if (!is_dir && is_items(path, name))
		check_dates(c, path);
	check_link(c, path);
	return 0;
}

static void future(struct check *c, const char *path, struct date date)
{
	SCOPED_TEXT char *what = NULL;
	char day[DATE_BYTES];

	if (!date_is_set(date) ||
	    date_days(date) <= date_days(c->call->gtd.today))
		return;
	what = mem_printf("%s is in the future: was the clock wrong?",
			  date_text(date, day));
	problem(c, path, what);
}

/* gtdtools edits one, we the other: whoever looks sees half of it there. */
static void check_layouts(struct check *c, const char *path)
{
	for (int part = 0; part < PART_COUNT; part++) {
		char *files[GTD_FILES_MAX];
		size_t count = gtd_part_files(&c->call->gtd, path, part, files);

		if (count > 1) {
			SCOPED_TEXT char *what =
				mem_printf("the same part as %s: both are "
					   "read, one should go",
					   files[0]);

			problem(c, files[1], what);
		}
		for (size_t i = 0; i < count; i++)
			free(files[i]);
	}
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

		check_layouts(c, path);
		if (marks_read(&c->call->gtd, path, &marks, NULL) == 0)
			future(c, path, marks.dates[MARK_REVIEWED]);
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
		future(c, TICK_FILE, date);
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

static int run_check(struct call *call, struct err *e)
{
	struct reminders reminders = { 0 };
	SCOPED_OUT struct out out;
	struct check c = { .call = call, .out = &out };
	int rc;

	out_init(&out, call->settings);
	if (call->settings->json)
		c.array = json_array_make();
	rc = walk_tree(&call->gtd, "", 0, check_entry, &c);
	if (rc == 0)
		rc = place_each(&call->gtd, STATE_ACTIVE, "", note_seen, &c, e);
	if (rc == 0)
		rc = place_each(&call->gtd, STATE_POSTPONED, "", note_seen, &c,
				e);
	check_names(&c);
	check_clock(&c);
	if (rc == 0)
		rc = remind_collect(&call->gtd, &reminders, check_bad_rule, &c,
				    e);
	reminders_fini(&reminders);
	for (size_t i = 0; i < c.count; i++) {
		free(c.seen[i].key);
		free(c.seen[i].name);
	}
	free(c.seen);
	if (c.array != NULL) {
		json_print(c.array, &out.text);
		buf_add_char(&out.text, '\n');
		json_free(c.array);
	} else if (out.say && c.problems == 0)
		out_printf(&out, "No problem found.\n");
	if (rc == 0)
		rc = out_flush(&out, e);
	if (rc < 0)
		return rc;
	if (c.problems == 0)
		tell(call->settings, "no problem found");
	return c.problems > 0 ? 1 : 0;
}

/* clang-format off */
static const struct opt check_opts[] = {
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

/* ---- path --------------------------------------------------------------- */

/* As cd(1) takes it: one line, whatever the name. */
static int run_path(struct call *call, struct err *e)
{
	SCOPED_TEXT char *inside = NULL;
	SCOPED_TEXT char *path = NULL;
	struct place place;
	SCOPED_BUF struct buf shown = { 0 };
	int rc = call_project(call, 0, &place, e);

	if (rc == 0 && call->settings->exact &&
	    strcmp(place.name, call->operands[0]) != 0)
		rc = err_say(e, ENOENT, "no project is called '%s'",
			     call->operands[0]);
	if (rc < 0)
		return rc;
	inside = place_path(&place);
	path = path_join(call->gtd.path, inside);
	/* A shell takes it as it is; a person's terminal must not. */
	if (isatty(STDOUT_FILENO))
		text_escape(&shown, path, strlen(path));
	else
		buf_add_text(&shown, path);
	return puts(buf_text(&shown)) < 0 ? err_set(e, errno, "print a path")
					  : 0;
}

/* clang-format off */
static const struct opt path_opts[] = {
	{ .letter = 'x', .name = "exact", .kind = OPT_FLAG, OWN(exact),
	  .help = "NAME is a whole name, not a beginning" },
};
/* clang-format on */

const struct command command_path = {
	.name = "path",
	.args = "NAME",
	.help = "print where a project is",
	.run = run_path,
	OPTS(path_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE | IN_POSTPONED | IN_COMPLETED,
};
