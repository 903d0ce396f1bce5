/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* echo.c - what a screen reader says of our own screen. */
#include "speakd/ctl/echo.h"

#include <string.h>

#include "core/screen.h"
#include "core/text.h"

/* Readers join rows and leave out blanks; case is theirs, too. */
static void squeeze(struct buf *out, const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf folded = { 0 };
	const char *at;

	text_fold(&folded, text, len_bytes);
	for (at = buf_text(&folded); *at != '\0'; at++)
		if (*at != ' ' && *at != '\n' && *at != '\t')
			buf_add(out, at, 1);
}

static bool is_on_screen(const struct buf *text)
{
	SCOPED_BUF struct buf shown = { 0 };
	SCOPED_BUF struct buf a = { 0 };
	SCOPED_BUF struct buf b = { 0 };

	screen_text(&shown);
	squeeze(&a, buf_text(&shown), shown.len_bytes);
	squeeze(&b, buf_text(text), text->len_bytes);
	return strstr(buf_text(&a), buf_text(&b)) != NULL;
}

bool echo_is(struct echo *echo, const struct entry *entry)
{
	for (size_t i = 0; i < ECHO_IDS; i++)
		if (echo->ids[i] == entry->id && entry->id != 0)
			return true;
	if (!entry->is_message || !is_on_screen(&entry->text))
		return false;
	echo->ids[echo->next] = entry->id;
	echo->next = (echo->next + 1) % ECHO_IDS;
	return true;
}
