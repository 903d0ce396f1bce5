/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/show/ui.h"

#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/show/page.h"
#include "project/show/say.h"

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
	buf_add(ret, line, (size_t)n);
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
			   .say = settings->say };
	if (!settings->screen)
		return 0;
	if (page_open(e) < 0)
		return -e->code;
	ui->screen = true;
	ui->show = screen_show_page;
	ui->ask = screen_ask_page;
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
