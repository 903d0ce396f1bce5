/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/org.h"

#include <ctype.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "project/directory/layout.h"
#include "project/text/actions.h"

enum { ORG_DEPTH_MAX = 32, ORG_KEYWORDS_MAX = 32 };

/* A heading that is no task: where those below it belong. */
struct heading {
	size_t stars;
	char *name; /* owned */
	bool used;
};

/* What the file calls its states: "#+TODO: OPEN | SHIPPED". */
struct keyword {
	char *word; /* owned */
	bool done;
};

struct org {
	struct tasks *out;
	struct heading above[ORG_DEPTH_MAX];
	struct keyword words[ORG_KEYWORDS_MAX];
	size_t depth, word_count;
	struct buf text; /* the task being read; empty: none */
	const char *where; /* of it */
	struct date due, start, closed;
	struct buf repeat; /* "1w", "+1w" */
	bool done;
};

static void end_task(struct org *org)
{
	if (org->text.len_bytes > 0) {
		task_add_day(&org->text, "due:", org->due);
		task_add_day(&org->text, "t:", org->start);
		if (org->repeat.len_bytes > 0)
			buf_addf(&org->text, " rec:%s", buf_text(&org->repeat));
		tasks_add(org->out, org->text.data, org->where, org->done,
			  org->closed);
	}
	buf_clear(&org->text);
	buf_clear(&org->repeat);
	org->due = org->start = org->closed = (struct date){ 0 };
}

/* ---- headings ----------------------------------------------------------- */

static bool is_tag(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) != 0 ||
	       (c != '\0' && strchr("_@#%", c) != NULL);
}

static size_t without_blanks(const char *at, size_t len)
{
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	return len;
}

/* How long a heading is without the ":phone:home:" at its end. */
static size_t without_tags(const char *at, size_t len)
{
	size_t start = len;

	while (start > 0 && (is_tag(at[start - 1]) || at[start - 1] == ':'))
		start--;
	if (len < start + 3 || at[start] != ':' || at[len - 1] != ':' ||
	    (start > 0 && at[start - 1] != ' ' && at[start - 1] != '\t'))
		return len;
	return without_blanks(at, start);
}

/* And without the "[1/3]" or "[33%]" that org counts itself. */
static size_t without_count(const char *at, size_t len)
{
	size_t start = len;

	if (len == 0 || at[len - 1] != ']')
		return len;
	for (start = len - 1; start > 0 && at[start - 1] != '[';)
		if (strchr("0123456789/%", at[--start]) == NULL)
			return len;
	return start > 0 && start < len - 1 ? without_blanks(at, start - 1)
					    : len;
}

/* The text of a task: its priority in front, its tags as contexts after it. */
static void add_text(struct org *org, const char *at, size_t len)
{
	size_t bare = without_tags(at, len);
	size_t skip = 0;

	if (bare > 4 && memcmp(at, "[#", 2) == 0 && at[3] == ']') {
		buf_addf(&org->text, "pri:%c ", at[2]);
		skip = 4 + strspn(at + 4, " ");
	}
	buf_add(&org->text, at + skip, bare > skip ? bare - skip : 0);
	for (const char *tag = at + bare; tag < at + len;) {
		size_t n = 0;

		while (tag + n < at + len && is_tag(tag[n]))
			n++;
		if (n > 0)
			buf_addf(&org->text, " @%.*s", (int)n, tag);
		tag += n + 1;
	}
}

static void leave(struct org *org, size_t stars)
{
	while (org->depth > 0 && org->above[org->depth - 1].stars >= stars) {
		struct heading *left = &org->above[--org->depth];

		if (!left->used)
			tasks_lose(org->out, "headings without tasks");
		free(left->name);
	}
}

