/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/format.h"

#include <string.h>
#include <time.h>

#include "core/json.h"
#include "core/text.h"

enum { REPLACEMENT = 0xfffd };

/* ---- text that may be shown ---------------------------------------------- */

/* Formatting, the CTCP mark and tabs; every other control steers terminals. */
static bool is_harmless(unsigned char c)
{
	static const char codes[] =
		"\x01\x02\x03\x04\t\x0f\x11\x16\x1d\x1e\x1f";

	return c >= 0x20 || (c != 0 && strchr(codes, c) != NULL);
}

/*
 * Controls that are neither mIRC's nor CTCP's become U+FFFD: ESC, BEL, BS and
 * their like, DEL, and the C1 ones (U+0080..009F).
 */
static void add_harmless(struct buf *out, const char *text, size_t len_bytes)
{
	size_t start = 0;

	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char c = (unsigned char)text[i];
		bool c1 = c == 0xc2 && i + 1 < len_bytes &&
			  (unsigned char)text[i + 1] >= 0x80 &&
			  (unsigned char)text[i + 1] < 0xa0;

		if (is_harmless(c) && c != 0x7f && !c1)
			continue;
		buf_add(out, text + start, i - start);
		buf_add_code(out, REPLACEMENT);
		i += c1;
		start = i + 1;
	}
	buf_add(out, text + start, len_bytes - start);
}

static void add_text(struct buf *out, struct span text, bool strip)
{
	SCOPED_BUF struct buf stripped = { 0 };

	if (text_is_plain(text.text, text.len_bytes)) {
		buf_add(out, text.text, text.len_bytes);
	} else if (strip) {
		text_strip_mirc(&stripped, text.text, text.len_bytes);
		add_harmless(out, buf_text(&stripped), stripped.len_bytes);
	} else {
		add_harmless(out, text.text, text.len_bytes);
	}
}

/* ---- sic ----------------------------------------------------------------- */

/* What the server says it is, else when it came. */
static time_t time_of(const struct event *event)
{
	int64_t ms;

	if (event->tags == NULL || !tags_time(event->tags->time, &ms))
		ms = event->received_ms;
	return (time_t)(ms / 1000);
}

void format_note(const char *target, int64_t now_ms, const char *text,
		 struct buf *out)
{
	struct message message = {
		.kind = KIND_OTHER,
		.channel = span_of(target, strlen(target)),
		.target = span_of("", 0),
		.text = span_of(text, strlen(text)),
	};

	message_print_sic(&message, (time_t)(now_ms / 1000), out);
}

/* The parts of a line that go into sic's. */
struct parts {
	struct span command, params, trailing;
};

/*
 * "PRIVMSG #c word", without the colon, is one message like any other; sic
 * prints it as an empty one to "#c word".
 */
static void message_parts(const struct irc_line *line, struct parts *ret)
{
	ret->params = irc_line_param(line, 0);
	ret->trailing = irc_line_param(line, 1);
}

/*
 * Played back: ">< HISTORY (TARGET): text", with the command behind the target
 * when it is no PRIVMSG. No message in sic's format looks so, and what reads
 * that format takes it for an event.
 */
static void history_parts(const struct irc_line *line, struct buf *params,
			  struct parts *ret)
{
	message_parts(line, ret);
	ret->command = span_of("HISTORY", strlen("HISTORY"));
	if (irc_line_is(line, "PRIVMSG"))
		return;
	buf_add(params, ret->params.text, ret->params.len_bytes);
	buf_add_char(params, ' ');
	buf_add(params, line->command.text, line->command.len_bytes);
	ret->params = span_of(params->data, params->len_bytes);
}

/* Cleaned into scratch where it needs to be. */
static struct span clean(struct span text, bool strip, struct buf *scratch)
{
	if (text_is_plain(text.text, text.len_bytes))
		return text;
	add_text(scratch, text, strip);
	return span_of(buf_text(scratch), scratch->len_bytes);
}

static void format_sic(const struct event *event, struct buf *out)
{
	const struct irc_line *line = event->line;
	SCOPED_BUF struct buf params = { 0 };
	struct buf scratch[4] = { 0 };
	struct parts p = { line->command, line->middle, line->trailing };
	struct message message;

	if (event->history)
		history_parts(line, &params, &p);
	else if (irc_line_is(line, "PRIVMSG"))
		message_parts(line, &p);
	message_of_irc(clean(event->sender, event->strip, &scratch[0]),
		       clean(p.command, event->strip, &scratch[1]),
		       clean(p.params, event->strip, &scratch[2]),
		       clean(p.trailing, event->strip, &scratch[3]), &message);
	message_print_sic(&message, time_of(event), out);
	for (size_t i = 0; i < COUNT_OF(scratch); i++)
		buf_fini(&scratch[i]);
}

