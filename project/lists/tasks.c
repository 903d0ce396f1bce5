/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/tasks.h"

#include <string.h>

#include "core/mem.h"

void tasks_add(struct tasks *tasks, const char *text, const char *where,
	       bool done, struct date day)
{
	if (tasks->count == tasks->room) {
		tasks->room = max_size(64, tasks->room * 2);
		tasks->list = mem_resize(tasks->list, tasks->room,
					 sizeof(*tasks->list));
	}
	tasks->list[tasks->count++] = (struct task){
		.text = mem_copy(text),
		.where = mem_copy(where),
		.done = done,
		.day = day,
	};
}

void tasks_lose(struct tasks *tasks, const char *what)
{
	for (size_t i = 0; i < tasks->lost_count; i++)
		if (strcmp(tasks->lost[i].what, what) == 0) {
			tasks->lost[i].count++;
			return;
		}
	tasks->lost = mem_resize(tasks->lost, tasks->lost_count + 1,
				 sizeof(*tasks->lost));
	tasks->lost[tasks->lost_count++] = (struct lost){ mem_copy(what), 1 };
}

void tasks_fini(struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->count; i++) {
		free(tasks->list[i].text);
		free(tasks->list[i].where);
	}
	for (size_t i = 0; i < tasks->lost_count; i++)
		free(tasks->lost[i].what);
	free(tasks->list);
	free(tasks->lost);
	*tasks = (struct tasks){ 0 };
}

/* ---- the words of a text ------------------------------------------------ */

void task_parts_fini(struct task_parts *parts)
{
	buf_fini(&parts->text);
	for (size_t i = 0; i < parts->context_count; i++)
		free(parts->contexts[i]);
}

static bool take_day_word(const char *word, size_t len, const char *key,
			  struct date *ret)
{
	size_t key_bytes = strlen(key);
	char day[DATE_BYTES] = "";

	if (len != key_bytes + 10 || strncmp(word, key, key_bytes) != 0)
		return false;
	memcpy(day, word + key_bytes, 10);
	return date_read(day, ret) == 10;
}

void task_take_apart(const char *text, struct task_parts *ret)
{
	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (len > 1 && *at == '@' &&
		    ret->context_count < COUNT_OF(ret->contexts))
			ret->contexts[ret->context_count++] = mem_text(at + 1,
								       len - 1);
		else if (len > 0 &&
			 !take_day_word(at, len, "due:", &ret->due) &&
			 !take_day_word(at, len, "t:", &ret->start))
			buf_addf(&ret->text, "%s%.*s",
				 ret->text.len_bytes > 0 ? " " : "", (int)len,
				 at);
		at += len + strspn(at + len, " ");
	}
}

void task_add_day(struct buf *text, const char *key, struct date date)
{
	char day[DATE_BYTES];

	if (date_is_set(date))
		buf_addf(text, " %s%s", key, date_text(date, day));
}