/* A list of ours, whatever its case: "* Inbox". */
static char *place_named(const char *at, size_t len)
{
	SCOPED_TEXT char *name = mem_text(at, len);
	SCOPED_TEXT char *small = mem_copy(name);
	enum list_file list;

	for (char *p = small; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return text_give(list_by_word(small, &list) ? &small : &name);
}

static void enter(struct org *org, size_t stars, const char *at, size_t len)
{
	size_t bare = without_tags(at, len);

	if (org->depth == ORG_DEPTH_MAX)
		return;
	if (bare < len)
		tasks_lose(org->out, "tags of headings without a keyword");
	bare = without_count(at, bare);
	org->above[org->depth++] = (struct heading){
		.stars = stars,
		.name = place_named(at, bare),
	};
}

static void begin_task(struct org *org, bool done)
{
	struct heading *above = org->depth > 0 ? &org->above[org->depth - 1]
					       : NULL;

	end_task(org);
	if (above != NULL)
		above->used = true;
	org->where = above != NULL ? above->name : "inbox";
	org->done = done;
}

/* The bytes of the keyword in front, the file's or a usual one; 0: none. */
static size_t find_keyword(const struct org *org, const char *at, size_t len,
			   bool *ret_done, bool *ret_waiting)
{
	*ret_waiting = false;
	for (size_t i = 0; i < org->word_count; i++) {
		size_t n = strlen(org->words[i].word);

		if (len > n && at[n] == ' ' &&
		    strncmp(at, org->words[i].word, n) == 0) {
			*ret_done = org->words[i].done;
			*ret_waiting = strncmp(at, "WAIT", 4) == 0;
			return n;
		}
	}
	return org_keyword(at, len, ret_done, ret_waiting);
}

static void read_heading(struct org *org, const char *line, size_t len)
{
	size_t stars = strspn(line, "*");
	size_t at = stars + strspn(line + stars, " ");
	bool done = false, waiting = false;
	size_t word = find_keyword(org, line + at, len - at, &done, &waiting);

	end_task(org);
	leave(org, stars);
	if (word == 0) {
		enter(org, stars, line + at, len - at);
		return;
	}
	at += word;
	at += strspn(line + at, " ");
	begin_task(org, done);
	add_text(org, line + at, len - at);
	if (waiting)
		buf_add_text(&org->text, " @waiting");
}

/* "TODO(t) WAIT(w@/!) | DONE(d)": the last one is done if no bar says it. */
static void read_keywords(struct org *org, const char *at)
{
	size_t first = org->word_count;
	bool done = false;

	while (*at != '\0' && org->word_count < ORG_KEYWORDS_MAX) {
		size_t len = strcspn(at, " \t");

		if (len == 1 && *at == '|')
			done = true;
		else if (len > 0)
			org->words[org->word_count++] = (struct keyword){
				.word = mem_text(at, strcspn(at, "( \t")),
				.done = done,
			};
		at += len + strspn(at + len, " \t");
	}
	if (!done && org->word_count > first)
		org->words[org->word_count - 1].done = true;
}

/* ---- other lines -------------------------------------------------------- */

/* "+1w" counts from the day that was due, ".+1w" from that of being done. */
static void read_repeat(struct org *org, const char *stamp, size_t len)
{
	for (size_t i = 0; i + 2 < len; i++) {
		size_t plus = strspn(stamp + i, ".+");
		size_t digits = strspn(stamp + i + plus, "0123456789");

		if (plus == 0 || stamp[i + plus - 1] != '+' || digits == 0)
			continue;
		buf_clear(&org->repeat);
		buf_addf(&org->repeat, "%s%.*s", stamp[i] == '.' ? "" : "+",
			 (int)digits + 1, stamp + i + plus);
		return;
	}
}

/* "DEADLINE: <2026-12-01 Tue 10:00 +1w>". */
static bool read_day(struct org *org, const char *line, const char *key,
		     struct date *ret)
{
	const char *at = strstr(line, key);
	size_t len;

	if (at == NULL)
		return false;
	at += strlen(key);
	len = strcspn(at, ">]");
	if (date_read(at, ret) == 0)
		return false;
	if (memchr(at, ':', len) != NULL && key[0] != 'C')
		tasks_lose(org->out, "times of day");
	read_repeat(org, at + 10, len > 10 ? len - 10 : 0);
	return true;
}

/* "- [ ] ", "+ [X] ", "1. [-] ": the bytes up to the text; 0: none. */
static size_t read_box(const char *line, bool *ret_done)
{
	size_t indent = strspn(line, " \t");
	const char *at = line + indent;
	size_t digits = strspn(at, "0123456789");

	if (digits > 0 && (at[digits] == '.' || at[digits] == ')'))
		at += digits + 1;
	else if (*at == '-' || *at == '+' || (*at == '*' && indent > 0))
		at++;
	else
		return 0;
	if (at[0] != ' ')
		return 0;
	at += strspn(at, " ");
	if (at[0] != '[' || strchr(" X-", at[1]) == NULL || at[1] == '\0' ||
	    at[2] != ']' || at[3] != ' ')
		return 0;
	*ret_done = at[1] == 'X';
	return (size_t)(at + 4 - line);
}

static void read_line(struct org *org, const char *line, size_t len)
{
	bool done = false, any;
	size_t box = read_box(line, &done);

	if (len == 0)
		return;
	if (line[0] == '*' && line[strspn(line, "*")] == ' ') {
		read_heading(org, line, len);
		return;
	}
	if (box > 0) {
		begin_task(org, done);
		add_text(org, line + box, len - box);
		return;
	}
	if (strncasecmp(line, "#+TODO: ", 8) == 0 ||
	    strncasecmp(line, "#+SEQ_TODO: ", 12) == 0) {
		read_keywords(org, strchr(line, ' ') + 1);
		return;
	}
	any = read_day(org, line, "DEADLINE: <", &org->due);
	any |= read_day(org, line, "SCHEDULED: <", &org->start);
	any |= read_day(org, line, "CLOSED: [", &org->closed);
	if (!any)
		tasks_lose(org->out, "lines of notes and properties");
}

void org_import(const char *text, struct tasks *ret)
{
	struct org org = { .out = ret };

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t end = without_blanks(
			text, len - (len > 0 && text[len - 1] == '\r'));
		SCOPED_TEXT char *line = mem_text(text, end);

		read_line(&org, line, end);
		text += len + (text[len] == '\n');
	}
	end_task(&org);
	leave(&org, 0);
	for (size_t i = 0; i < org.word_count; i++)
		free(org.words[i].word);
	buf_fini(&org.text);
	buf_fini(&org.repeat);
}

