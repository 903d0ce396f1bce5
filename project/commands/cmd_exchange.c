/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_exchange.c - import and export: items from and for other programs. */
#include <fcntl.h>
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/lists/capture.h"
#include "project/lists/collect.h"
#include "project/commands/command.h"
#include "project/lists/exchange.h"
#include "project/lists/item_change.h"
#include "project/directory/names.h"
#include "project/lists/new_project.h"
#include "project/directory/parts.h"

static int format_given(struct call *call, enum exchange_format *ret,
			struct err *e)
{
	int format = 0;

	if (opt_choice("format", EXCHANGE_WORDS, call->operands[0], &format,
		       e) < 0)
		return -e->code;
	*ret = (enum exchange_format)format;
	return 0;
}

static void warn_of_lost(const struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->lost_count; i++)
		log_warn("without a place there, left out: %s (%zu)",
			 tasks->lost[i].what, tasks->lost[i].count);
}

/* ---- export ------------------------------------------------------------- */

static int export_list(const struct collect *c, enum list_file list,
		       struct err *e)
{
	size_t first = c->items->count;

	if (collect_list(c, list, e) < 0)
		return -e->code;
	/* A list is called by its name, whatever its file is called. */
	for (size_t i = first; i < c->items->count; i++) {
		free(c->items->list[i].source);
		c->items->list[i].source = mem_copy(list_word(list));
		c->items->list[i].key = names_key(list_word(list));
	}
	return 0;
}

static int run_export(struct call *call, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	SCOPED_TASKS struct tasks tasks = { 0 };
	const struct collect c = { .gtd = &call->gtd,
				   .items = &items,
				   .wanted = wanted_open,
				   .all = true };
	SCOPED_OUT struct out out;
	enum exchange_format format = EXCHANGE_TODOTXT;

	if (format_given(call, &format, e) < 0 ||
	    collect_projects(&c, STATE_ACTIVE, e) < 0)
		return -e->code;
	items_sort_by_source(&items);
	for (int list = 0; list < FILE_DONE; list++)
		if (export_list(&c, (enum list_file)list, e) < 0)
			return -e->code;
	for (size_t i = 0; i < items.count; i++)
		tasks_add(&tasks, items.list[i].text, items.list[i].source,
			  false, (struct date){ 0 });
	out_init(&out, call->settings);
	exchange_write(format, &tasks, &out.text);
	warn_of_lost(&tasks);
	return out_flush(&out, e);
}

/* ---- import ------------------------------------------------------------- */

/* What goes to one file: written once, however many they are. */
struct target {
	char *file; /* owned */
	struct buf lines;
};

struct import {
	struct call *call;
	struct change *change;
	struct target *targets; /* owned */
	size_t count;
	size_t projects; /* that were made */
};

static void add_line(struct import *im, const char *file, const char *line)
{
	struct target *target = NULL;

	for (size_t i = 0; i < im->count && target == NULL; i++)
		if (strcmp(im->targets[i].file, file) == 0)
			target = &im->targets[i];
	if (target == NULL) {
		im->targets = mem_resize(im->targets, im->count + 1,
					 sizeof(*im->targets));
		target = &im->targets[im->count++];
		*target = (struct target){ .file = mem_copy(file) };
	}
	buf_addf(&target->lines, "%s%s",
		 target->lines.len_bytes > 0 ? "\n" : "", line);
}

/* "Home.Garden" is a project; "a/b" is no name here: "a-b". */
static char *good_name(const char *where)
{
	char *name = mem_copy(where);

	for (char *p = name; *p != '\0'; p++)
		if (*p == '/' || (p == name && (*p == '.' || *p == '-')))
			*p = '-';
	if (name[0] == '-')
		name[0] = '_';
	return name;
}

static int project_file(struct import *im, const char *where, char **ret,
			struct err *e)
{
	SCOPED_TEXT char *name = good_name(where);
	SCOPED_TEXT char *path = NULL;
	struct place place = { 0 };
	struct err none = { 0 };

