/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/sheet.h"

#include <string.h>

#include "core/mem.h"

static const enum reading readings[FILE_COUNT] = {
	[FILE_INBOX] = READ_INBOX,  [FILE_NEXT] = READ_LIST,
	[FILE_WAITING] = READ_LIST, [FILE_SOMEDAY] = READ_LIST,
	[FILE_DONE] = READ_INBOX,
};

static int read_sheet(const struct gtd *gtd, enum reading reading,
		      struct sheet *sheet, struct err *e)
{
	size_t len = strlen(sheet->file);
	int rc = gtd_read_there(gtd, sheet->file, &sheet->text, e);

	sheet->outliner = len > 4 && strcmp(sheet->file + len - 4, ".otl") == 0;
	if (rc < 0)
		return rc;
	if (sheet->text.len_bytes > 1 && (sheet->text.data[0] & 0xfe) == 0xfe) {
		buf_add(&sheet->raw, sheet->text.data, sheet->text.len_bytes);
		if (!text_from_utf16(&sheet->text))
			buf_fini(&sheet->raw);
	}
	actions_read(&sheet->actions, buf_text(&sheet->text),
		     sheet->text.len_bytes, reading);
	return 0;
}

/* Files of one kind; those that are not there are none. */
static int read_files(const struct gtd *gtd, const char *const *files,
		      size_t count, enum reading reading, struct sheets *ret,
		      struct err *e)
{
	struct err first = { 0 };

	*ret = (struct sheets){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct sheet *sheet = &ret->list[ret->count];
		struct err mine = { 0 };
		int rc;

		sheet->file = mem_copy(files[i]);
		rc = read_sheet(gtd, reading, sheet, &mine);
		if (rc == 0)
			ret->count++;
		else
			sheet_fini(sheet);
		if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR &&
		    first.code == 0)
			first = mine;
	}
	if (first.code != 0 && e != NULL)
		*e = first;
	return -first.code;
}

/* Opened at once, without a look before: a list of all next actions reads ten
 * thousand. */
int sheets_of_project(const struct gtd *gtd, const struct place *place,
		      struct sheets *ret, struct err *e)
{
	SCOPED_TEXT char *path = place_path(place);
	SCOPED_TEXT char *plain = mem_printf("%s/actions", path);
	SCOPED_TEXT char *outline = mem_printf("%s/actions.otl", path);
	const char *const files[] = { plain, outline };

	return read_files(gtd, files, COUNT_OF(files), READ_ACTIONS, ret, e);
}

int sheets_of_list(const struct gtd *gtd, enum list_file file,
		   struct sheets *ret, struct err *e)
{
	char *files[GTD_FILES_MAX];
	size_t count = gtd_list_files(gtd, file, files);
	int rc = read_files(gtd, (const char *const *)files, count,
			    readings[file], ret, e);

	for (size_t i = 0; i < count; i++)
		free(files[i]);
	return rc;
}

/* A list's files lie at the top, a project's below; each line of the tickler's
 * files is one reminder. */
static enum reading reading_of(const char *file)
{
	if (strncmp(file, "inbox", 5) == 0 || strncmp(file, "tickler", 7) == 0)
		return READ_INBOX;
	return strchr(file, '/') != NULL ? READ_ACTIONS : READ_LIST;
}

int sheet_of_file(const struct gtd *gtd, const char *file, struct sheet *ret,
		  struct err *e)
{
	int rc;

	*ret = (struct sheet){ .file = mem_copy(file) };
	rc = read_sheet(gtd, reading_of(file), ret, e);
	return rc;
}

void sheet_fini(struct sheet *sheet)
{
	free(sheet->file);
	buf_fini(&sheet->text);
	buf_fini(&sheet->raw);
	actions_fini(&sheet->actions);
	*sheet = (struct sheet){ 0 };
}

void sheets_fini(struct sheets *sheets)
{
	for (size_t i = 0; i < sheets->count; i++)
		sheet_fini(&sheets->list[i]);
	sheets->count = 0;
}

const struct buf *sheet_raw(const struct sheet *sheet)
{
	return sheet->raw.len_bytes > 0 ? &sheet->raw : &sheet->text;
}

/* FNV-1a. */
uint64_t line_hash(const char *line, size_t len_bytes)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len_bytes; i++)
		hash = (hash ^ (unsigned char)line[i]) * 0x100000001b3u;
	return hash;
}

uint64_t action_hash(const struct action *action, const struct sheet *sheet)
{
	return line_hash(buf_text(&sheet->text) + action->line_at,
			 action->line_bytes);
}
