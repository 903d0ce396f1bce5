/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/exchange.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "core/json.h"
#include "core/mem.h"
#include "project/directory/gtd.h"
#include "project/lists/calendar.h"
#include "project/lists/org.h"

/* A line of text, its length in *ret_bytes; *at moves behind it. */
static const char *next_line(const char **at, size_t *ret_bytes)
{
	const char *line = *at;
	size_t len = strcspn(line, "\n");

	if (*line == '\0')
		return NULL;
	*at = line + len + (line[len] == '\n');
	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
		len--;
	*ret_bytes = len;
	return line;
}

/* ---- todo.txt ----------------------------------------------------------- */

/* A date and the space after it. */
static size_t take_date(const char *at, struct date *ret)
{
	struct date date;

	if (date_read(at, &date) != 10 || (at[10] != ' ' && at[10] != '\0'))
		return 0;
	*ret = date;
	return at[10] == ' ' ? 11 : 10;
}

static void todotxt_line(struct tasks *tasks, const char *line)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *where = NULL;
	struct date day = { 0 }, made = { 0 };
	bool done = strncmp(line, "x ", 2) == 0;
	const char *at = line + (done ? 2 : 0);

	if (done)
		at += take_date(at, &day);
	/* "(A) " is the priority, which todo.txt's own tools keep as "pri:A"
	 * when the task is done. */
	if (at[0] == '(' && isupper((unsigned char)at[1]) && at[2] == ')' &&
	    at[3] == ' ') {
		buf_addf(&text, "pri:%c ", at[1]);
		at += 4;
	}
	if (take_date(at, &made) > 0) {
		at += take_date(at, &made);
		tasks_lose(tasks, "the day of making");
	}
	while (*at != '\0') {
		size_t len = strcspn(at, " ");
		bool list = len > 5 && strncmp(at, "list:", 5) == 0;

		if (where == NULL && (list || (len > 1 && *at == '+')))
			where = mem_text(at + (list ? 5 : 1),
					 len - (list ? 5 : 1));
		else if (len > 0)
			buf_addf(
				&text, "%s%.*s",
				text.len_bytes > 0 &&
						text.data[text.len_bytes - 1] !=
							' '
					? " "
					: "",
				(int)len, at);
		at += len + strspn(at + len, " ");
	}
	if (text.len_bytes > 0)
		tasks_add(tasks, text.data, where != NULL ? where : "inbox",
			  done, day);
}

static void todotxt_read(const char *at, struct tasks *ret)
{
	const char *line;
	size_t len;

	while ((line = next_line(&at, &len)) != NULL) {
		SCOPED_TEXT char *copy = mem_text(line, len);

		if (len > 0)
			todotxt_line(ret, copy);
	}
}

static bool is_list(const char *where)
{
	enum list_file list;

	return list_by_word(where, &list);
}

static void todotxt_write(struct tasks *tasks, struct buf *out)
{
	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->list[i];
		bool spaced = false;

		buf_addf(out, "%s%s %s", task->done ? "x " : "", task->text,
			 is_list(task->where) ? "list:" : "+");
		for (const char *p = task->where; *p != '\0'; p++) {
			spaced |= *p == ' ';
			buf_add_char(out, *p == ' ' ? '_' : *p);
		}
		buf_add_char(out, '\n');
		if (spaced)
			tasks_lose(tasks, "spaces of a project's name");
	}
}

/* ---- taskwarrior -------------------------------------------------------- */

/* "20261202T120000Z": the local day of that second. */
static struct date stamp_day(const char *stamp)
{
	struct tm tm = { 0 };

	if (stamp == NULL || strptime(stamp, "%Y%m%dT%H%M%SZ", &tm) == NULL)
		return (struct date){ 0 };
	return date_of_time(timegm(&tm));
}

