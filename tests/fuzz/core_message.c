/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Any bytes, line by line, as every format, through the detector and the
 * printer. What sic's parser took out of a line that our printer wrote must
 * be what was printed.
 */
#include <string.h>

#include "core/message/message.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static bool same(struct span a, struct span b)
{
	return a.len_bytes == b.len_bytes &&
	       (a.len_bytes == 0 || memcmp(a.text, b.text, a.len_bytes) == 0);
}

static void inside(struct span span, const struct message *m, const char *line,
		   size_t len_bytes)
{
	const char *end;

	if (span.text == NULL)
		abort();
	if (span.len_bytes == 0)
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

static void check(const struct message *m, const char *line, size_t len_bytes)
{
	if ((unsigned)m->kind >= KIND_COUNT)
		abort();
	inside(m->time, m, line, len_bytes);
	inside(m->channel, m, line, len_bytes);
	inside(m->nick, m, line, len_bytes);
	inside(m->target, m, line, len_bytes);
	inside(m->text, m, line, len_bytes);
	inside(m->command, m, line, len_bytes);
	inside(m->params, m, line, len_bytes);
	inside(m->trailing, m, line, len_bytes);
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
	if (message_parse(FORMAT_SIC, first.data, first.len_bytes - 1, &once) &&
	    memchr(once.nick.text != NULL ? once.nick.text : "", '>',
		   once.nick.len_bytes) == NULL) {
		message_print_sic(&once, 0, &second);
		if (!message_parse(FORMAT_SIC, second.data,
				   second.len_bytes - 1, &twice) ||
		    once.kind != twice.kind || !same(once.nick, twice.nick) ||
		    !same(once.channel, twice.channel) ||
		    !same(once.text, twice.text))
			abort();
	}
	buf_fini(&first);
	buf_fini(&second);
}

static void one_line(struct message_detector *d, const char *line,
		     size_t len_bytes)
{
	struct message m;

	for (int f = 0; f < FORMAT_COUNT; f++) {
		(void)message_parse((enum message_format)f, line, len_bytes,
				    &m);
		check(&m, line, len_bytes);
		round_trip(&m);
	}
	message_detect(d, line, len_bytes, &m);
	check(&m, line, len_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
	struct message_detector d = { 0 };
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
		one_line(&d, exact, n);
		free(exact);
		at += n + 1;
	}
	buf_fini(&text);
	return 0;
}
