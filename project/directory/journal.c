/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/journal.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/files.h"
#include "core/mem.h"

static const char *const journal_kinds[JOURNAL_KINDS] = {
	[JOURNAL_MOVE] = "move",     [JOURNAL_PUBLISH] = "publish",
	[JOURNAL_TEXT] = "text",     [JOURNAL_UNDOING] = "undoing",
	[JOURNAL_UNDONE] = "undone", [JOURNAL_REDONE] = "redone",
	[JOURNAL_AUTO] = "auto",
};

/* Fields that each kind must have after the common ones. */
static const size_t journal_fields[JOURNAL_KINDS] = {
	[JOURNAL_MOVE] = 3,
	[JOURNAL_PUBLISH] = 2,
	[JOURNAL_TEXT] = 7,
};

static size_t number(const struct record *r, size_t field)
{
	return (size_t)strtoumax(r->fields[field], NULL, 10);
}

static struct span span(const struct record *r, size_t field)
{
	if (field >= r->count)
		return (struct span){ "", 0 };
	return (struct span){ r->fields[field], r->bytes[field] };
}

struct patch journal_patch(const struct record *r)
{
	return (struct patch){
		.head = number(r, TEXT_HEAD),
		.before_bytes = number(r, TEXT_BEFORE),
		.after_bytes = number(r, TEXT_AFTER),
		.old = span(r, TEXT_OLD),
		.new = span(r, TEXT_NEW),
		.lead = span(r, TEXT_LEAD),
		.trail = span(r, TEXT_TRAIL),
	};
}

void journal_field(struct buf *line, const char *bytes, size_t len_bytes)
{
	static const char hex[] = "0123456789abcdef";

	if (line->len_bytes > 0)
		buf_add_char(line, '\t');
	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c != '%' && c != 0x7f) {
			buf_add_char(line, (char)c);
			continue;
		}
		buf_add_char(line, '%');
		buf_add_char(line, hex[c >> 4]);
		buf_add_char(line, hex[c & 15]);
	}
}

void journal_start(struct buf *line, const char *id, const char *what,
		   enum journal_kind kind)
{
	char when[32];

	snprintf(when, sizeof(when), "%jd", (intmax_t)time(NULL));
	journal_field(line, id, strlen(id));
	journal_field(line, when, strlen(when));
	journal_field(line, what, strlen(what));
	journal_field(line, journal_kinds[kind], strlen(journal_kinds[kind]));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Unescape field[0 .. len) in place and end it with a NUL. */
static size_t unescape(char *field, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high = -1, low = -1;

		if (field[i] == '%' && i + 2 < len) {
			high = hex_value(field[i + 1]);
			low = hex_value(field[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			field[n++] = (char)(high * 16 + low);
			i += 2;
		} else
			field[n++] = field[i];
	}
	field[n] = '\0';
	return n;
}

enum { COMMON_FIELDS = 4, LINE_FIELDS = COMMON_FIELDS + JOURNAL_FIELDS_MAX };

static bool parse_kind(const char *word, enum journal_kind *ret)
{
	for (int k = 0; k < JOURNAL_KINDS; k++)
		if (strcmp(journal_kinds[k], word) == 0) {
			*ret = (enum journal_kind)k;
			return true;
		}
	return false;
}

/* line[len] is writable: the newline. */
static bool parse_line(char *line, size_t len, struct record *ret)
{
	const char *fields[LINE_FIELDS];
	size_t bytes[LINE_FIELDS];
	size_t count = 0;

	for (size_t at = 0; at <= len && count < LINE_FIELDS;) {
		char *tab = memchr(line + at, '\t', len - at);
		size_t field = tab != NULL ? (size_t)(tab - line) - at
					   : len - at;

		bytes[count] = unescape(line + at, field);
		fields[count++] = line + at;
		at += field + 1;
	}
	*ret = (struct record){ 0 };
	if (count < COMMON_FIELDS || !parse_kind(fields[3], &ret->kind) ||
	    count - COMMON_FIELDS < journal_fields[ret->kind])
		return false;
	ret->id = fields[0];
	ret->when = strtoll(fields[1], NULL, 10);
	ret->what = fields[2];
	ret->count = count - COMMON_FIELDS;
	for (size_t i = 0; i < ret->count; i++) {
		ret->fields[i] = fields[COMMON_FIELDS + i];
		ret->bytes[i] = bytes[COMMON_FIELDS + i];
	}
	return true;
}

void journal_parse(struct journal *journal, const char *text, size_t len_bytes)
{
	size_t room = 0;

	buf_add(&journal->text, text, len_bytes);
	for (size_t at = 0; at < len_bytes;) {
		char *line = journal->text.data + at;
		char *end = memchr(line, '\n', len_bytes - at);

		if (end == NULL)
			break;
		if (journal->count == room) {
			room = max_size(64, room * 2);
			journal->list = mem_resize(journal->list, room,
						   sizeof(*journal->list));
		}
		if (parse_line(line, (size_t)(end - line),
			       &journal->list[journal->count]))
			journal->count++;
		at += (size_t)(end - line) + 1;
	}
}

void journal_fini(struct journal *journal)
{
	buf_fini(&journal->text);
	free(journal->list);
	*journal = (struct journal){ 0 };
}

int journal_write(int fd, struct buf *line, struct err *e)
{
	struct stat before;
	char last = '\n';
	int rc;

	if (fstat(fd, &before) < 0)
		return err_set(e, errno, "stat the undo journal");
	if (before.st_size > 0 && pread(fd, &last, 1, before.st_size - 1) != 1)
		return err_set(e, errno, "read the undo journal");
	buf_add_char(line, '\n');
	/* A crash in the middle of a line must not spoil the next one. */
	rc = last == '\n' ? 0 : write_all(fd, "\n", 1);
	if (rc == 0)
		rc = write_all(fd, line->data, line->len_bytes);
	if (rc == 0 && fdatasync(fd) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)!ftruncate(fd, before.st_size);
		return err_set(e, -rc, "write the undo journal");
	}
	return 0;
}
