/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/show/ui.h"

#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/show/page.h"
#include "project/show/say.h"

enum {
	KEY_CTRL_C = 3,
	KEY_CTRL_D = 4,
	KEY_ESCAPE = 27,
	AT_ONCE_MS = 200, /* between a letter and its Enter */
};

/* The one key that was read while an Enter was waited for; 0: none. */
static unsigned char typed_ahead;

static void say(const char *text, size_t len_bytes)
{
	struct err e = { 0 };

	if (say_lines(text, len_bytes, &e) < 0)
		log_warn_failure(&e);
}

static void lines_show(const struct ui *ui, const char *title, const char *text)
{
	SCOPED_BUF struct buf all = { 0 };

	buf_addf(&all, "%s\n%s", title, text);
	if (ui->say)
		say(all.data, all.len_bytes);
	else
		(void)!write_all(STDOUT_FILENO, all.data, all.len_bytes);
}

/* What can be answered is heard only by who asks for it: "?". */
static bool lines_ask(const struct ui *ui, const char *prompt, struct buf *ret)
{
	SCOPED_TEXT char *line = NULL;
	size_t size = 0;
	ssize_t n;

	(void)ui;
	buf_clear(ret);
	if (isatty(STDIN_FILENO)) {
		fputs(prompt, stdout);
		fflush(stdout);
	}
	n = getline(&line, &size, stdin);
	if (n < 0)
		return false;
	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (typed_ahead != 0)
		buf_add_char(ret, (char)typed_ahead);
	typed_ahead = 0;
	buf_add(ret, line, (size_t)n);
	return true;
}

static bool is_enter(unsigned char key)
{
	return key == '\n' || key == '\r';
}

/* A byte that comes at once; 0: none. */
static unsigned char byte_at_once(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char byte = 0;

	if (poll(&in, 1, AT_ONCE_MS) <= 0 || read(STDIN_FILENO, &byte, 1) != 1)
		return 0;
	return byte;
}

/* "[A", "OP", "[15~": what an arrow or a function key has after Escape. */
static void pass_sequence(void)
{
	unsigned char byte = byte_at_once();

	if (byte != '[' && byte != 'O')
		return;
	do
		byte = byte_at_once();
	while (byte != 0 && (byte < '@' || byte > '~'));
}

/* The next key that is one sign. */
static unsigned char read_key(void)
{
	unsigned char key = typed_ahead;

	typed_ahead = 0;
	while (key == 0 || key == KEY_ESCAPE) {
		if (key == KEY_ESCAPE)
			pass_sequence();
		if (read(STDIN_FILENO, &key, 1) != 1)
			return KEY_CTRL_D;
	}
	return key;
}

/* An Enter that comes at once belongs to the key before it; what else comes
 * was typed ahead. */
static void pass_enter(void)
{
	unsigned char key = byte_at_once();

	if (!is_enter(key))
		typed_ahead = key;
}

static bool lines_ask_key(const struct ui *ui, const char *prompt,
			  struct buf *ret)
{
	struct termios before, raw;
	unsigned char key;

	if (!ui->say || tcgetattr(STDIN_FILENO, &before) < 0)
		return lines_ask(ui, prompt, ret);
	buf_clear(ret);
	fputs(prompt, stdout);
	fflush(stdout);
	raw = before;
	/* Without ISIG, so that Ctrl-C finds the terminal as it was. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	key = read_key();
	if (!is_enter(key) && key != KEY_CTRL_C)
		pass_enter();
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	putchar('\n');
	fflush(stdout);
	if (key == KEY_CTRL_C)
		raise(SIGINT);
	if (key == KEY_CTRL_C || key == KEY_CTRL_D)
		return false;
	if (!is_enter(key))
		buf_add_char(ret, (char)key);
	return true;
}

static void screen_show_page(const struct ui *ui, const char *title,
			     const char *text)
{
	if (ui->say) {
		SCOPED_BUF struct buf all = { 0 };

		buf_addf(&all, "%s\n%s", title, text);
		say(all.data, all.len_bytes);
	}
	page_show(title, text);
}

static bool screen_ask_page(const struct ui *ui, const char *prompt,
			    struct buf *ret)
{
	(void)ui;
	return page_ask(prompt, ret);
}

int ui_open(struct ui *ui, const struct settings *settings, struct err *e)
{
	*ui = (struct ui){ .show = lines_show,
			   .ask = lines_ask,
			   .ask_key = lines_ask_key,
			   .say = settings->say };
	if (!settings->screen)
		return 0;
	if (page_open(e) < 0)
		return -e->code;
	ui->screen = true;
	ui->show = screen_show_page;
	ui->ask = ui->ask_key = screen_ask_page;
	return 0;
}

void ui_close(const struct ui *ui)
{
	if (ui->screen)
		page_close();
}

void ui_pause(const struct ui *ui)
{
	if (ui->screen)
		page_pause();
}

void ui_resume(const struct ui *ui)
{
	if (ui->screen)
		page_resume();
}
