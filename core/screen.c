/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/screen.h"

#include <limits.h>
#include <poll.h>
#include <string.h>

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>

#include "core/library.h"
#include "core/text.h"

/* ncurses, and half of what a program needs to start: only for a screen. */
static struct {
	__typeof__(newterm) *newterm;
	__typeof__(set_term) *set_term;
	__typeof__(cbreak) *cbreak;
	__typeof__(noecho) *noecho;
	__typeof__(nonl) *nonl;
	__typeof__(keypad) *keypad;
	__typeof__(set_escdelay) *set_escdelay;
	__typeof__(endwin) *endwin;
	__typeof__(delscreen) *delscreen;
	__typeof__(def_prog_mode) *def_prog_mode;
	__typeof__(reset_prog_mode) *reset_prog_mode;
	__typeof__(wrefresh) *wrefresh;
	__typeof__(getmaxy) *getmaxy;
	__typeof__(getmaxx) *getmaxx;
	__typeof__(getcury) *getcury;
	__typeof__(getcurx) *getcurx;
	__typeof__(werase) *werase;
	__typeof__(wattrset) *wattrset;
	__typeof__(wmove) *wmove;
	__typeof__(waddnstr) *waddnstr;
	__typeof__(waddch) *waddch;
	__typeof__(winnstr) *winnstr;
	__typeof__(clearok) *clearok;
	__typeof__(wtimeout) *wtimeout;
	__typeof__(wget_wch) *wget_wch;
	WINDOW **stdscr;
} curses;

#define SYMBOL(name)                                                           \
	{                                                                      \
#name, &curses.name                                            \
	}

static int load(struct err *e)
{
	const struct library_symbol symbols[] = {
		SYMBOL(newterm),
		SYMBOL(set_term),
		SYMBOL(cbreak),
		SYMBOL(noecho),
		SYMBOL(nonl),
		SYMBOL(keypad),
		SYMBOL(set_escdelay),
		SYMBOL(endwin),
		SYMBOL(delscreen),
		SYMBOL(def_prog_mode),
		SYMBOL(reset_prog_mode),
		SYMBOL(wrefresh),
		SYMBOL(getmaxy),
		SYMBOL(getmaxx),
		SYMBOL(getcury),
		SYMBOL(getcurx),
		SYMBOL(werase),
		SYMBOL(wattrset),
		SYMBOL(wmove),
		SYMBOL(waddnstr),
		SYMBOL(waddch),
		SYMBOL(winnstr),
		SYMBOL(clearok),
		SYMBOL(wtimeout),
		SYMBOL(wget_wch),
		SYMBOL(stdscr),
	};

	return library_load("libncursesw.so.6", "libncursesw6", symbols,
			    COUNT_OF(symbols), e);
}

static SCREEN *screen;
static WINDOW *window; /* all of it; NULL before the first screen_open() */

int screen_open(struct err *e)
{
	if (screen != NULL)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_say(e, ENOTTY, "this needs a terminal");
	if (window == NULL && load(e) < 0)
		return -ENOENT;
	screen = curses.newterm(NULL, stdout, stdin);
	if (screen == NULL)
		return err_say(e, ENOENT, "the terminal '%s' is unknown",
			       getenv("TERM") != NULL ? getenv("TERM") : "");
	curses.set_term(screen);
	window = *curses.stdscr;
	curses.cbreak();
	curses.noecho();
	curses.nonl();
	curses.keypad(window, TRUE);
	/* Escape is a key of its own: do not wait long for what follows it. */
	curses.set_escdelay(50);
	return 0;
}

void screen_close(void)
{
	if (screen == NULL)
		return;
	curses.endwin();
	curses.delscreen(screen);
	screen = NULL;
}

void screen_pause(void)
{
	curses.def_prog_mode();
	curses.endwin();
}

void screen_resume(void)
{
	curses.reset_prog_mode();
	curses.wrefresh(window);
}

void screen_size(int *ret_rows, int *ret_columns)
{
	*ret_rows = curses.getmaxy(window);
	*ret_columns = curses.getmaxx(window);
}

void screen_clear(void)
{
	curses.werase(window);
}

static attr_t attributes_of(unsigned attributes)
{
	attr_t attr = A_NORMAL;

	if ((attributes & SCREEN_BOLD) != 0)
		attr |= A_BOLD;
	if ((attributes & SCREEN_REVERSE) != 0)
		attr |= A_REVERSE;
	if ((attributes & SCREEN_UNDERLINE) != 0)
		attr |= A_UNDERLINE;
	if ((attributes & SCREEN_DIM) != 0)
		attr |= A_DIM;
	return attr;
}

