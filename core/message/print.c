/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* A message as one line, the way sic writes it. */
#include "core/message/formats.h"

enum { SIC_FIELD_COLUMNS = 12 };

/* A line stays one line, whatever is in the message. */
static void add_span(struct buf *out, struct span span)
{
	size_t start = out->len_bytes;

	buf_add(out, span.text, span.len_bytes);
	for (size_t i = start; i < out->len_bytes; i++)
		if (memchr("\n\r\0", out->data[i], 3) != NULL)
			out->data[i] = ' ';
}

static void add_head(struct buf *out, const struct message *m,
		     struct span field, time_t when)
{
	size_t start = out->len_bytes;
	struct tm tm;

	if (m->network.len_bytes > 0 && m->kind != KIND_STATE) {
		add_span(out, m->network);
		buf_add_char(out, '/');
	}
	add_span(out, field);
	while (out->len_bytes - start < SIC_FIELD_COLUMNS)
		buf_add_char(out, ' ');
	/* strftime's "%D %R", whose two-digit year gcc warns about. */
	if (localtime_r(&when, &tm) == NULL)
		tm = (struct tm){ .tm_mday = 1 };
	buf_addf(out, ": %02d/%02d/%02d %02d:%02d ", tm.tm_mon + 1, tm.tm_mday,
		 (tm.tm_year % 100 + 100) % 100, tm.tm_hour, tm.tm_min);
}

/* The command, parameters and trailing one that a kind has by itself. */
struct irc {
	struct span command, params, trailing;
};

static struct span place_of(const struct message *m)
{
	return m->channel.len_bytes > 0 ? m->channel : m->target;
}

static void add_irc(struct buf *out, const struct irc *irc)
{
	buf_add_text(out, ">< ");
	add_span(out, irc->command);
	buf_add_text(out, " (");
	add_span(out, irc->params);
	buf_add_text(out, "): ");
	add_span(out, irc->trailing);
}

/* Parameters that are two of the message's texts are joined in joined. */
static bool irc_of(const struct message *m, struct buf *joined, struct irc *ret)
{
	static const char *const commands[KIND_COUNT] = {
		[KIND_NOTICE] = "NOTICE", [KIND_JOIN] = "JOIN",
		[KIND_PART] = "PART",	  [KIND_QUIT] = "QUIT",
		[KIND_NICK] = "NICK",	  [KIND_MODE] = "MODE",
		[KIND_TOPIC] = "TOPIC",	  [KIND_KICK] = "KICK",
		[KIND_STATE] = "STATE",
	};

	if (m->command.len_bytes > 0) {
		*ret = (struct irc){ m->command, m->params, m->trailing };
		return true;
	}
	if (commands[m->kind] == NULL)
		return false;
	ret->command = span_of_text(commands[m->kind]);
	ret->params = place_of(m);
	ret->trailing = m->text;
	if (m->kind == KIND_QUIT || m->kind == KIND_NICK) {
		ret->params = span_of_text("");
	} else if ((m->kind == KIND_JOIN || m->kind == KIND_PART) &&
		   m->text.len_bytes == 0) {
		ret->trailing = ret->params;
		ret->params = span_of_text("");
	} else if (m->kind == KIND_MODE || m->kind == KIND_KICK) {
		bool mode = m->kind == KIND_MODE;
		struct span more = mode ? m->text : m->target;

		add_span(joined, ret->params);
		buf_add_char(joined, ' ');
		add_span(joined, more);
		ret->params = span_of(joined->data, joined->len_bytes);
		ret->trailing = mode ? span_of_text("") : m->text;
	}
	return true;
}

static bool is_speech(const struct message *m)
{
	if (m->command.len_bytes > 0)
		return span_is(m->command, "PRIVMSG");
	return m->kind == KIND_MESSAGE || m->kind == KIND_ACTION ||
	       m->kind == KIND_PRIVATE || m->kind == KIND_OWN;
}

static void add_speech(struct buf *out, const struct message *m)
{
	buf_add_char(out, '<');
	add_span(out, m->nick);
	buf_add_text(out, "> ");
	if (m->kind == KIND_ACTION)
		buf_add_text(out, "\x01"
				  "ACTION ");
	add_span(out, m->text);
	if (m->kind == KIND_ACTION)
		buf_add_char(out, '\x01');
}

void message_print_sic(const struct message *message, time_t when,
		       struct buf *out)
{
	SCOPED_BUF struct buf joined = { 0 };
	struct irc irc;

	if (is_speech(message)) {
		add_head(out, message, place_of(message), when);
		add_speech(out, message);
	} else if (irc_of(message, &joined, &irc)) {
		add_head(out, message, message->nick, when);
		add_irc(out, &irc);
	} else {
		add_head(out, message, place_of(message), when);
		add_span(out, message->text);
	}
	buf_add_char(out, '\n');
}
