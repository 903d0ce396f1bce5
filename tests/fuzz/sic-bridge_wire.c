/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Whatever a server sends, in whatever pieces: wire, the capability machine,
 * history, and the real libircclient behind its socketpair.
 *
 * The first byte is the size of the pieces. The library must take every line
 * that wire lets through, and see nothing but whole, short, clean lines.
 */
#include <stdlib.h>
#include <string.h>

#include "sic-bridge/cap.h"
#include "sic-bridge/format.h"
#include "sic-bridge/history.h"
#include "sic-bridge/libirc.h"
#include "sic-bridge/presence.h"
#include "sic-bridge/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
	struct libirc *libirc;
	struct cap cap;
	struct presence presence;
	struct history_clock clock;
	struct history history;
	enum message_kind kind;
};

static void on_libirc(enum message_kind kind, unsigned numeric, void *data)
{
	struct state *state = data;

	(void)numeric;
	state->kind = kind;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void feed_library(struct state *state, const struct wire_line *line)
{
	char text[WIRE_LIBRARY_BYTES];
	size_t n = wire_library(line, text);
	struct err e = { 0 };

	must(n >= 2 && n <= sizeof(text));
	must(memcmp(text + n - 2, "\r\n", 2) == 0);
	must(memchr(text, '\r', n - 2) == NULL);
	must(memchr(text, '\n', n - 2) == NULL);
	must(memchr(text, '\0', n - 2) == NULL);
	must(libirc_feed(state->libirc, text, n, &e) == 0);
}

static void print(struct state *state, const struct wire_line *line)
{
	struct event event = {
		.kind = state->kind,
		.line = &line->line,
		.tags = &line->tags,
		.sender = line->line.nick,
		.names = &state->presence.names,
		.history =
			history_is(&state->history, line,
				   history_clock_is_old(&state->clock, line)),
		.strip = line->line.count % 2 == 0,
	};
	struct settings settings[] = { { .format = OUTPUT_SIC },
				       { .format = OUTPUT_JSON } };

	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		SCOPED_BUF struct buf out = { 0 };

		format_event(&settings[i], &event, &out);
		/* One line, and nothing that steers a terminal. */
		must(memchr(out.data, '\n', out.len_bytes) ==
		     out.data + out.len_bytes - 1);
		must(memchr(out.data, '\x1b', out.len_bytes) == NULL);
	}
}

static int on_line(const struct wire_line *line, void *data)
{
	struct state *state = data;
	SCOPED_BUF struct buf out = { 0 };
	struct presence_change change;
	struct err e = { 0 };

	must(line->line.command.len_bytes > 0);
	state->kind = KIND_OTHER;
	if (line->fate == WIRE_PASS)
		feed_library(state, line);
	(void)!cap_line(&state->cap, &line->line, &out, &e);
	presence_line(&state->presence, &line->line, &change);
	must(strlen(state->presence.nick.now) < NICK_BYTES);
	history_clock_line(&state->clock, line, 1795306320000);
	if (irc_line_is(&line->line, "BATCH"))
		(void)history_batch(&state->history, line);
	(void)history_seen(&state->history, line, true);
	print(state, line);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cap_login login = { SASL_PLAIN, "me", "secret",
						true };
	static struct charset *charset;
	struct state *state;
	struct wire wire = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct err e = { 0 };
	size_t piece;
	char *copy;

	if (size < 2)
		return 0;
	if (charset == NULL)
		charset = charset_new("cp1252", &e);
	state = calloc(1, sizeof(*state));
	copy = malloc(size);
	must(state != NULL && copy != NULL && charset != NULL);
	state->libirc = libirc_new(on_libirc, state, &e);
	must(state->libirc != NULL);
	names_init(&state->presence.names);
	cap_begin(&state->cap, &login, true, &out);
	wire.charset = charset;
	piece = data[0] != 0 ? data[0] : size;
	for (size_t at = 1; at < size; at += piece) {
		size_t n = min_size(piece, size - at);

		/* Exactly as large as what was read: an overrun shows. */
		copy = realloc(copy, n);
		memcpy(copy, data + at, n);
		must(wire_feed(&wire, copy, n, on_line, state) == 0);
	}
	wire_fini(&wire);
	libirc_free(state->libirc);
	presence_fini(&state->presence);
	free(state);
	free(copy);
	return 0;
}