	if (place_find_exact(&im->call->gtd, name, IN_ACTIVE | IN_POSTPONED,
			     &place, &none) < 0) {
		if (project_check_new(&im->call->gtd, name, e) < 0 ||
		    project_create_in(im->change, name, NULL, e) < 0)
			return -e->code;
		im->projects++;
		if (place_find_exact(&im->call->gtd, name, IN_ACTIVE, &place,
				     e) < 0)
			return -e->code;
	}
	path = place_path(&place);
	*ret = gtd_part_file(&im->call->gtd, path, PART_ACTIONS);
	return 0;
}

static int import_done(struct import *im, const struct task *task)
{
	SCOPED_TEXT char *file = gtd_list_file(&im->call->gtd, FILE_DONE);
	SCOPED_TEXT char *line = NULL;
	struct date day = date_is_set(task->day) ? task->day
						 : im->call->gtd.today;
	char text[DATE_BYTES];

	line = mem_printf("%s %s (%s)", date_text(day, text), task->text,
			  task->where);
	add_line(im, file, line);
	return 0;
}

static int import_task(struct import *im, const struct task *task,
		       struct err *e)
{
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *line = NULL;
	SCOPED_BUF struct buf shown = { 0 };
	enum list_file list = FILE_INBOX;
	size_t len;

	if (task->done)
		return import_done(im, task);
	text_escape(&shown, task->text, strlen(task->text));
	if (list_by_word(task->where, &list))
		file = gtd_list_file(&im->call->gtd, list);
	else if (project_file(im, task->where, &file, e) < 0)
		return -e->code;
	assert(file != NULL); /* or there was an error */
	len = strlen(file);
	line = capture_line(buf_text(&shown), file_reading(file),
			    len > 4 && strcmp(file + len - 4, ".otl") == 0,
			    list == FILE_WAITING);
	add_line(im, file, line);
	return 0;
}

static int write_targets(struct import *im, struct err *e)
{
	for (size_t i = 0; i < im->count; i++)
		if (change_append(im->change, im->targets[i].file,
				  buf_text(&im->targets[i].lines), e) < 0)
			return -e->code;
	return 0;
}

static void import_fini(struct import *im)
{
	for (size_t i = 0; i < im->count; i++) {
		free(im->targets[i].file);
		buf_fini(&im->targets[i].lines);
	}
	free(im->targets);
}

static int read_file(const char *path, struct buf *text, struct err *e)
{
	if (strcmp(path, "-") == 0)
		path = "/dev/stdin";
	return file_read(AT_FDCWD, path, GTD_FILE_MAX_BYTES, text, e);
}

static int run_import(struct call *call, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	ON_SCOPE_EXIT(import_fini)
	struct import im = { .call = call, .change = &change };
	SCOPED_TASKS struct tasks tasks = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *what = mem_printf("import %s", call->operands[0]);
	enum exchange_format format = EXCHANGE_TODOTXT;

	if (format_given(call, &format, e) < 0 ||
	    read_file(call->operands[1], &text, e) < 0 ||
	    exchange_read(format, &text, &tasks, e) < 0)
		return -e->code;
	if (gtd_lock(&call->gtd, e) < 0 ||
	    change_begin(&change, &call->gtd, what, e) < 0)
		return -e->code;
	for (size_t i = 0; i < tasks.count; i++)
		if (import_task(&im, &tasks.list[i], e) < 0)
			return -e->code;
	if (write_targets(&im, e) < 0)
		return -e->code;
	warn_of_lost(&tasks);
	tell(call->settings, "%zu imported, %zu project%s made", tasks.count,
	     im.projects, im.projects == 1 ? "" : "s");
	return 0;
}

const struct command command_export = {
	.name = "export",
	.args = "todotxt|taskwarrior|org|ics",
	.help = "print the open items for another program",
	.run = run_export,
	.operands = { OPERAND_FORMAT },
	.min = 1,
	.max = 1,
};

const struct command command_import = {
	.name = "import",
	.args = "todotxt|taskwarrior|org|ics FILE|-",
	.help = "add the items of another program's file",
	.run = run_import,
	.operands = { OPERAND_FORMAT, OPERAND_FILE },
	.min = 2,
	.max = 2,
};
