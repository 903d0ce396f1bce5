/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/show/out.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/show/say.h"

enum { OUT_WIDTH_DEFAULT = 80, OUT_WIDTH_MIN = 20, OUT_WIDTH_MAX = 1000 };

/* Whether colour is wanted on fd. */
static bool colour_wanted(const struct settings *settings, int fd)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (settings->colour != COLOUR_AUTO)
		return settings->colour == COLOUR_ALWAYS;
	if (no != NULL && no[0] != '\0')
		return false;
	return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned long n = columns != NULL ? strtoul(columns, NULL, 10) : 0;
	struct winsize size;

	if (n == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	return n >= OUT_WIDTH_MIN && n <= OUT_WIDTH_MAX ? n : OUT_WIDTH_DEFAULT;
}

void out_init(struct out *out, const struct settings *settings)
{
	*out = (struct out){
		.say = settings->say,
		.tty = !settings->say && isatty(STDOUT_FILENO),
	};
	out->colour = !out->say && colour_wanted(settings, STDOUT_FILENO);
	out->width = out->tty ? terminal_width() : 0;
}

void out_fini(struct out *out)
{
	buf_fini(&out->text);
}

void out_text(struct out *out, const char *text, size_t len_bytes)
{
	if (text_is_plain(text, len_bytes))
		buf_add(&out->text, text, len_bytes);
	else
		text_escape(&out->text, text, len_bytes);
}

static const char *const styles[] = {
	[STYLE_NONE] = "",	     [STYLE_NAME] = "\033[1m",
	[STYLE_DIM] = "\033[2m",     [STYLE_ALERT] = "\033[31m",
	[STYLE_HEAD] = "\033[1;36m",
};

static void style_begin(struct out *out, enum style style)
{
	if (out->colour)
		buf_add_text(&out->text, styles[style]);
}

static void style_end(struct out *out, enum style style)
{
	if (out->colour && style != STYLE_NONE)
		buf_add_text(&out->text, "\033[0m");
}

void out_styled(struct out *out, enum style style, const char *text)
{
	style_begin(out, style);
	out_text(out, text, strlen(text));
	style_end(out, style);
}

void out_printf(struct out *out, const char *fmt, ...)
{
	SCOPED_TEXT char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (text != NULL)
		buf_add_text(&out->text, text);
}

/* The largest part of clean text that takes at most columns columns. */
static size_t fit(const char *text, size_t len_bytes, size_t columns)
{
	size_t at = 0, used = 0;

	if (len_bytes <= columns)
		return len_bytes;
	while (at < len_bytes) {
		size_t next = at;

		(void)text_next(text, len_bytes, &next);
		used += text_width(text + at, next - at);
		if (used > columns)
			return at;
		at = next;
	}
	return at;
}

static void add_fitted(struct out *out, const char *text, size_t len_bytes,
		       size_t columns)
{
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf shown = { 0 };
	size_t n;

	text_repair(&clean, text, len_bytes);
	text_escape(&shown, buf_text(&clean), clean.len_bytes);
	n = fit(buf_text(&shown), shown.len_bytes, columns);
	if (n < shown.len_bytes && columns > 0) {
		n = fit(buf_text(&shown), shown.len_bytes, columns - 1);
		buf_add(&out->text, buf_text(&shown), n);
		buf_add_char(&out->text, '~');
		return;
	}
	buf_add(&out->text, buf_text(&shown), n);
}

void out_column(struct out *out, enum style style, const char *text,
		size_t columns)
{
	size_t start, used;

	style_begin(out, style);
	start = out->text.len_bytes;
	add_fitted(out, text, strlen(text), columns);
	used = text_width(out->text.data + start, out->text.len_bytes - start);
	style_end(out, style);
	for (; used < columns; used++)
		buf_add_char(&out->text, ' ');
}

void out_rest(struct out *out, const char *text, size_t len_bytes, size_t used)
{
	if (!out->tty)
		out_text(out, text, len_bytes);
	else if (out->width > used)
		add_fitted(out, text, len_bytes, out->width - used);
}

int out_flush(struct out *out, struct err *e)
{
	int rc;

	if (out->text.len_bytes == 0)
		return 0;
	if (out->say)
		return say_lines(out->text.data, out->text.len_bytes, e);
	rc = write_all(STDOUT_FILENO, out->text.data, out->text.len_bytes);
	buf_clear(&out->text);
	return rc < 0 ? err_set(e, -rc, "write to standard output") : 0;
}

void tell(const struct settings *settings, const char *fmt, ...)
{
	SCOPED_BUF struct buf line = { 0 };
	SCOPED_TEXT char *text = NULL;
	va_list args;

	if (settings->quiet)
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (text == NULL)
		return;
	text_escape(&line, text, strlen(text));
	buf_add_char(&line, '\n');
	(void)!write_all(STDERR_FILENO, line.data, line.len_bytes);
}

void out_failure(struct buf *out, const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];

	buf_addf(out, "%s\n", err_text(e, text, sizeof(text)));
}
