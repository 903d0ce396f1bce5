/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/members.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/json.h"
#include "core/mem.h"

enum { USERS_MAX_BYTES = 64 << 20 };

struct member {
	const char *id, *name; /* of the file's JSON */
};

struct members {
	struct json *users; /* owned */
	struct member *all; /* owned, by id */
	size_t count;
};

/* ---- users.json ---------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->id,
		      ((const struct member *)b)->id);
}

/* What people call somebody; who has chosen nothing has a name all the same. */
static const char *name_of(const struct json *user)
{
	static const char *const keys[] = { "display_name", "real_name" };
	const struct json *profile = json_get(user, "profile");

	for (size_t i = 0; profile != NULL && i < COUNT_OF(keys); i++) {
		const char *name = json_get_text(profile, keys[i]);

		if (name != NULL && *name != '\0')
			return name;
	}
	return json_get_text(user, "name");
}

/* NULL: nobody is in it. */
static struct members *members_new(struct json *take_users)
{
	struct members *members = mem_new(sizeof(*members));

	members->users = take_users;
	members->all = mem_resize(NULL, json_count(take_users) + 1,
				  sizeof(*members->all));
	for (size_t i = 0; i < json_count(take_users); i++) {
		const struct json *user = json_at(take_users, i);
		const char *id = json_get_text(user, "id");
		const char *name = name_of(user);

		if (id != NULL && name != NULL)
			members->all[members->count++] =
				(struct member){ id, name };
	}
	if (members->count == 0) {
		members_free(members);
		return NULL;
	}
	qsort(members->all, members->count, sizeof(*members->all), compare);
	return members;
}

static struct members *read_users(const char *path)
{
	SCOPED_BUF struct buf text = { 0 };
	struct err e = { 0 };
	struct json *users;

	if (file_read(AT_FDCWD, path, USERS_MAX_BYTES, &text, &e) < 0)
		return NULL;
	users = json_parse(buf_text(&text), text.len_bytes);
	return users != NULL ? members_new(users) : NULL;
}

struct members *members_of(const char *path)
{
	static const char json[] = ".json";
	const char *slash = strrchr(path, '/');
	size_t dir_bytes = slash != NULL ? (size_t)(slash + 1 - path) : 0;
	size_t len_bytes = strlen(path);
	SCOPED_TEXT char *above = mem_printf("%.*s../users.json",
					     (int)dir_bytes, path);
	SCOPED_TEXT char *beside = mem_printf("%.*susers.json", (int)dir_bytes,
					      path);
	struct members *members;

	if (len_bytes < sizeof(json) ||
	    strcmp(path + len_bytes - (sizeof(json) - 1), json) != 0)
		return NULL;
	members = read_users(above);
	return members != NULL ? members : read_users(beside);
}

void members_free(struct members *members)
{
	if (members == NULL)
		return;
	free(members->all);
	json_free(members->users);
	free(members);
}

/* ---- names --------------------------------------------------------------- */

struct span members_name(const struct members *members, struct span id)
{
	SCOPED_TEXT char *text = mem_text(id.text, id.len_bytes);
	const struct member wanted = { text, NULL };
	const struct member *found = bsearch(
		&wanted, members->all, members->count, sizeof(wanted), compare);

	return span_of_text(found != NULL ? found->name : "");
}

/* What stands between "<" and ">"; false: nothing of Slack's. */
static bool add_reference(const struct members *members, struct span inside,
			  struct buf *out)
{
	const char *bar = inside.len_bytes > 1
				  ? memchr(inside.text, '|', inside.len_bytes)
				  : NULL;
	size_t n = bar != NULL ? (size_t)(bar - inside.text) : inside.len_bytes;
	struct span id = span_of(inside.text, n);
	struct span label = bar == NULL ? span_of("", 0)
					: span_of(bar + 1,
						  inside.len_bytes - n - 1);
	char mark = inside.len_bytes > 1 ? inside.text[0] : '\0';

	if (id.len_bytes > 0 && memchr(id.text, ' ', id.len_bytes) != NULL)
		return false;
	if (mark == '@' && label.len_bytes == 0)
		label = members_name(members, span_of(id.text + 1, n - 1));
	else if (mark == '!' && label.len_bytes == 0)
		label = span_of(id.text + 1, n - 1);
	if (label.len_bytes == 0)
		return false;
	if (mark == '@' || mark == '#')
		buf_add_char(out, mark);
	else if (mark == '!')
		buf_add_char(out, '@');
	buf_add(out, label.text, label.len_bytes);
	if (memchr("@#!", mark, 3) == NULL)
		buf_addf(out, " %.*s", (int)id.len_bytes, id.text);
	return true;
}

void members_resolve(const struct members *members, struct span text,
		     struct buf *out)
{
	const char *at = text.text, *end = text.text + text.len_bytes;

	while (at < end) {
		const char *open = memchr(at, '<', (size_t)(end - at));
		const char *close = open != NULL ? memchr(open, '>',
							  (size_t)(end - open))
						 : NULL;

		if (close == NULL)
			break;
		buf_add(out, at, (size_t)(open - at));
		if (!add_reference(
			    members,
			    span_of(open + 1, (size_t)(close - open) - 1), out))
			buf_add(out, open, (size_t)(close - open) + 1);
		at = close + 1;
	}
	buf_add(out, at, (size_t)(end - at));
}
