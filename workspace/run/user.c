/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/user.h"

#include <fcntl.h>
#include <string.h>

#include "core/buf.h"
#include "core/files.h"
#include "core/mem.h"

enum { TABLE_MAX_BYTES = 16 << 20, FIELDS = 7 };

/* The columns of passwd(5) and group(5). */
enum { NAME = 0, ID = 2, GID = 3, MEMBERS = 3, HOME = 5 };

struct table {
	struct buf text;
	char *at;
};

/* One that is not there has no lines. */
static void table_open(struct table *table, const char *path)
{
	if (file_read(AT_FDCWD, path, TABLE_MAX_BYTES, &table->text, NULL) == 0)
		table->at = table->text.data;
}

static void table_close(struct table *table)
{
	buf_fini(&table->text);
}

/* The next line's fields; those that it does not have are empty. */
static bool table_next(struct table *table, const char *fields[FIELDS])
{
	static const char none[] = "";
	char *line = strsep(&table->at, "\n");

	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = line != NULL ? strsep(&line, ":") : NULL;
		if (fields[i] == NULL)
			fields[i] = i > 0 ? none : NULL;
	}
	return fields[NAME] != NULL;
}

static bool read_id(const char *text, unsigned *ret)
{
	size_t len = strspn(text, "0123456789");
	unsigned long n = strtoul(text, NULL, 10);

	if (len == 0 || len > 10 || text[len] != '\0' || n >= UINT32_MAX)
		return false;
	*ret = (unsigned)n;
	return true;
}

/* A line of either table that has the name or the number, and a number. */
static bool is_meant(const char *const fields[FIELDS], const char *word,
		     bool is_number, unsigned *id)
{
	unsigned of_line;

	if (!read_id(fields[ID], &of_line))
		return false;
	if (is_number ? of_line != *id : strcmp(fields[NAME], word) != 0)
		return false;
	*id = of_line;
	return true;
}

/* name: the name that /etc/passwd gives it, the caller's to free, or NULL. */
static int find_user(const char *word, bool of_image, struct user *ret,
		     char **name, struct err *e)
{
	ON_SCOPE_EXIT(table_close) struct table passwd = { 0 };
	const char *fields[FIELDS];
	bool is_number = read_id(word, &ret->uid);

	table_open(&passwd, "/etc/passwd");
	while (table_next(&passwd, fields))
		if (is_meant(fields, word, is_number, &ret->uid) &&
		    read_id(fields[GID], &ret->gid)) {
			*name = mem_copy(fields[NAME]);
			if (fields[HOME][0] == '/')
				ret->home = mem_copy(fields[HOME]);
			return 0;
		}
	ret->gid = of_image ? 0 : ret->uid;
	return is_number ? 0
			 : err_say(e, ENOENT, "no user inside is called '%s'",
				   word);
}

static int find_group(const char *word, struct user *ret, struct err *e)
{
	ON_SCOPE_EXIT(table_close) struct table group = { 0 };
	const char *fields[FIELDS];

	if (read_id(word, &ret->gid))
		return 0;
	table_open(&group, "/etc/group");
	while (table_next(&group, fields))
		if (is_meant(fields, word, false, &ret->gid))
			return 0;
	return err_say(e, ENOENT, "no group inside is called '%s'", word);
}

/* Whether a list, "a,b,c", has the name. */
static bool has_member(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; *at != '\0';) {
		size_t n = strcspn(at, ",");

		if (n == len && memcmp(at, name, len) == 0)
			return true;
		at += n + (at[n] == ',');
	}
	return false;
}

static void find_groups(const char *name, struct user *ret)
{
	ON_SCOPE_EXIT(table_close) struct table group = { 0 };
	const char *fields[FIELDS];
	unsigned gid;

	table_open(&group, "/etc/group");
	while (ret->group_count < USER_GROUPS_MAX && table_next(&group, fields))
		if (has_member(fields[MEMBERS], name) &&
		    read_id(fields[ID], &gid))
			ret->groups[ret->group_count++] = gid;
}

int user_find(const char *words, bool of_image, struct user *ret, struct err *e)
{
	const char *colon = strchr(words, ':');
	SCOPED_TEXT char *word = mem_text(words, strcspn(words, ":"));
	SCOPED_TEXT char *name = NULL;
	int rc = find_user(word, of_image, ret, &name, e);

	if (rc < 0)
		return rc;
	if (colon != NULL && colon[1] != '\0')
		return find_group(colon + 1, ret, e);
	if (name != NULL)
		find_groups(name, ret);
	return 0;
}

void user_fini(struct user *user)
{
	free(user->home);
	*user = (struct user){ 0 };
}
