/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * out.h - what a command prints: collected, then written at once.
 *
 * Names and texts are the user's files: on their way out control characters
 * are made visible. Colour only where wanted (--color, NO_COLOR, TERM=dumb).
 * With --say the lines go to speakd's standard input instead.
 */
#ifndef PROJECT_OUT_H
#define PROJECT_OUT_H

#include "core/buf.h"
#include "core/err.h"
#include "project/settings.h"

enum style { STYLE_NONE, STYLE_NAME, STYLE_DIM, STYLE_ALERT, STYLE_HEAD };

struct out {
	struct buf text;
	bool tty; /* columns for people, cut at the width; else tabs */
	bool colour, say;
	size_t width;
};

#define SCOPED_OUT ON_SCOPE_EXIT(out_fini)

void out_init(struct out *out, const struct settings *settings);
void out_fini(struct out *out);

/* Add text, escaped; len_bytes of it. */
void out_text(struct out *out, const char *text, size_t len_bytes);
void out_styled(struct out *out, enum style style, const char *text);
void out_printf(struct out *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Add text, escaped, in columns columns: cut with "~", or padded. */
void out_column(struct out *out, enum style style, const char *text,
		size_t columns);

/* Add text, escaped, cut where the terminal's line ends; used is what the
 * line holds already. In a pipe nothing is cut. */
void out_rest(struct out *out, const char *text, size_t len_bytes, size_t used);

/* Write everything: to standard output, or to speakd. */
int out_flush(struct out *out, struct err *e) MUST_CHECK;

/* Add a line that says what failed, to a text that is shown later. */
void out_failure(struct buf *out, const struct err *e);

/* One line on standard error saying what was done, unless quiet. */
void tell(const struct settings *settings, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

#endif
