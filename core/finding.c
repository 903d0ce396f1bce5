/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/finding.h"

#include <string.h>

void finding_add(struct buf *out, const char *name, bool good, const char *text)
{
	buf_addf(out, "%s   %s%s%s", good ? "ok" : "no", name,
		 text[0] != '\0' ? ": " : "", text);
}

struct json *finding_json(const char *name, bool good, const char *text)
{
	struct json *json = json_object_make();

	json_add_text(json, "check", name);
	json_add_bool(json, "ok", good);
	json_add_text(json, "text", text);
	return json;
}

bool finding_parse(char *line, struct finding *ret)
{
	char *colon;

	ret->good = strncmp(line, "ok ", 3) == 0;
	if (!ret->good && strncmp(line, "no ", 3) != 0)
		return false;
	line += 3 + strspn(line + 3, " ");
	colon = strstr(line, ": ");
	ret->name = line;
	ret->text = colon != NULL ? colon + 2 : "";
	if (colon != NULL)
		*colon = '\0';
	return true;
}