/* ---- and out ------------------------------------------------------------ */

static void org_stamp(struct buf *out, const char *key, struct date date)
{
	static const char *const days[] = { "",	   "Mon", "Tue", "Wed",
					    "Thu", "Fri", "Sat", "Sun" };
	char day[DATE_BYTES];

	if (date_is_set(date))
		buf_addf(out, " %s: <%s %s>", key, date_text(date, day),
			 days[date_weekday(date)]);
}

/* Org's tags are made of letters, digits and four signs. */
static void org_tags(struct tasks *tasks, const struct task_parts *parts,
		     struct buf *out)
{
	bool changed = false;

	for (size_t k = 0; k < parts->context_count; k++) {
		buf_add_text(out, k == 0 ? " :" : "");
		for (const char *p = parts->contexts[k]; *p != '\0'; p++) {
			bool good = isalnum((unsigned char)*p) ||
				    strchr("_@#%", *p) != NULL ||
				    (*p & 0x80) != 0;

			changed |= !good;
			buf_add_char(out, good ? *p : '_');
		}
		buf_add_char(out, ':');
	}
	if (changed)
		tasks_lose(tasks, "signs in a context");
}

void org_export(struct tasks *tasks, struct buf *out)
{
	const char *where = NULL;

	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->list[i];
		ON_SCOPE_EXIT(task_parts_fini) struct task_parts parts = { 0 };

		if (where == NULL || strcmp(where, task->where) != 0)
			buf_addf(out, "* %s\n", task->where);
		where = task->where;
		task_take_apart(task->text, &parts);
		buf_addf(out, "** %s %s", task->done ? "DONE" : "TODO",
			 buf_text(&parts.text));
		org_tags(tasks, &parts, out);
		buf_add_char(out, '\n');
		if (date_is_set(parts.due) || date_is_set(parts.start)) {
			buf_add_text(out, "  ");
			org_stamp(out, "DEADLINE", parts.due);
			org_stamp(out, "SCHEDULED", parts.start);
			buf_add_char(out, '\n');
		}
	}
}