static void taskwarrior_task(struct tasks *tasks, const struct json *o)
{
	static const char *const no_place[] = { "annotations", "depends",
						"recur", "priority", "until" };
	const char *status = json_get_text(o, "status");
	const char *where = json_get_text(o, "project");
	const char *description = json_get_text(o, "description");
	const struct json *tags = json_get(o, "tags");
	SCOPED_BUF struct buf text = { 0 };
	bool done = status != NULL && strcmp(status, "completed") == 0;

	if (description == NULL)
		return;
	if (status != NULL && (strcmp(status, "deleted") == 0 ||
			       strcmp(status, "recurring") == 0)) {
		tasks_lose(tasks, status);
		return;
	}
	buf_add_text(&text, description);
	for (size_t i = 0; i < json_count(tags); i++) {
		const char *tag = json_text(json_at(tags, i));

		if (tag != NULL && where == NULL && is_list(tag))
			where = tag;
		else if (tag != NULL)
			buf_addf(&text, " @%s", tag);
	}
	task_add_day(&text, "due:", stamp_day(json_get_text(o, "due")));
	task_add_day(&text, "t:", stamp_day(json_get_text(o, "wait")));
	for (size_t i = 0; i < COUNT_OF(no_place); i++)
		if (json_get(o, no_place[i]) != NULL)
			tasks_lose(tasks, no_place[i]);
	tasks_add(tasks, text.data, where != NULL ? where : "inbox", done,
		  stamp_day(json_get_text(o, "end")));
}

static int taskwarrior_read(const struct buf *text, struct tasks *ret,
			    struct err *e)
{
	struct json *all = json_parse(buf_text(text), text->len_bytes);

	if (all == NULL)
		return err_say(e, EINVAL,
			       "not what \"task export\" prints: a JSON array");
	for (size_t i = 0; i < json_count(all); i++)
		taskwarrior_task(ret, json_at(all, i));
	json_free(all);
	return 0;
}

/* Noon of that day in UTC is that day almost everywhere. */
static void json_day(struct json *o, const char *key, struct date date)
{
	char stamp[32];

	if (!date_is_set(date))
		return;
	snprintf(stamp, sizeof(stamp), "%04d%02d%02dT120000Z",
		 date.year % 10000, date.month % 100, date.day % 100);
	json_add_text(o, key, stamp);
}

static void taskwarrior_write(struct tasks *tasks, struct buf *out)
{
	struct json *array = json_array_make();

	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->list[i];
		ON_SCOPE_EXIT(task_parts_fini) struct task_parts parts = { 0 };
		struct json *o = json_object_make();
		struct json *tags = json_array_make();

		task_take_apart(task->text, &parts);
		json_add_text(o, "description", buf_text(&parts.text));
		json_add_text(o, "status",
			      task->done ? "completed" : "pending");
		for (size_t k = 0; k < parts.context_count; k++)
			json_add_text(tags, NULL, parts.contexts[k]);
		if (is_list(task->where))
			json_add_text(tags, NULL, task->where);
		else
			json_add_text(o, "project", task->where);
		json_add(o, "tags", tags);
		json_day(o, "due", parts.due);
		json_day(o, "wait", parts.start);
		json_add(array, NULL, o);
	}
	json_print(array, out);
	buf_add_char(out, '\n');
	json_free(array);
}

/* ------------------------------------------------------------------------- */

int exchange_read(enum exchange_format format, const struct buf *text,
		  struct tasks *ret, struct err *e)
{
	switch (format) {
	case EXCHANGE_TODOTXT:
		todotxt_read(buf_text(text), ret);
		return 0;
	case EXCHANGE_TASKWARRIOR:
		return taskwarrior_read(text, ret, e);
	case EXCHANGE_ICS:
		return calendar_read(text, ret, e);
	case EXCHANGE_ORG:
		break;
	}
	org_import(buf_text(text), ret);
	return 0;
}

void exchange_write(enum exchange_format format, struct tasks *tasks,
		    struct buf *out)
{
	switch (format) {
	case EXCHANGE_TODOTXT:
		todotxt_write(tasks, out);
		return;
	case EXCHANGE_TASKWARRIOR:
		taskwarrior_write(tasks, out);
		return;
	case EXCHANGE_ICS:
		calendar_write(tasks, out);
		return;
	case EXCHANGE_ORG:
		break;
	}
	org_export(tasks, out);
}
