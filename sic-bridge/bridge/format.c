/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/format.h"

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
		.channel = span_of_text(target),
		.target = span_of("", 0),
		.text = span_of_text(text),
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
 * Played back: ">< HISTORY (TARGET): text", with the command after the target
 * when it is no PRIVMSG. No message in sic's format looks so, and what reads
 * that format takes it for an event.
 */
static void history_parts(const struct irc_line *line, struct buf *params,
			  struct parts *ret)
{
	message_parts(line, ret);
	ret->command = span_of_text("HISTORY");
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

static void format_sic(const struct settings *settings,
		       const struct event *event, struct buf *out)
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
	if (settings->network_name)
		message.network = span_of_text(settings->network != NULL
						       ? settings->network
						       : settings->host);
	message_print_sic(&message, time_of(event), out);
	for (size_t i = 0; i < COUNT_OF(scratch); i++)
		buf_fini(&scratch[i]);
}

/* "NETWORK : TIME >< STATE (word #channel nick): sentence" */
static void state_sic(const struct state *state, int64_t now_ms,
		      struct buf *out)
{
	SCOPED_BUF struct buf params = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct message message = {
		.kind = KIND_STATE,
		.nick = span_of_text(state->network),
		.command = span_of_text("STATE"),
	};

	buf_add_text(&params, state->word);
	for (int i = 0; i < 2; i++) {
		struct span word = i == 0 ? state->channel : state->nick;

		if (word.len_bytes == 0)
			continue;
		buf_add_char(&params, ' ');
		add_text(&params, word, true);
	}
	add_text(&text, state->text, true);
	message.params = span_of(buf_text(&params), params.len_bytes);
	message.trailing = span_of(buf_text(&text), text.len_bytes);
	message_print_sic(&message, (time_t)(now_ms / 1000), out);
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
	SCOPED_BUF struct buf text = { 0 };

	json_add_text(json, key,
		      tags_add_time(&text, ms) ? buf_text(&text) : NULL);
}

static void add_server_time(struct json *json, const struct event *event)
{
	int64_t ms;

	if (event->tags != NULL && tags_time(event->tags->time, &ms))
		add_time(json, "server_time", ms);
	else
		json_add_text(json, "server_time", NULL);
}

enum place {
	NONE = -1,
	ALL = -2, /* from the first parameter on, with single spaces */
	REST = -3, /* the same from the second on */
	LAST = -4,
};

/* clang-format off */
static const struct places {
	const char *command;
	signed char channel, target, text;
} commands[] = {
	{ "PRIVMSG", 0,    NONE, 1 },
	{ "NOTICE",  0,    NONE, 1 },
	{ "JOIN",    0,    NONE, NONE },
	{ "PART",    0,    NONE, 1 },
	{ "QUIT",    NONE, NONE, 0 },
	{ "NICK",    NONE, NONE, 0 },
	{ "MODE",    0,    NONE, REST },
	{ "TOPIC",   0,    NONE, 1 },
	{ "KICK",    0,    1,    2 },
	{ "INVITE",  1,    0,    NONE },
	{ "KILL",    NONE, 0,    1 },
	{ "ERROR",   NONE, NONE, 0 },
	{ "WALLOPS", NONE, NONE, 0 },
	{ "AWAY",    NONE, NONE, 0 },
	{ "SETNAME", NONE, NONE, 0 },
	{ "ACCOUNT", NONE, NONE, 0 },
	{ "CHGHOST", NONE, NONE, ALL },
	{ "RENAME",  0,    1,    2 },
	{ "REDACT",  0,    1,    2 },
};
/* clang-format on */
static const struct places numeric_places = { NULL, NONE, 0, REST };
static const struct places other_places = { NULL, NONE, NONE, LAST };

static const struct places *places_of(const struct irc_line *line)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (irc_line_is(line, commands[i].command))
			return &commands[i];
	return irc_line_numeric(line) != 0 ? &numeric_places : &other_places;
}

/* A channel, without the "@" of "@#c"; empty for anything else. */
static struct span bare_channel(const struct event *event, struct span name)
{
	struct span bare = names_without_status(event->names, name);

	return names_is_channel(event->names, bare) ? bare : span_of("", 0);
}

/* The named one, else the first parameter that is one: "473 me #c :...". */
static struct span channel_of(const struct event *event,
			      const struct places *places)
{
	const struct irc_line *line = event->line;

	if (places->channel >= 0)
		return bare_channel(
			event, irc_line_param(line, (size_t)places->channel));
	for (size_t i = 0; places->text <= REST && i + 1 < line->count; i++) {
		struct span name = bare_channel(event, line->params[i]);

		if (name.len_bytes > 0)
			return name;
	}
	return span_of("", 0);
}

