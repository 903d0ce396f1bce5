#include "project/screen.h"

#include <locale.h>
#include <string.h>
#include <unistd.h>

#include <ncurses.h>

#include "core/text.h"

enum {
	SCREEN_LINE_MAX_BYTES = 1000,
	KEY_CTRL_D = 4,
	KEY_CTRL_U = 21,
	KEY_DELETE = 127
};

/* What is on the screen, so that it can be drawn again after a resize. */
static struct {
	struct buf title, text;
	int top; /* the first line of text that is shown */
} shown;

int screen_open(struct err *e)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_say(e, ENOTTY, "a full screen needs a terminal");
	setlocale(LC_ALL, "");
	if (newterm(NULL, stdout, stdin) == NULL)
		return err_say(e, ENOTTY, "the terminal '%s' is not known",
			       getenv("TERM") != NULL ? getenv("TERM") : "");
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	return 0;
}

void screen_close(void)
{
	endwin();
	buf_fini(&shown.title);
	buf_fini(&shown.text);
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

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void draw(void)
{
	const char *at = buf_text(&shown.text);
	int rows = LINES - 4;

	erase();
	attron(A_BOLD);
	mvaddnstr(0, 0, buf_text(&shown.title), COLS > 0 ? 4 * COLS : 0);
	attroff(A_BOLD);
	for (int i = 0; i < shown.top && *at != '\0'; i++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	for (int row = 0; row < rows && *at != '\0'; row++) {
		size_t len = strcspn(at, "\n");
		size_t cut = text_cut(at, len, (size_t)COLS);

		mvaddnstr(row + 2, 0, at, (int)cut);
		at += len + (at[len] == '\n');
	}
	if (*at != '\0' || shown.top > 0)
		mvaddstr(LINES - 2, 0, "-- PageUp, PageDown: more --");
}

void screen_show(const char *title, const char *text)
{
	buf_clear(&shown.title);
	buf_clear(&shown.text);
	buf_add_text(&shown.title, title);
	buf_add_text(&shown.text, text);
	shown.top = 0;
	/* A new page is painted whole: nothing that another program wrote in
	 * between may stay, and a screen reader hears it in order. */
	clearok(stdscr, TRUE);
	draw();
	refresh();
}

static void scroll_by(int lines)
{
	int most = count_lines(buf_text(&shown.text)) - (LINES - 4);

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
	case '\n':
	case '\r':
	case KEY_ENTER:
		return false;
	case KEY_BACKSPACE:
	case KEY_DELETE:
	case '\b':
		rub_out(line);
		return true;
	case KEY_CTRL_U:
		buf_clear(line);
		return true;
	case KEY_NPAGE:
		scroll_by(LINES - 5);
		return true;
	case KEY_PPAGE:
		scroll_by(5 - LINES);
		return true;
	default:
		if (key >= ' ' && key < 256 &&
		    line->len_bytes < SCREEN_LINE_MAX_BYTES)
			buf_add_char(line, (char)key);
		return true;
	}
}

bool screen_ask(const char *prompt, struct buf *ret)
{
	int key;

	buf_clear(ret);
	do {
		draw();
		mvaddstr(LINES - 1, 0, prompt);
		addstr(buf_text(ret));
		refresh();
		key = getch();
		if (key == ERR || (key == KEY_CTRL_D && ret->len_bytes == 0))
			return false;
	} while (on_key(key, ret));
	return true;
}
