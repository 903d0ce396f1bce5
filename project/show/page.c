/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/show/page.h"

#include <locale.h>
#include <string.h>

#include "core/screen.h"

enum {
	PAGE_LINE_MAX_BYTES = 1000,
	PAGE_AROUND = 4, /* rows of heading, question and what parts them */
	KEY_CTRL_D = 4,
	KEY_CTRL_U = 21,
};

/* What is on the screen, so that it can be drawn again after a resize. */
static struct {
	struct buf title, text;
	int top; /* the first line of text that is shown */
} shown;

int page_open(struct err *e)
{
	setlocale(LC_ALL, "");
	return screen_open(e);
}

void page_close(void)
{
	screen_close();
	buf_fini(&shown.title);
	buf_fini(&shown.text);
}

void page_pause(void)
{
	screen_pause();
}

void page_resume(void)
{
	screen_resume();
}

static int text_rows(void)
{
	int rows, columns;

	screen_size(&rows, &columns);
	return rows - PAGE_AROUND;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void draw(void)
{
	static const char more[] = "-- PageUp, PageDown: more --";
	const char *at = buf_text(&shown.text);
	int rows = text_rows();

	screen_clear();
	screen_put(0, 0, SCREEN_BOLD, buf_text(&shown.title),
		   shown.title.len_bytes);
	for (int i = 0; i < shown.top && *at != '\0'; i++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	for (int row = 0; row < rows && *at != '\0'; row++) {
		size_t len = strcspn(at, "\n");

		screen_put(row + 2, 0, SCREEN_PLAIN, at, len);
		at += len + (at[len] == '\n');
	}
	if (*at != '\0' || shown.top > 0)
		screen_put(rows + PAGE_AROUND - 2, 0, SCREEN_PLAIN, more,
			   sizeof(more) - 1);
}

void page_show(const char *title, const char *text)
{
	buf_clear(&shown.title);
	buf_clear(&shown.text);
	buf_add_text(&shown.title, title);
	buf_add_text(&shown.text, text);
	shown.top = 0;
	/* A new page is painted whole: nothing that another program wrote in
	 * between may stay, and a screen reader hears it in order. */
	screen_repaint();
	draw();
	screen_show();
}

static void scroll_by(int lines)
{
	int most = count_lines(buf_text(&shown.text)) - text_rows();

	shown.top += lines;
	if (shown.top > most)
		shown.top = most;
	if (shown.top < 0)
		shown.top = 0;
}

/* Take the last character away, however many bytes it has. */
static void rub_out(struct buf *line)
{
	size_t n = line->len_bytes;

	while (n > 0 && (line->data[n - 1] & 0xc0) == 0x80)
		n--;
	if (line->len_bytes > 0)
		buf_cut(line, n > 0 ? n - 1 : 0);
}

/* One key. false: the line is finished. */
static bool on_key(int key, struct buf *line)
{
	switch (key) {
	case SCREEN_KEY_ENTER:
		return false;
	case SCREEN_KEY_BACKSPACE:
		rub_out(line);
		return true;
	case KEY_CTRL_U:
		buf_clear(line);
		return true;
	case SCREEN_KEY_PAGE_DOWN:
		scroll_by(text_rows() - 1);
		return true;
	case SCREEN_KEY_PAGE_UP:
		scroll_by(1 - text_rows());
		return true;
	default:
		if (key >= ' ' && key < SCREEN_KEY_UP &&
		    line->len_bytes < PAGE_LINE_MAX_BYTES)
			buf_add_code(line, (uint32_t)key);
		return true;
	}
}

bool page_ask(const char *prompt, struct buf *ret)
{
	int key;

	buf_clear(ret);
	do {
		int row = text_rows() + PAGE_AROUND - 1;
		int column;

		draw();
		column = screen_put(row, 0, SCREEN_PLAIN, prompt,
				    strlen(prompt));
		column = screen_put(row, column, SCREEN_PLAIN, buf_text(ret),
				    ret->len_bytes);
		screen_cursor(row, column);
		screen_show();
		key = screen_key(-1);
		if (key == SCREEN_KEY_CLOSED || key == SCREEN_KEY_NONE ||
		    (key == KEY_CTRL_D && ret->len_bytes == 0))
			return false;
	} while (on_key(key, ret));
	return true;
}
