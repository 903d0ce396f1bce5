/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Any bytes, line by line, as the format that the first of them picks, through
 * the detector and the printer. What sic's parser took out of a line that our
 * printer wrote must be what was printed.
 */
#include <string.h>

#include "core/message/formats.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static bool same(struct span a, struct span b)
{
	return a.len_bytes == b.len_bytes &&
	       (a.len_bytes == 0 || memcmp(a.text, b.text, a.len_bytes) == 0);
}

/* Nothing of a message is outside what it may point into. */
static void inside(struct span span, const struct message *m, const char *line,
		   size_t len_bytes, bool json)
{
	const char *end;

	if (span.text == NULL)
		abort();
	if (span.len_bytes == 0 || json)
		return;
	end = span.text + span.len_bytes;
	if (span.text >= line && end <= line + len_bytes)
		return;
	if (span.text >= m->joined && end <= m->joined + sizeof(m->joined))
		return;
	if (m->command.len_bytes == 7 && memcmp(span.text, "PRIVMSG", 7) == 0)
		return;
	abort();
}

static void check(const struct message *m, const char *line, size_t len_bytes,
		  bool json)
{
	const struct span spans[] = { m->time,	   m->channel, m->target,
				      m->text,	   m->command, m->params,
				      m->trailing, m->id };

	if ((unsigned)m->kind >= KIND_COUNT)
		abort();
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		inside(spans[i], m, line, len_bytes, json);
	/* A program's name may be ours: "make". */
	if (m->nick.text == NULL || m->label.text == NULL)
		abort();
}

static bool read_sic(const char *line, size_t len_bytes, struct message *ret)
{
	struct format_reader reader = { 0 };

	return format_read(format_named("sic"), &reader, line, len_bytes, ret);
}

/* Printed once, a sic line is a fixed point. */
static void round_trip(const struct message *m)
{
	struct buf first = { 0 }, second = { 0 };
	struct message once, twice;

	message_print_sic(m, 0, &first);
	if (first.len_bytes == 0 || first.data[first.len_bytes - 1] != '\n' ||
	    memchr(first.data, '\n', first.len_bytes - 1) != NULL)
		abort();
	if (read_sic(first.data, first.len_bytes - 1, &once) &&
	    memchr(once.nick.text != NULL ? once.nick.text : "", '>',
		   once.nick.len_bytes) == NULL) {
		message_print_sic(&once, 0, &second);
		if (!read_sic(second.data, second.len_bytes - 1, &twice) ||
		    once.kind != twice.kind || !same(once.nick, twice.nick) ||
		    !same(once.channel, twice.channel) ||
		    !same(once.text, twice.text))
			abort();
	}
	buf_fini(&first);
	buf_fini(&second);
}

static const struct format *pick_format(uint8_t byte)
{
	size_t count = 0;

	while (format_at(count) != NULL)
		count++;
	return format_at(byte % count);
}

static void one_line(const struct format *format, struct format_reader *stream,
		     const char *line, size_t len_bytes)
{
	struct format_reader fresh = { 0 };
	struct message m;

	format_read(format, &fresh, line, len_bytes, &m);
	check(&m, line, len_bytes, fresh.json != NULL);
	if (fresh.json == NULL)
		round_trip(&m);
	format_reader_fini(&fresh);
	format_read(format_named("auto"), stream, line, len_bytes, &m);
	check(&m, line, len_bytes, stream->json != NULL);
	/* A line that has something to say is of some kind that is. */
	if (m.kind == KIND_MESSAGE && m.text.len_bytes == 0 &&
	    m.nick.len_bytes == 0 && len_bytes > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
	struct format_reader stream = { 0 };
	struct buf text = { 0 };
	size_t at = 0;

	text_repair(&text, (const char *)data, len_bytes);
	while (at < text.len_bytes) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len_bytes - at);
		size_t n = end != NULL ? (size_t)(end - line)
				       : text.len_bytes - at;
		char *exact = malloc(n > 0 ? n : 1);

		if (exact == NULL)
			abort();
		memcpy(exact, line, n);
		one_line(pick_format(data[0]), &stream, exact, n);
		free(exact);
		at += n + 1;
	}
	format_reader_fini(&stream);
	buf_fini(&text);
	return 0;
}
