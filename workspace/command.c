/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/command.h"

#include <stdarg.h>

#include "core/log.h"

void run_tell(const char *text)
{
	log_info("%s", text);
}

void run_json(const struct run *run, struct json *take_json)
{
	SCOPED_BUF struct buf line = { 0 };

	if (run->set->json) {
		json_print(take_json, &line);
		fprintf(run->json, "%s\n", buf_text(&line));
	}
	json_free(take_json);
}

void run_print(const struct run *run, struct json *take_json, const char *fmt,
	       ...)
{
	va_list args;

	va_start(args, fmt);
	if (!run->set->json)
		(void)vprintf(fmt, args);
	va_end(args);
	run_json(run, take_json);
}

struct json *json_named(const char *name)
{
	struct json *json = json_object_make();

	json_add_text(json, "name", name);
	return json;
}

int run_map(const struct run *run, const char **ret_text, struct idmap *ret,
	    struct err *e)
{
	const struct buf *text = &run->set->map;
	const struct meta wanted = {
		.map = text->len_bytes > 0 ? text->data : NULL,
	};

	*ret_text = wanted.map;
	return store_map(run->store, &wanted, ret, e);
}
