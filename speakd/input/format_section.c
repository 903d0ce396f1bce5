/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/format_section.h"

#include <string.h>

#include "core/near.h"

void format_list_fini(struct format_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		format_free(list->own[i]);
	list->count = 0;
}

static const struct format *find_own(const struct format_list *list,
				     const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(format_name(list->own[i]), name) == 0)
			return list->own[i];
	return NULL;
}

static int check_room(const struct format_list *list, struct err *e)
{
	return list->count < FORMAT_LIST_MAX
		       ? 0
		       : err_usage(e, "more than %d formats", FORMAT_LIST_MAX);
}

int format_list_set(struct format_list *list, const char *name, const char *key,
		    const char *value, struct err *e)
{
	int (*make)(const char *, const char *, struct format **,
		    struct err *) = strcmp(key, "line") == 0 ? format_new_line
							     : format_new_json;
	int rc = check_room(list, e);

	if (rc < 0)
		return rc;
	if (strcmp(key, "line") != 0 && strcmp(key, "json") != 0)
		return err_usage(e, "unknown key '%s', expected line or json",
				 key);
	if (format_named(name) != NULL || strchr(name, ':') != NULL)
		return err_usage(e, "[format %s]: the name of a known format",
				 name);
	if (find_own(list, name) != NULL)
		return err_usage(e, "[format %s]: only one of line and json",
				 name);
	rc = make(name, value, &list->own[list->count], e);
	if (rc < 0)
		return err_wrap(e, "%s", key);
	list->count++;
	return 0;
}

static int unknown(const struct format_list *list, const char *spec,
		   struct err *e)
{
	const struct format *format;
	struct near near;

	near_init(&near, spec);
	for (size_t i = 0; (format = format_at(i)) != NULL; i++)
		near_offer(&near, format_name(format),
			   strlen(format_name(format)));
	for (size_t i = 0; i < list->count; i++)
		near_offer(&near, format_name(list->own[i]),
			   strlen(format_name(list->own[i])));
	if (near.word[0] != '\0')
		return err_usage(e, "unknown format '%s', did you mean '%s'?",
				 spec, near.word);
	return err_usage(e,
			 "unknown format '%s', expected auto, plain, a name of "
			 "speakd-formats(5), a [format] of your own, or "
			 "line:RE",
			 spec);
}

int format_list_find(struct format_list *list, const char *spec,
		     const struct format **ret, struct err *e)
{
	static const char line[] = "line:";
	int rc;

	*ret = format_named(spec);
	if (*ret == NULL)
		*ret = find_own(list, spec);
	if (*ret != NULL)
		return 0;
	if (strncmp(spec, line, sizeof(line) - 1) != 0)
		return unknown(list, spec, e);
	rc = check_room(list, e);
	if (rc == 0)
		rc = format_new_line(spec, spec + sizeof(line) - 1,
				     &list->own[list->count], e);
	if (rc < 0)
		return err_wrap(e, "format");
	*ret = list->own[list->count++];
	return 0;
}
