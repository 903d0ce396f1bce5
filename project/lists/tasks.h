/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tasks.h - items on their way between our lists and another program's file.
 * What has no place there, or here, is counted under a name, so that nothing is
 * lost silently.
 */
#ifndef PROJECT_TASKS_H
#define PROJECT_TASKS_H

#include "core/buf.h"
#include "core/err.h"
#include "project/text/date.h"

struct task {
	char *text; /* owned: as in a list of ours: "call @phone due:..." */
	char *where; /* owned: a project's name, or a list's */
	bool done;
	struct date day; /* of being done; or none */
};

struct lost {
	char *what; /* owned: "annotations" */
	size_t count;
};

struct tasks {
	struct task *list; /* owned */
	size_t count, room;
	struct lost *lost; /* owned: what has no place */
	size_t lost_count;
};

/* Borrowed texts are copied. */
void tasks_add(struct tasks *tasks, const char *text, const char *where,
	       bool done, struct date day);
/* Count what has no place, under a name. */
void tasks_lose(struct tasks *tasks, const char *what);
void tasks_fini(struct tasks *tasks);
#define SCOPED_TASKS ON_SCOPE_EXIT(tasks_fini)

enum { TASK_CONTEXTS_MAX = 16 };

/* A text of ours taken apart, for formats that have fields. */
struct task_parts {
	struct buf text; /* without the words below */
	char *contexts[TASK_CONTEXTS_MAX]; /* owned, without "@" */
	size_t context_count;
	struct date due, start;
};

void task_take_apart(const char *text, struct task_parts *ret);
void task_parts_fini(struct task_parts *parts);

/* Add " due:2026-12-01" to a text, with that key, if there is a day. */
void task_add_day(struct buf *text, const char *key, struct date date);

#endif
