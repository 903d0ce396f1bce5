/*
 * screen.h - a full screen for the review: a heading, a text, a question.
 * ncurses underneath; the only module that knows it.
 */
#ifndef PROJECT_SCREEN_H
#define PROJECT_SCREEN_H

#include "core/buf.h"
#include "core/err.h"

/* Take the terminal. -ENOTTY when there is none. */
int screen_open(struct err *e) MUST_CHECK;
void screen_close(void);

/* Show title and text (lines, clean UTF-8); what does not fit is scrolled
 * with PageUp and PageDown while screen_ask() waits. */
void screen_show(const char *title, const char *text);

/* One line from the user, edited in the last line of the screen. Returns
 * false at end of input (Ctrl-D on an empty line). */
bool screen_ask(const char *prompt, struct buf *ret);

/* Leave the terminal to an editor, and take it back. */
void screen_pause(void);
void screen_resume(void);

#endif