/* The bytes of one visible character: a code point and what combines. */
static size_t character_bytes(const char *text, size_t len_bytes)
{
	size_t pos = 0, end;

	(void)text_next(text, len_bytes, &pos);
	for (end = pos; end < len_bytes; end = pos) {
		int32_t code = text_next(text, len_bytes, &pos);

		if (code < 0x300 || text_width(text + end, pos - end) > 0)
			break;
	}
	return end;
}

int screen_put(int row, int column, unsigned attributes, const char *text,
	       size_t len_bytes)
{
	int rows, columns;

	screen_size(&rows, &columns);
	if (row < 0 || row >= rows || column < 0)
		return column;
	curses.wattrset(window, (int)attributes_of(attributes));
	while (len_bytes > 0) {
		size_t n = character_bytes(text, len_bytes);
		bool control = (unsigned char)text[0] < ' ' || text[0] == 0x7f;
		int width = control ? 1 : (int)text_width(text, n);

		if (column + width > columns)
			break;
		curses.wmove(window, row, column);
		curses.waddnstr(window, control ? "?" : text,
				control ? 1 : (int)n);
		column += width;
		text += n;
		len_bytes -= n;
	}
	curses.wattrset(window, A_NORMAL);
	return column;
}

void screen_fill(int row, int column, unsigned attributes)
{
	int rows, columns;

	screen_size(&rows, &columns);
	if (row < 0 || row >= rows || column < 0)
		return;
	curses.wattrset(window, (int)attributes_of(attributes));
	curses.wmove(window, row, column);
	for (; column < columns; column++)
		curses.waddch(window, ' ');
	curses.wattrset(window, A_NORMAL);
}

void screen_cursor(int row, int column)
{
	curses.wmove(window, row, column);
}

void screen_repaint(void)
{
	curses.clearok(window, TRUE);
}

void screen_show(void)
{
	curses.wrefresh(window);
}

void screen_text(struct buf *out)
{
	int rows, columns, row, column;

	if (window == NULL)
		return;
	row = curses.getcury(window);
	column = curses.getcurx(window);
	screen_size(&rows, &columns);
	for (int i = 0; i < rows; i++) {
		int size = columns * MB_LEN_MAX, n;

		buf_reserve(out, (size_t)size);
		curses.wmove(window, i, 0);
		n = curses.winnstr(window, out->data + out->len_bytes, size);
		out->len_bytes += (size_t)(n > 0 ? n : 0);
		buf_add_char(out, '\n');
	}
	curses.wmove(window, row, column);
}

static int key_of(int code)
{
	static const struct {
		int theirs, ours;
	} keys[] = {
		{ KEY_UP, SCREEN_KEY_UP },
		{ KEY_DOWN, SCREEN_KEY_DOWN },
		{ KEY_LEFT, SCREEN_KEY_LEFT },
		{ KEY_RIGHT, SCREEN_KEY_RIGHT },
		{ KEY_PPAGE, SCREEN_KEY_PAGE_UP },
		{ KEY_NPAGE, SCREEN_KEY_PAGE_DOWN },
		{ KEY_HOME, SCREEN_KEY_HOME },
		{ KEY_END, SCREEN_KEY_END },
		{ KEY_ENTER, SCREEN_KEY_ENTER },
		{ KEY_BACKSPACE, SCREEN_KEY_BACKSPACE },
		{ KEY_RESIZE, SCREEN_KEY_RESIZE },
	};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i].theirs == code)
			return keys[i].ours;
	return SCREEN_KEY_OTHER;
}

static int key_of_character(wint_t character)
{
	switch (character) {
	case '\r':
	case '\n':
		return SCREEN_KEY_ENTER;
	case 0x08:
	case 0x7f:
		return SCREEN_KEY_BACKSPACE;
	case 0x1b:
		return SCREEN_KEY_ESCAPE;
	default:
		return (int)character;
	}
}

int screen_key(int timeout_ms)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	wint_t character;
	int rc;

	curses.wtimeout(window, timeout_ms);
	rc = curses.wget_wch(window, &character);
	if (rc == KEY_CODE_YES)
		return key_of((int)character);
	if (rc == OK)
		return key_of_character(character);
	/* Nothing came, or nothing ever will. */
	if (poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLHUP | POLLERR)) != 0)
		return SCREEN_KEY_CLOSED;
	return SCREEN_KEY_NONE;
}
