/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Any file is a list of actions inside its own text; ticking one off keeps
 * every other byte and leaves it done.
 */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "project/text/actions.h"
#include "project/directory/journal.h"
#include "project/lists/marks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_done(const struct action *a, const char *text, size_t size)
{
	SCOPED_BUF struct buf out = { 0 };
	struct actions again = { 0 };
	bool found = false;

	action_mark_done(a, text, size, false, &out);
	actions_read(&again, buf_text(&out), out.len_bytes, READ_ACTIONS);
	for (size_t i = 0; i < again.count; i++)
		found |= again.list[i].done &&
			 again.list[i].line_at == a->line_at &&
			 again.list[i].len_bytes == a->len_bytes &&
			 memcmp(again.list[i].text, a->text, a->len_bytes) == 0;
	if (!found)
		abort();
	actions_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_TEXT char *text = mem_text((const char *)data, size);
	static const struct date today = { 2026, 11, 22 };
	struct actions actions = { 0 };
	struct journal journal = { 0 };
	struct marks marks;
	const struct action *next;

	actions_read(&actions, text, size, READ_ACTIONS);
	for (size_t i = 0; i < actions.count; i++) {
		const struct action *a = &actions.list[i];
		const char *context = NULL;
		size_t pos = 0;

		if (a->len_bytes == 0 || a->text < text ||
		    a->text + a->len_bytes > text + size ||
		    a->mark_at < a->line_at || a->line_at >= size)
			abort();
		(void)action_context(a, &pos, &context);
		if (!a->done && i < 8)
			check_done(a, text, size);
	}
	next = actions_next(&actions, today);
	if (next != NULL && (next->done || next->has_open_below))
		abort();
	actions_fini(&actions);
	marks_parse(&marks, text, size);
	journal_parse(&journal, text, size);
	journal_fini(&journal);
	return 0;
}
