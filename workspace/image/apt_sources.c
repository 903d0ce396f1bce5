/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/apt_sources.h"

#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/mem.h"

#define BLANKS " \t\r\n"

enum field { F_TYPES, F_URIS, F_SUITES, F_PARTS, F_KEYS, F_ENABLED, F_COUNT };

/* An entry in either format: lists of words. */
struct entry {
	struct buf fields[F_COUNT];
};

static const char *field(const struct entry *entry, enum field which)
{
	return buf_text(&entry->fields[which]);
}

static void entry_clear(struct entry *entry)
{
	for (size_t i = 0; i < F_COUNT; i++)
		buf_clear(&entry->fields[i]);
}

static void entry_fini(struct entry *entry)
{
	for (size_t i = 0; i < F_COUNT; i++)
		buf_fini(&entry->fields[i]);
}

/* The next word at *at, which moves behind it; its length, 0 at the end. */
static size_t next_word(const char **at, const char **ret_word)
{
	size_t len;

	*at += strspn(*at, BLANKS);
	*ret_word = *at;
	len = strcspn(*at, BLANKS);
	*at += len;
	return len;
}

static bool has_word(const char *list, const char *word)
{
	const char *at = list, *found;
	size_t len;

	while ((len = next_word(&at, &found)) > 0)
		if (len == strlen(word) && memcmp(found, word, len) == 0)
			return true;
	return false;
}

/* "bookworm", but not "bookworm-security", "stable/updates" or "./". */
static bool has_release(const char *list)
{
	const char *at = list, *word;
	size_t len;

	while ((len = next_word(&at, &word)) > 0)
		if (memchr(word, '-', len) == NULL &&
		    memchr(word, '/', len) == NULL)
			return true;
	return false;
}

/* What may stand in a line of a sources.list without meaning anything there. */
static bool is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~:/+%";

	return text[strspn(text, plain)] == '\0';
}

static char *first_uri(const char *list)
{
	const char *at = list, *word;
	size_t len;

	while ((len = next_word(&at, &word)) > 0) {
		char *uri = mem_text(word, len);

		if (is_plain(uri) && (strncmp(uri, "http://", 7) == 0 ||
				      strncmp(uri, "https://", 8) == 0))
			return uri;
		free(uri);
	}
	return NULL;
}

/* One file with Debian's own keys, or nothing said (*ret is then NULL). */
static bool keys_fit(const char *list, char **ret)
{
	const char *at = list, *word, *more;
	size_t len = next_word(&at, &word);
	SCOPED_TEXT char *file = len > 0 ? mem_text(word, len) : NULL;

	if (file != NULL &&
	    (file[0] != '/' || !is_plain(file) || next_word(&at, &more) > 0 ||
	     strstr(file, "debian-archive") == NULL))
		return false;
	*ret = text_give(&file);
	return true;
}

static bool take(const struct entry *entry, const char *suite,
		 struct apt_source *ret)
{
	const char *suites = field(entry, F_SUITES);
	SCOPED_TEXT char *uri = NULL;
	SCOPED_TEXT char *keyring = NULL;

	if (!has_word(field(entry, F_TYPES), "deb") ||
	    !has_word(field(entry, F_PARTS), "main") ||
	    has_word(field(entry, F_ENABLED), "no"))
		return false;
	if (suite != NULL ? !has_word(suites, suite) : !has_release(suites))
		return false;
	uri = first_uri(field(entry, F_URIS));
	if (uri == NULL || !keys_fit(field(entry, F_KEYS), &keyring))
		return false;
	*ret = (struct apt_source){ text_give(&uri), text_give(&keyring) };
	return true;
}

/* ---- "deb [signed-by=FILE] URI SUITE COMPONENT..." ---------------------- */

static void read_options(const char *at, struct entry *entry)
{
	const char *word;
	size_t len;

	while ((len = next_word(&at, &word)) > 0)
		if (strncmp(word, "signed-by=", 10) == 0)
			buf_add(&entry->fields[F_KEYS], word + 10, len - 10);
}

static void read_line(const char *line, struct entry *entry)
{
	static const enum field order[] = { F_TYPES, F_URIS, F_SUITES };
	SCOPED_TEXT char *text = mem_text(line, strcspn(line, "#"));
	const char *at = text, *word;

	for (size_t i = 0; i < COUNT_OF(order); i++) {
		size_t len = next_word(&at, &word);
		char *end;

		buf_add(&entry->fields[order[i]], word, len);
		at += strspn(at, BLANKS);
		end = text + (at - text) + strcspn(at, "]");
		if (i == 0 && *at == '[' && *end == ']') {
			*end = '\0';
			read_options(at + 1, entry);
			at = end + 1;
		}
	}
	buf_add_text(&entry->fields[F_PARTS], at);
}

/* ---- "Field: value", entries between empty lines ------------------------ */

/* Which field a line begins, or F_COUNT for one that is none of ours. */
static enum field which_field(const char *line)
{
	static const char *const names[F_COUNT] = {
		[F_TYPES] = "Types:",	 [F_URIS] = "URIs:",
		[F_SUITES] = "Suites:",	 [F_PARTS] = "Components:",
		[F_KEYS] = "Signed-By:", [F_ENABLED] = "Enabled:",
	};
	enum field i = F_TYPES;

	while (i < F_COUNT &&
	       strncasecmp(line, names[i], strlen(names[i])) != 0)
		i++;
	return i;
}

/* *last is the field that a line with a blank in front goes on with. */
static void read_field(const char *line, struct entry *entry, enum field *last)
{
	bool goes_on = line[0] == ' ' || line[0] == '\t';

	if (line[0] == '#')
		return;
	if (!goes_on)
		*last = which_field(line);
	if (*last < F_COUNT)
		buf_addf(&entry->fields[*last], "%s%s",
			 entry->fields[*last].len_bytes > 0 ? " " : "",
			 goes_on ? line + 1 : strchr(line, ':') + 1);
}

bool apt_sources_find(const char *text, bool deb822, const char *suite,
		      struct apt_source *ret)
{
	struct entry entry = { 0 };
	enum field last = F_COUNT;
	bool found = false;

	while (!found && *text != '\0') {
		size_t len = strcspn(text, "\n");
		SCOPED_TEXT char *line = mem_text(text, len);

		text += len + (text[len] == '\n');
		if (!deb822)
			read_line(line, &entry);
		else if (line[strspn(line, BLANKS)] != '\0')
			read_field(line, &entry, &last);
		if (!deb822 || line[strspn(line, BLANKS)] == '\0' ||
		    *text == '\0') {
			found = take(&entry, suite, ret);
			entry_clear(&entry);
			last = F_COUNT;
		}
	}
	entry_fini(&entry);
	return found;
}

void apt_source_fini(struct apt_source *source)
{
	free(source->uri);
	free(source->keyring);
	*source = (struct apt_source){ 0 };
}
