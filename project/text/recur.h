/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * recur.h - what comes again when an action is ticked off: todo.txt's "rec:1w",
 * and Obsidian's Tasks' "🔁 every 2 weeks when done".
 */
#ifndef PROJECT_RECUR_H
#define PROJECT_RECUR_H

#include "project/text/actions.h"

/*
 * The action's text with its next days, the caller's to free; NULL: it does not
 * come again, or (*ret_unclear) by a rule that is not read here. text is the
 * whole file's, where org's repeater stands in the line after.
 */
char *recur_text(const struct action *action, const char *text,
		 size_t len_bytes, struct date today, bool *ret_unclear);

#endif
