/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/screen.h"

#include <limits.h>
#include <poll.h>
#include <string.h>

#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#include "core/text.h"

static SCREEN *screen;

int screen_open(struct err *e)
{
	if (screen != NULL)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_say(e, ENOTTY, "this needs a terminal");
	screen = newterm(NULL, stdout, stdin);
	if (screen == NULL)
		return err_say(e, ENOENT, "the terminal '%s' is unknown",
			       getenv("TERM") != NULL ? getenv("TERM") : "");
	set_term(screen);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	/* Escape is a key of its own: do not wait long for what follows it. */
	set_escdelay(50);
	return 0;
}

void screen_close(void)
{
	if (screen == NULL)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

void screen_pause(void)
{
	def_prog_mode();
	endwin();
}

void screen_resume(void)
{
	reset_prog_mode();
	refresh();
}

void screen_size(int *ret_rows, int *ret_columns)
{
	getmaxyx(stdscr, *ret_rows, *ret_columns);
}

void screen_clear(void)
{
	erase();
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
	attrset(attributes_of(attributes));
	while (len_bytes > 0) {
		size_t n = character_bytes(text, len_bytes);
		bool control = (unsigned char)text[0] < ' ' || text[0] == 0x7f;
		int width = control ? 1 : (int)text_width(text, n);

		if (column + width > columns)
			break;
		mvaddnstr(row, column, control ? "?" : text,
			  control ? 1 : (int)n);
		column += width;
		text += n;
		len_bytes -= n;
	}
	attrset(A_NORMAL);
	return column;
}

void screen_fill(int row, int column, unsigned attributes)
{
	int rows, columns;

	screen_size(&rows, &columns);
	if (row < 0 || row >= rows || column < 0)
		return;
	attrset(attributes_of(attributes));
	for (; column < columns; column++)
		mvaddch(row, column, ' ');
	attrset(A_NORMAL);
}

void screen_cursor(int row, int column)
{
	move(row, column);
}

void screen_repaint(void)
{
	clearok(stdscr, TRUE);
}

void screen_show(void)
{
	refresh();
}

void screen_text(struct buf *out)
{
	int rows, columns, row, column;

	if (stdscr == NULL)
		return;
	getyx(stdscr, row, column);
	screen_size(&rows, &columns);
	for (int i = 0; i < rows; i++) {
		int size = columns * MB_LEN_MAX, n;

		buf_reserve(out, (size_t)size);
		n = mvinnstr(i, 0, out->data + out->len_bytes, size);
		out->len_bytes += (size_t)(n > 0 ? n : 0);
		buf_add_char(out, '\n');
	}
	move(row, column);
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

	timeout(timeout_ms);
	rc = get_wch(&character);
	if (rc == KEY_CODE_YES)
		return key_of((int)character);
	if (rc == OK)
		return key_of_character(character);
	/* Nothing came, or nothing ever will. */
	if (poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLHUP | POLLERR)) != 0)
		return SCREEN_KEY_CLOSED;
	return SCREEN_KEY_NONE;
}
