/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * exchange.h - items as other programs keep them: todo.txt, taskwarrior's
 * JSON, org. Pure text in, tasks out, and back. What has no place in a format
 * is counted under a name, so that nothing is lost silently.
 */
#ifndef PROJECT_EXCHANGE_H
#define PROJECT_EXCHANGE_H

#include "core/buf.h"
#include "core/err.h"
#include "project/text/date.h"

enum exchange_format { EXCHANGE_TODOTXT, EXCHANGE_TASKWARRIOR, EXCHANGE_ORG };
#define EXCHANGE_WORDS "todotxt taskwarrior org"

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
void tasks_fini(struct tasks *tasks);
#define SCOPED_TASKS ON_SCOPE_EXIT(tasks_fini)

int exchange_read(enum exchange_format format, const struct buf *text,
		  struct tasks *ret, struct err *e) MUST_CHECK;

/* What has no place is counted in tasks. */
void exchange_write(enum exchange_format format, struct tasks *tasks,
		    struct buf *out);

#endif
