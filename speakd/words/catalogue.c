/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/catalogue.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"
#include "speakd/words/plural.h"

/* Of a .mo file; the fields are in the byte order of who made it. */
static const uint32_t mo_magic = 0x950412de;
enum { MO_HEADER_BYTES = 28, MO_MAX_BYTES = 1 << 22 };
enum { AT_COUNT = 8, AT_ORIGINALS = 12, AT_TRANSLATIONS = 16 };

struct catalogue {
	struct buf file;
	uint32_t count, originals, translations; /* numbers; offsets */
	char *plural; /* owned: "n != 1" */
};

static uint32_t number_at(const struct catalogue *c, size_t offset)
{
	uint32_t n;

	memcpy(&n, c->file.data + offset, sizeof(n));
	return n;
}

/* A table of length and offset, each text of which ends with a NUL inside. */
static bool table_is_good(const struct catalogue *c, size_t table)
{
	size_t size = c->file.len_bytes;

	if (table > size || c->count > (size - table) / 8)
		return false;
	for (size_t i = 0; i < c->count; i++) {
		size_t bytes = number_at(c, table + 8 * i);
		size_t offset = number_at(c, table + 8 * i + 4);

		if (offset >= size || bytes >= size - offset ||
		    c->file.data[offset + bytes] != '\0')
			return false;
	}
	return true;
}

static const char *text_at(const struct catalogue *c, size_t table, size_t i,
			   size_t *ret_bytes)
{
	*ret_bytes = number_at(c, table + 8 * i);
	return c->file.data + number_at(c, table + 8 * i + 4);
}

static bool is_good(struct catalogue *c)
{
	if (c->file.len_bytes < MO_HEADER_BYTES || number_at(c, 0) != mo_magic)
		return false;
	c->count = number_at(c, AT_COUNT);
	c->originals = number_at(c, AT_ORIGINALS);
	c->translations = number_at(c, AT_TRANSLATIONS);
	return table_is_good(c, c->originals) &&
	       table_is_good(c, c->translations);
}

/* The originals are sorted, as strcmp() does it. NULL: there is none. */
static const char *find(const struct catalogue *c, const char *text,
			size_t *ret_bytes)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t mid = (low + high) / 2, bytes;
		int order = strcmp(text, text_at(c, c->originals, mid, &bytes));

		if (order == 0)
			return text_at(c, c->translations, mid, ret_bytes);
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* The translation of "" is the header: "Plural-Forms: ...; plural=(n > 1);" */
static void read_plural(struct catalogue *c)
{
	size_t bytes;
	const char *header = find(c, "", &bytes);
	const char *at = header != NULL ? strstr(header, "plural=") : NULL;

	if (at == NULL)
		return;
	at += strlen("plural=");
	c->plural = mem_text(at, strcspn(at, ";\n"));
}

int catalogue_read(const char *path, struct catalogue **ret, struct err *e)
{
	struct catalogue *c = mem_new(sizeof(*c));
	int rc = file_read(AT_FDCWD, path, MO_MAX_BYTES, &c->file, e);

	if (rc == 0 && !is_good(c))
		rc = err_say(e, EINVAL, "%s: not a message catalogue", path);
	if (rc < 0) {
		catalogue_free(c);
		return rc;
	}
	read_plural(c);
	*ret = c;
	return 0;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	buf_fini(&catalogue->file);
	free(catalogue->plural);
	free(catalogue);
}

const char *catalogue_text(const struct catalogue *catalogue, const char *text)
{
	size_t bytes = 0;
	const char *found = catalogue != NULL ? find(catalogue, text, &bytes)
					      : NULL;

	return found != NULL && bytes > 0 ? found : text;
}

/* The forms stand one after the other, each with its NUL. */
const char *catalogue_many(const struct catalogue *catalogue, const char *one,
			   const char *many, uintmax_t n)
{
	size_t bytes = 0, at = 0;
	const char *forms = catalogue != NULL ? find(catalogue, one, &bytes)
					      : NULL;
	uintmax_t form;

	if (forms == NULL || bytes == 0)
		return n == 1 ? one : many;
	form = catalogue->plural != NULL ? plural_form(catalogue->plural, n)
					 : n != 1;
	while (form-- > 0 && at + strlen(forms + at) + 1 < bytes)
		at += strlen(forms + at) + 1;
	return forms + at;
}
