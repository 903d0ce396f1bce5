/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* echo.c - what a screen reader says of our own screen. */
#include "speakd/ctl/echo.h"

#include <ctype.h>
#include <string.h>

#include "core/screen.h"
#include "core/text.h"

/*
 * Readers join rows, some by commas, and leave out blanks and symbols; case is
 * theirs, too.
 */
static void squeeze(struct buf *out, const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf folded = { 0 };
	const char *at;

	text_fold(&folded, text, len_bytes);
	for (at = buf_text(&folded); *at != '\0'; at++)
		if (isalnum((unsigned char)*at) || (*at & 0x80) != 0)
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
	return b.len_bytes > 0 && strstr(buf_text(&a), buf_text(&b)) != NULL;
}

/* In place of the oldest, when it is new. */
static struct echo_client *client_of(struct echo *echo, int client)
{
	struct echo_client *made = &echo->clients[echo->next_client];

	for (size_t i = 0; i < ECHO_CLIENTS; i++)
		if (echo->clients[i].client == client)
			return &echo->clients[i];
	echo->next_client = (echo->next_client + 1) % ECHO_CLIENTS;
	*made = (struct echo_client){ .client = client };
	return made;
}

bool echo_is(struct echo *echo, const struct entry *entry)
{
	struct echo_client *client;

	if (entry->client == 0)
		return false;
	client = client_of(echo, entry->client);
	if (client->reads >= ECHO_READS)
		return true;
	for (size_t i = 0; i < ECHO_IDS; i++)
		if (echo->ids[i] == entry->id && entry->id != 0)
			return true;
	if (!is_on_screen(&entry->text))
		return false;
	client->reads++;
	echo->ids[echo->next] = entry->id;
	echo->next = (echo->next + 1) % ECHO_IDS;
	return true;
}
