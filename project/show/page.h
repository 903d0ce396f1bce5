/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * page.h - a full screen for the review: a heading, a text, a question.
 */
#ifndef PROJECT_PAGE_H
#define PROJECT_PAGE_H

#include "core/buf.h"
#include "core/err.h"

/* Take the terminal. -ENOTTY when there is none. */
int page_open(struct err *e) MUST_CHECK;
void page_close(void);

/* Show title and text (lines, clean UTF-8); what does not fit is scrolled
 * with PageUp and PageDown while page_ask() waits. */
void page_show(const char *title, const char *text);

/* One line from the user, edited in the last line of the screen. Returns
 * false at end of input (Ctrl-D on an empty line). */
bool page_ask(const char *prompt, struct buf *ret);

/* Leave the terminal to an editor, and take it back. */
void page_pause(void);
void page_resume(void);

#endif
