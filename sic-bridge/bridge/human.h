/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * human.h - lines from a person at a terminal, edited with history and
 * completion. GNU readline, loaded when it is needed; the one module that knows
 * it.
 *
 * There is no prompt, and nothing is drawn but what is typed: a screen reader
 * hears whole lines.
 */
#ifndef SIC_BRIDGE_HUMAN_H
#define SIC_BRIDGE_HUMAN_H

#include "core/buf.h"
#include "core/err.h"

struct human_handler {
	/* A line was typed; NULL at the end (Ctrl-D on an empty line). */
	void (*line)(const char *line, void *data);
	/* Add what a word may be completed to, one a line. */
	void (*words)(struct buf *out, void *data);
};

/*
 * Take over the terminal that is standard input; there is one. -ENOENT without
 * readline.
 */
int human_start(const struct human_handler *keep_handler, void *keep_data,
		struct err *e) MUST_CHECK;

/* Standard input is readable. */
void human_read(void);

/* Whether a line has been begun and not yet entered. */
bool human_is_typing(void);

/* Give the terminal back as it was. */
void human_stop(void);

#endif
