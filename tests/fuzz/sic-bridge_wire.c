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

#include "sic-bridge/irc/cap.h"
#include "sic-bridge/bridge/format.h"
#include "sic-bridge/state/history.h"
#include "sic-bridge/irc/libirc.h"
#include "sic-bridge/state/presence.h"
#include "sic-bridge/irc/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
	struct libirc *libirc;
	struct cap cap;
	struct presence presence;
	struct history_clock clock;
	struct history history;
	enum message_kind kind;
};

static void on_libirc(enum message_kind kind, unsigned numeric, void *data)
{
	struct target *target = data;

	(void)numeric;
	target->kind = kind;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void feed_library(struct target *target, const struct wire_line *line)
{
	char text[WIRE_LIBRARY_BYTES];
	size_t n = wire_library(line, text);
	struct err e = { 0 };

	must(n >= 2 && n <= sizeof(text));
	must(memcmp(text + n - 2, "\r\n", 2) == 0);
	must(memchr(text, '\r', n - 2) == NULL);
	must(memchr(text, '\n', n - 2) == NULL);
	must(memchr(text, '\0', n - 2) == NULL);
	must(libirc_feed(target->libirc, text, n, &e) == 0);
}

static void print(struct target *target, const struct wire_line *line)
{
	struct event event = {
		.kind = target->kind,
		.line = &line->line,
		.tags = &line->tags,
		.sender = line->line.nick,
		.names = &target->presence.names,
		.history =
			history_is(&target->history, line,
				   history_clock_is_old(&target->clock, line)),
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
	struct target *target = data;
	SCOPED_BUF struct buf out = { 0 };
	struct presence_change change;
	struct err e = { 0 };

	must(line->line.command.len_bytes > 0);
	target->kind = KIND_OTHER;
	if (line->fate == WIRE_PASS)
		feed_library(target, line);
	(void)!cap_line(&target->cap, &line->line, &out, &e);
	presence_line(&target->presence, &line->line, &change);
	must(strlen(target->presence.nick.now) < NICK_BYTES);
	history_clock_line(&target->clock, line, 1795306320000);
	if (irc_line_is(&line->line, "BATCH"))
		(void)history_batch(&target->history, line);
	(void)history_seen(&target->history, line, true);
	print(target, line);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cap_login login = { SASL_PLAIN, "me", "secret",
						true };
	static struct charset *charset;
	struct target *target;
	struct wire wire = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct err e = { 0 };
	size_t piece;
	char *copy;

	if (size < 2)
		return 0;
	if (charset == NULL)
		charset = charset_new("cp1252", &e);
	target = calloc(1, sizeof(*target));
	copy = malloc(size);
	must(target != NULL && copy != NULL && charset != NULL);
	target->libirc = libirc_new(on_libirc, target, &e);
	must(target->libirc != NULL);
	names_init(&target->presence.names);
	cap_begin(&target->cap, &login, true, &out);
	wire.charset = charset;
	piece = data[0] != 0 ? data[0] : size;
	for (size_t at = 1; at < size; at += piece) {
		size_t n = min_size(piece, size - at);

		/* Exactly as large as what was read: an overrun shows. */
		copy = realloc(copy, n);
		memcpy(copy, data + at, n);
		must(wire_feed(&wire, copy, n, on_line, target) == 0);
	}
	wire_fini(&wire);
	libirc_free(target->libirc);
	presence_fini(&target->presence);
	free(target);
	free(copy);
	return 0;
}