/* ---- JSON ---------------------------------------------------------------- */

static void add_span(struct json *json, const char *key, struct span text)
{
	SCOPED_BUF struct buf copy = { 0 };

	buf_add(&copy, text.text, text.len_bytes);
	json_add_text(json, key, text.len_bytes > 0 ? buf_text(&copy) : NULL);
}

static void add_time(struct json *json, const char *key, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char date[40], text[48];

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		json_add_text(json, key, NULL);
		return;
	}
	snprintf(text, sizeof(text), "%s.%03dZ", date, (int)(ms % 1000));
	json_add_text(json, key, text);
}

static void add_server_time(struct json *json, const struct event *event)
{
	int64_t ms;

	if (event->tags != NULL && tags_time(event->tags->time, &ms))
		add_time(json, "server_time", ms);
	else
		json_add_text(json, "server_time", NULL);
}

/* Which parameter is what, by the kind that the library told us. */
static const struct {
	signed char channel, target, text; /* -1: none; text -2: sic's */
} places[KIND_COUNT] = {
	[KIND_MESSAGE] = { 0, -1, 1 },	[KIND_ACTION] = { 0, -1, 1 },
	[KIND_NOTICE] = { 0, -1, 1 },	[KIND_JOIN] = { 0, -1, -1 },
	[KIND_PART] = { 0, -1, 1 },	[KIND_QUIT] = { -1, -1, 0 },
	[KIND_NICK] = { -1, -1, 0 },	[KIND_MODE] = { 0, -1, -2 },
	[KIND_TOPIC] = { 0, -1, 1 },	[KIND_KICK] = { 0, 1, 2 },
	[KIND_NUMERIC] = { -1, 0, -2 }, [KIND_PRIVATE] = { -1, 0, 1 },
	[KIND_OWN] = { 0, -1, 1 },	[KIND_STATE] = { -1, -1, 1 },
	[KIND_OTHER] = { -1, 0, 1 },
};

static struct span place(const struct irc_line *line, int i)
{
	return i < 0 ? span_of("", 0) : irc_line_param(line, (size_t)i);
}

/* All parameters from the second on, with single blanks. */
static void join_params(const struct irc_line *line, struct buf *out)
{
	for (size_t i = 1; i < line->count; i++) {
		if (i > 1)
			buf_add_char(out, ' ');
		buf_add(out, line->params[i].text, line->params[i].len_bytes);
	}
}

static void add_event_text(struct json *json, const struct event *event)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf clean = { 0 };
	struct span action, raw = place(event->line, places[event->kind].text);

	if (places[event->kind].text == -2) {
		join_params(event->line, &text);
		raw = span_of(buf_text(&text), text.len_bytes);
	} else if (span_is(wire_ctcp(event->line, &action), "ACTION")) {
		raw = action;
	}
	add_text(&clean, raw, event->strip);
	json_add_text(json, "text", buf_text(&clean));
}

static void format_json(const struct event *event, struct buf *out)
{
	struct json *json = json_object_make();
	const struct irc_line *line = event->line;

	add_time(json, "time", event->received_ms);
	add_server_time(json, event);
	json_add_text(json, "network", event->network);
	add_span(json, "channel",
		 event->private ? span_of("", 0)
				: place(line, places[event->kind].channel));
	add_span(json, "nick", event->sender);
	json_add_text(json, "kind", message_kind_name(event->kind));
	add_event_text(json, event);
	add_span(json, "target",
		 event->private ? place(line, 0)
				: place(line, places[event->kind].target));
	add_span(json, "account",
		 event->tags != NULL ? event->tags->account : span_of("", 0));
	json_add_bool(json, "own", event->own);
	json_add_bool(json, "highlight", event->highlight);
	json_add_bool(json, "history", event->history);
	add_span(json, "command", line->command);
	json_print(json, out);
	buf_add_char(out, '\n');
	json_free(json);
}

void format_event(enum output_format format, const struct event *event,
		  struct buf *out)
{
	if (format == OUTPUT_JSON)
		format_json(event, out);
	else
		format_sic(event, out);
}
