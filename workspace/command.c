/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/command.h"

#include "core/log.h"

void run_tell(const char *text)
{
	log_info("%s", text);
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
