/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/sheet.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "core/paths.h"
#include "project/directory/parts.h"

static bool ends_with(const char *file, const char *end)
{
	size_t len = strlen(file), n = strlen(end);

	return len > n && strcasecmp(file + len - n, end) == 0;
}

/* Each line of the tickler's files is one reminder. */
static enum reading list_reading(const char *file)
{
	if (name_is_markdown(file))
		return READ_NOTE;
	return file_is_inbox(file) || strncmp(file, "tickler", 7) == 0 ||
			       strncmp(file, "done", 4) == 0
		       ? READ_INBOX
		       : READ_LIST;
}

enum reading file_reading(const char *file)
{
	if (strncmp(file, "tickler/", 8) == 0)
		return READ_INBOX;
	if (strchr(file, '/') == NULL)
		return list_reading(file);
	if (ends_with(file, ".txt"))
		return READ_TODOTXT;
	return name_is_markdown(file) && !ends_with(file, "/actions.md")
		       ? READ_BOXES
		       : READ_ACTIONS;
}

static int read_sheet(const struct gtd *gtd, struct sheet *sheet, struct err *e)
{
	int rc = gtd_read_there(gtd, sheet->file, &sheet->text, e);

	sheet->reading = file_reading(sheet->file);
	sheet->outliner = ends_with(sheet->file, ".otl");
	if (rc < 0)
		return rc;
	if (sheet->text.len_bytes > 1 && (sheet->text.data[0] & 0xfe) == 0xfe) {
		buf_add(&sheet->raw, sheet->text.data, sheet->text.len_bytes);
		if (!text_from_utf16(&sheet->text))
			buf_fini(&sheet->raw);
	}
	actions_read(&sheet->actions, buf_text(&sheet->text),
		     sheet->text.len_bytes, sheet->reading);
	return 0;
}

/* Named anew, as of another file before it; its memory is kept. */
static void sheet_begin(struct sheet *sheet, const char *file)
{
	free(sheet->file);
	sheet->file = mem_copy(file);
	buf_clear(&sheet->text);
	buf_clear(&sheet->raw);
	sheet->actions.count = 0;
}

/* Files of one kind; those that are not there are none. */
static int read_files(const struct gtd *gtd, const char *const *files,
		      size_t count, struct sheets *ret, struct err *e)
{
	struct err first = { 0 };

	for (size_t i = 0; i < count && ret->count < GTD_FILES_MAX; i++) {
		struct sheet *sheet = &ret->list[ret->count];
		struct err mine = { 0 };
		int rc;

		/* Where one is, another is rarely: asking costs less. */
		if (ret->count > 0 && !gtd_exists(gtd, files[i]) &&
		    errno == ENOENT)
			continue;
		sheet_begin(sheet, files[i]);
		rc = read_sheet(gtd, sheet, &mine);
		ret->count += rc == 0;
		if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR &&
		    first.code == 0)
			first = mine;
	}
	if (first.code != 0 && e != NULL)
		*e = first;
	return -first.code;
}

static void free_files(char **files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(files[i]);
}

/* Opened at once, without a look before: a list of all next actions reads ten
 * thousand. A look into the directory only where there may be more. */
int sheets_of_project(const struct gtd *gtd, const struct place *place,
		      struct sheets *ret, struct err *e)
{
	SCOPED_TEXT char *path = place_path(place);
	SCOPED_TEXT char *plain = path_join(path, "actions");
	SCOPED_TEXT char *outline = path_join(path, "actions.otl");
	const char *const files[] = { plain, outline };
	const char *const one[] = { path };
	char *notes[GTD_FILES_MAX];
	size_t count;
	int rc;

	ret->count = 0;
	if (place->suffix[0] != '\0')
		return read_files(gtd, one, 1, ret, e);
	rc = read_files(gtd, files, COUNT_OF(files), ret, e);
	if (rc < 0 || (ret->count > 0 && !gtd->layout.vault))
		return rc;
	count = gtd_action_notes(gtd, path, notes);
	rc = read_files(gtd, (const char *const *)notes, count, ret, e);
	free_files(notes, count);
	return rc;
}

int sheets_of_list(const struct gtd *gtd, enum list_file file,
		   struct sheets *ret, struct err *e)
{
	char *files[GTD_FILES_MAX];
	size_t count = gtd_list_files(gtd, file, files);
	int rc;

	ret->count = 0;
	rc = read_files(gtd, (const char *const *)files, count, ret, e);
	free_files(files, count);
	return rc;
}

int sheet_of_file(const struct gtd *gtd, const char *file, struct sheet *ret,
		  struct err *e)
{
	*ret = (struct sheet){ .file = mem_copy(file) };
	return read_sheet(gtd, ret, e);
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
	for (size_t i = 0; i < GTD_FILES_MAX; i++)
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