/* Whom it is for, where the channel does not say it all: "bob", "@#c". */
static struct span target_of(const struct event *event,
			     const struct places *places, struct span channel)
{
	const struct irc_line *line = event->line;

	if (places->target >= 0)
		return irc_line_param(line, (size_t)places->target);
	if (places->channel < 0 ||
	    irc_line_param(line, (size_t)places->channel).len_bytes ==
		    channel.len_bytes)
		return span_of("", 0);
	return irc_line_param(line, (size_t)places->channel);
}

static void join_params(const struct irc_line *line, size_t first,
			struct buf *out)
{
	for (size_t i = first; i < line->count; i++) {
		if (i > first)
			buf_add_char(out, ' ');
		buf_add(out, line->params[i].text, line->params[i].len_bytes);
	}
}

static struct span text_of(const struct irc_line *line,
			   const struct places *places, struct buf *joined)
{
	struct span action;

	if (span_is(wire_ctcp(line, &action), "ACTION"))
		return action;
	if (places->text == LAST)
		return irc_line_param(line,
				      line->count > 0 ? line->count - 1 : 0);
	if (places->text >= 0)
		return irc_line_param(line, (size_t)places->text);
	if (places->text != NONE)
		join_params(line, places->text == REST ? 1 : 0, joined);
	return span_of(buf_text(joined), joined->len_bytes);
}

static void add_cleaned(struct json *json, const char *key, struct span text,
			bool strip)
{
	SCOPED_BUF struct buf cleaned = { 0 };

	add_text(&cleaned, text, strip);
	json_add_text(json, key, buf_text(&cleaned));
}

static void add_params(struct json *json, const struct event *event)
{
	struct json *params = json_array_make();

	for (size_t i = 0; i < event->line->count; i++)
		add_cleaned(params, NULL, event->line->params[i], event->strip);
	json_add(json, "params", params);
}

static void end_json(struct json *take_json, struct buf *out)
{
	json_print(take_json, out);
	buf_add_char(out, '\n');
	json_free(take_json);
}

/* "nick@host", as some servers write who it is, without a user. */
static struct span bare_nick(struct span sender)
{
	const char *at = memchr(sender.text, '@', sender.len_bytes);

	return at != NULL && at > sender.text
		       ? span_of(sender.text, (size_t)(at - sender.text))
		       : sender;
}

static void format_json(const struct event *event, struct buf *out)
{
	struct json *json = json_object_make();
	const struct irc_line *line = event->line;
	const struct places *places = places_of(line);
	struct span channel = channel_of(event, places);
	SCOPED_BUF struct buf joined = { 0 };

	add_time(json, "time", event->received_ms);
	add_server_time(json, event);
	json_add_text(json, "network", event->network);
	add_span(json, "channel", channel);
	add_span(json, "nick", bare_nick(event->sender));
	json_add_text(json, "kind", message_kind_name(event->kind));
	add_cleaned(json, "text", text_of(line, places, &joined), event->strip);
	add_span(json, "target", target_of(event, places, channel));
	add_span(json, "account",
		 event->tags != NULL ? event->tags->account : span_of("", 0));
	json_add_bool(json, "own", event->own);
	json_add_bool(json, "highlight", event->highlight);
	json_add_bool(json, "history", event->history);
	add_span(json, "command", line->command);
	add_params(json, event);
	end_json(json, out);
}

/* The keys of every line, and "state" for programs. */
static void state_json(const struct settings *settings,
		       const struct state *state, int64_t now_ms,
		       struct buf *out)
{
	struct json *json = json_object_make();

	add_time(json, "time", now_ms);
	json_add_text(json, "server_time", NULL);
	json_add_text(json, "network", settings->network);
	add_span(json, "channel", state->channel);
	add_span(json, "nick", state->nick);
	json_add_text(json, "kind", message_kind_name(KIND_STATE));
	add_cleaned(json, "text", state->text, true);
	json_add_text(json, "target", NULL);
	json_add_text(json, "account", NULL);
	json_add_bool(json, "own", false);
	json_add_bool(json, "highlight", false);
	json_add_bool(json, "history", false);
	json_add_text(json, "command", "STATE");
	json_add_text(json, "state", state->word);
	end_json(json, out);
}

/* ---- either -------------------------------------------------------------- */

void format_event(const struct settings *settings, const struct event *event,
		  struct buf *out)
{
	if (settings->format == OUTPUT_JSON)
		format_json(event, out);
	else
		format_sic(settings, event, out);
}

void format_state(const struct settings *settings, const struct state *state,
		  int64_t now_ms, struct buf *out)
{
	if (settings->format == OUTPUT_JSON)
		state_json(settings, state, now_ms, out);
	else
		state_sic(state, now_ms, out);
}
