/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * screen.h - a full screen of text: rows and columns, keys. ncursesw.
 *
 * Row 0 is the top; column 0 the left. Text is well-formed UTF-8; what would
 * stand outside the screen is cut off at whole characters, control bytes are
 * shown as "?". Without colour attributes are bold, reverse and underline, so
 * nothing is ever shown by colour alone.
 */
#ifndef CORE_SCREEN_H
#define CORE_SCREEN_H

#include "core/buf.h"
#include "core/err.h"

enum screen_attribute {
	SCREEN_PLAIN = 0,
	SCREEN_BOLD = 1 << 0,
	SCREEN_REVERSE = 1 << 1,
	SCREEN_UNDERLINE = 1 << 2,
	SCREEN_DIM = 1 << 3,
};

/* Keys that are no character; characters are their code points. */
enum screen_key {
	SCREEN_KEY_NONE = 0, /* nothing came in time */
	SCREEN_KEY_UP = 0x110000,
	SCREEN_KEY_DOWN,
	SCREEN_KEY_LEFT,
	SCREEN_KEY_RIGHT,
	SCREEN_KEY_PAGE_UP,
	SCREEN_KEY_PAGE_DOWN,
	SCREEN_KEY_HOME,
	SCREEN_KEY_END,
	SCREEN_KEY_ENTER,
	SCREEN_KEY_BACKSPACE,
	SCREEN_KEY_ESCAPE,
	SCREEN_KEY_RESIZE, /* ask for the size again and draw anew */
	SCREEN_KEY_OTHER,
	SCREEN_KEY_CLOSED, /* the terminal has gone */
};

/*
 * Take over the terminal. The locale must have been set (setlocale(3)).
 * -ENOTTY when standard input or output is none, -ENOENT when $TERM is
 * unknown.
 */
int screen_open(struct err *e) MUST_CHECK;
/* Give it back as it was. Safe when it was not opened, and twice. */
void screen_close(void);

/* Leave the terminal to another program, and take it back. */
void screen_pause(void);
void screen_resume(void);

void screen_size(int *ret_rows, int *ret_columns);

/* Empty the picture that is being drawn. */
void screen_clear(void);
/*
 * Put text at row and column with attributes (a mask); returns the column
 * after it.
 */
int screen_put(int row, int column, unsigned attributes, const char *text,
	       size_t len_bytes);
/* Fill the rest of a row with spaces of these attributes. */
void screen_fill(int row, int column, unsigned attributes);
/* Where the cursor stands: screen readers and magnifiers follow it. */
void screen_cursor(int row, int column);
/* The next screen_show() paints every row, whatever stands there. */
void screen_repaint(void);
/* Show what was drawn. */
void screen_show(void);

/* Add what was drawn, row after row, each with its newline; nothing when the
 * screen is not open. */
void screen_text(struct buf *out);

/* The next key, waiting timeout_ms at most (0: not at all, -1: for ever). */
int screen_key(int timeout_ms);

#endif
