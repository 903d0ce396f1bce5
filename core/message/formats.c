/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/formats.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/message/own.h"
#include "core/message/usual.h"
#include "core/text.h"

/* In the order in which a line of an unknown stream is tried. */
enum grammar {
	GRAMMAR_NONE,
	GRAMMAR_MARKER,
	GRAMMAR_SIC,
	GRAMMAR_COLUMNS,
	GRAMMAR_CHAT,
	GRAMMAR_SUBTITLES,
	GRAMMAR_WEB_ERROR,
	GRAMMAR_LOGCAT,
	GRAMMAR_LOGGER,
	GRAMMAR_SYSLOG,
	GRAMMAR_COLON,
	GRAMMAR_HEADED,
	GRAMMAR_KERNEL,
	GRAMMAR_ANGLE,
	GRAMMAR_JSON,
	GRAMMAR_FEED,
	GRAMMAR_WEB_ACCESS,
	GRAMMAR_COMPILER,
	GRAMMAR_TESTS,
	GRAMMAR_NAMED,
	GRAMMAR_STAMPED,
	GRAMMAR_COUNT,
	/* Not found out: asked for. */
	GRAMMAR_AUTO,
	GRAMMAR_PLAIN,
	GRAMMAR_LINE,
};

static const struct {
	const char *name;
	grammar_fn *fit; /* NULL: read() does it */
} grammars[GRAMMAR_COUNT] = {
	[GRAMMAR_MARKER] = { "marker", grammar_marker },
	[GRAMMAR_SIC] = { "sic", grammar_sic },
	[GRAMMAR_COLUMNS] = { "columns", grammar_columns },
	[GRAMMAR_CHAT] = { "chat", grammar_chat },
	[GRAMMAR_SUBTITLES] = { "subtitles", grammar_subtitles },
	[GRAMMAR_WEB_ERROR] = { "web-error", grammar_web_error },
	[GRAMMAR_LOGCAT] = { "logcat", grammar_logcat },
	[GRAMMAR_LOGGER] = { "logger", grammar_logger },
	[GRAMMAR_SYSLOG] = { "syslog", grammar_syslog },
	[GRAMMAR_COLON] = { "colon", grammar_colon },
	[GRAMMAR_HEADED] = { "headed", grammar_headed },
	[GRAMMAR_KERNEL] = { "kernel", grammar_kernel },
	[GRAMMAR_ANGLE] = { "angle", grammar_angle },
	[GRAMMAR_JSON] = { "json", NULL },
	[GRAMMAR_FEED] = { "sfeed", NULL },
	[GRAMMAR_WEB_ACCESS] = { "access", grammar_web_access },
	[GRAMMAR_COMPILER] = { "compiler", grammar_compiler },
	[GRAMMAR_TESTS] = { "tests", grammar_tests },
	[GRAMMAR_NAMED] = { "named", grammar_named },
	[GRAMMAR_STAMPED] = { "stamped", grammar_stamped },
};

struct format {
	const char *name;
	enum grammar grammar;
	struct own_line *line; /* GRAMMAR_LINE */
	struct own_json *json; /* GRAMMAR_JSON: NULL for the usual names */
};

/* clang-format off */
static const struct format formats[] = {
	{ "auto", GRAMMAR_AUTO, NULL, NULL },
	{ "plain", GRAMMAR_PLAIN, NULL, NULL },
	{ "json", GRAMMAR_JSON, NULL, NULL },
	{ "sfeed", GRAMMAR_FEED, NULL, NULL },
	{ "sic", GRAMMAR_SIC, NULL, NULL },
	{ "ii", GRAMMAR_CHAT, NULL, NULL },
	{ "irssi", GRAMMAR_CHAT, NULL, NULL },
	{ "weechat", GRAMMAR_COLUMNS, NULL, NULL },
	{ "znc", GRAMMAR_CHAT, NULL, NULL },
	{ "ubuntu", GRAMMAR_CHAT, NULL, NULL },
	{ "meetbot", GRAMMAR_CHAT, NULL, NULL },
	{ "limnoria", GRAMMAR_CHAT, NULL, NULL },
	{ "supybot", GRAMMAR_CHAT, NULL, NULL },
	{ "eggdrop", GRAMMAR_CHAT, NULL, NULL },
	{ "hexchat", GRAMMAR_CHAT, NULL, NULL },
	{ "xchat", GRAMMAR_CHAT, NULL, NULL },
	{ "mirc", GRAMMAR_CHAT, NULL, NULL },
	{ "thelounge", GRAMMAR_CHAT, NULL, NULL },
	{ "irccloud", GRAMMAR_CHAT, NULL, NULL },
	{ "konversation", GRAMMAR_CHAT, NULL, NULL },
	{ "quassel", GRAMMAR_CHAT, NULL, NULL },
	{ "textual", GRAMMAR_CHAT, NULL, NULL },
	{ "catgirl", GRAMMAR_CHAT, NULL, NULL },
	{ "soju", GRAMMAR_CHAT, NULL, NULL },
	{ "matrix", GRAMMAR_CHAT, NULL, NULL },
	{ "rcirc", GRAMMAR_CHAT, NULL, NULL },
	{ "circe", GRAMMAR_CHAT, NULL, NULL },
	{ "erc", GRAMMAR_ANGLE, NULL, NULL },
	{ "ircii", GRAMMAR_ANGLE, NULL, NULL },
	{ "epic", GRAMMAR_ANGLE, NULL, NULL },
	{ "tiny", GRAMMAR_COLON, NULL, NULL },
	{ "bip", GRAMMAR_COLON, NULL, NULL },
	{ "pidgin", GRAMMAR_COLON, NULL, NULL },
	{ "profanity", GRAMMAR_COLON, NULL, NULL },
	{ "gajim", GRAMMAR_COLON, NULL, NULL },
	{ "dino", GRAMMAR_COLON, NULL, NULL },
	{ "chatterino", GRAMMAR_COLON, NULL, NULL },
	{ "whatsapp", GRAMMAR_COLON, NULL, NULL },
	{ "zoom", GRAMMAR_COLON, NULL, NULL },
	{ "discord", GRAMMAR_HEADED, NULL, NULL },
	{ "telegram", GRAMMAR_HEADED, NULL, NULL },
	{ "slack", GRAMMAR_HEADED, NULL, NULL },
	{ "teams", GRAMMAR_HEADED, NULL, NULL },
	{ "subtitles", GRAMMAR_SUBTITLES, NULL, NULL },
	{ "syslog", GRAMMAR_SYSLOG, NULL, NULL },
	{ "dmesg", GRAMMAR_KERNEL, NULL, NULL },
	{ "logcat", GRAMMAR_LOGCAT, NULL, NULL },
	{ "logger", GRAMMAR_LOGGER, NULL, NULL },
	{ "weberror", GRAMMAR_WEB_ERROR, NULL, NULL },
	{ "webaccess", GRAMMAR_WEB_ACCESS, NULL, NULL },
	{ "compiler", GRAMMAR_COMPILER, NULL, NULL },
	{ "tests", GRAMMAR_TESTS, NULL, NULL },
	{ "named", GRAMMAR_NAMED, NULL, NULL },
	{ "stamped", GRAMMAR_STAMPED, NULL, NULL },
};
/* clang-format on */

const struct format *format_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(name, formats[i].name) == 0)
			return &formats[i];
	return NULL;
}

const char *format_name(const struct format *format)
{
	return format->name;
}

const struct format *format_at(size_t index)
{
	return index < COUNT_OF(formats) ? &formats[index] : NULL;
}

/* ---- one's own ---------------------------------------------------------- */

static struct format *format_new(const char *name, enum grammar grammar)
{
	struct format *format = mem_new(sizeof(*format));

	format->name = mem_copy(name);
	format->grammar = grammar;
	return format;
}

int format_new_line(const char *name, const char *expression,
		    struct format **ret, struct err *e)
{
	struct own_line *line;
	int rc = own_line_new(expression, &line, e);

	if (rc < 0)
		return rc;
	*ret = format_new(name, GRAMMAR_LINE);
	(*ret)->line = line;
	return 0;
}

int format_new_json(const char *name, const char *keys, struct format **ret,
		    struct err *e)
{
	struct own_json *json;
	int rc = own_json_new(keys, &json, e);

	if (rc < 0)
		return rc;
	*ret = format_new(name, GRAMMAR_JSON);
	(*ret)->json = json;
	return 0;
}

void format_free(struct format *format)
{
	if (format == NULL)
		return;
	own_line_free(format->line);
	own_json_free(format->json);
	free((void *)(uintptr_t)format->name);
	free(format);
}

/* ---- one line ----------------------------------------------------------- */

/* WhatsApp writes such marks before what is no text: "image omitted". */
static void skip_invisible(struct cursor *c)
{
	while (c->at < c->end && (unsigned char)*c->at >= 0x80) {
		size_t n = 0;

		if (!text_is_invisible(text_next(c->at, cursor_left(c), &n)))
			return;
		c->at += n;
	}
}

static void split(const char *text, size_t len_bytes, struct line *ret)
{
	ret->whole = (struct cursor){ text, text + len_bytes };
	ret->body = ret->whole;
	skip_invisible(&ret->body);
	if (stamp_take(&ret->body, &ret->stamp))
		return;
	ret->body = ret->whole;
	ret->stamp.shape = 0;
}

static enum fit fit_of(enum grammar grammar, const struct line *line,
		       struct format_reader *reader, struct message *ret)
{
	message_clear(ret);
	if (grammar == GRAMMAR_JSON)
		return own_json_read(NULL, line->whole, &reader->json, ret);
	if (grammar == GRAMMAR_FEED)
		return own_feed_read(line->whole, ret);
	if (line->stamp.shape != 0) {
		ret->time = line->stamp.text;
		ret->when = line->stamp.when;
	}
	return grammars[grammar].fit(line, ret);
}

static bool is_blank(struct cursor c)
{
	while (c.at < c.end && (*c.at == ' ' || *c.at == '\t'))
		c.at++;
	return c.at == c.end;
}

/* A line that no grammar explains, with the stream's stamp or without. */
static void unknown(const struct line *line, bool stamped, struct message *ret)
{
	struct cursor c = line->body;

	message_whole(KIND_MESSAGE, line->whole, ret);
	if (stamped && line->stamp.shape != 0) {
		(void)cursor_space(&c);
		ret->text = cursor_rest(&c);
		ret->time = line->stamp.text;
		ret->when = line->stamp.when;
	}
	if (is_blank(cursor_of(ret->text)))
		ret->kind = KIND_OTHER;
}

/* ---- a text of several lines --------------------------------------------- */

/* Whose lines those after this one may be. */
static void remember_speaker(struct format_reader *reader, enum grammar grammar,
			     const struct message *message)
{
	const bool heading = message->kind == KIND_OTHER &&
			     message->nick.len_bytes > 0;

	if ((grammar != GRAMMAR_COLON && grammar != GRAMMAR_HEADED) ||
	    (grammar == GRAMMAR_HEADED && !heading))
		return;
	reader->speaker_bytes = 0;
	if (message->kind != KIND_MESSAGE && !heading)
		return;
	reader->speaker_bytes = text_cut(message->nick.text,
					 message->nick.len_bytes,
					 FORMAT_SPEAKER_BYTES);
	memcpy(reader->speaker, message->nick.text, reader->speaker_bytes);
}

enum going_on {
	GOES_ON_NOT,
	GOES_ON_MAYBE, /* unless another grammar surely explains it */
	GOES_ON,
};

/*
 * Whether line goes on with what was said before it: after a heading; of a
 * messenger, whose lines have a date all. Maybe of Pidgin, where all have a
 * time, and of Zoom, which writes a tab.
 */
static enum going_on goes_on(const struct format_reader *reader,
			     enum grammar grammar, const struct line *line)
{
	const struct cursor c = line->whole;

	if (reader->speaker_bytes == 0)
		return GOES_ON_NOT;
	if (grammar == GRAMMAR_HEADED)
		return GOES_ON;
	if (grammar != GRAMMAR_COLON || c.at == c.end)
		return GOES_ON_NOT;
	if ((reader->shape & STAMP_COMMA) != 0)
		return (line->stamp.shape & STAMP_COMMA) == 0 ? GOES_ON
							      : GOES_ON_NOT;
	return line->stamp.shape == 0 && ((reader->shape & STAMP_ROUND) != 0 ||
					  *c.at == '\t')
		       ? GOES_ON_MAYBE
		       : GOES_ON_NOT;
}

static void go_on(const struct format_reader *reader, const struct line *line,
		  struct message *ret)
{
	struct cursor c = line->whole;

	(void)cursor_char(&c, '\t');
	message_whole(is_blank(c) ? KIND_OTHER : KIND_MESSAGE, c, ret);
	ret->nick = span_of(reader->speaker, reader->speaker_bytes);
}

/* ---- found out ---------------------------------------------------------- */

enum doubt {
	DOUBT_NAMED = 1 << 0, /* the line before could be "[nick] text" */
	DOUBT_HEADING = 1 << 1, /* there was what could be a heading */
	DOUBT_HEADED = 1 << 2, /* and a text without a stamp below it */
};

/* A line that another grammar surely explains: remember how often in a row. */
static void count_other(struct format_reader *reader, enum grammar grammar)
{
	/* These say nothing of the other lines. */
	if (grammar == GRAMMAR_STAMPED || grammar == GRAMMAR_MARKER)
		return;
	reader->misses = reader->next == (int)grammar ? reader->misses + 1 : 1;
	reader->next = (int)grammar;
	/* After a heading come lines that no grammar knows. */
	if (reader->misses < FORMAT_SWITCH_LINES &&
	    reader->now != GRAMMAR_NONE && grammar != GRAMMAR_HEADED)
		return;
	reader->now = (int)grammar;
	reader->misses = 0;
}

/* The other grammar that surely explains line; GRAMMAR_NONE: there is none. */
static enum grammar find_other(const struct line *line,
			       struct format_reader *reader, enum going_on on,
			       unsigned *ret_doubts, struct message *ret)
{
	for (int i = GRAMMAR_NONE + 1; i < GRAMMAR_COUNT; i++) {
		enum fit fit;

		/* A text may begin with any time. */
		if (i == reader->now ||
		    (on == GOES_ON &&
		     (i == GRAMMAR_STAMPED || i == GRAMMAR_MARKER)))
			continue;
		fit = fit_of((enum grammar)i, line, reader, ret);
		if (fit == FIT_SURE)
			return (enum grammar)i;
		if (i == GRAMMAR_NAMED && fit == FIT_LOOSE)
			*ret_doubts |= DOUBT_NAMED;
		if (i == GRAMMAR_HEADED && fit == FIT_LOOSE &&
		    ret->nick.len_bytes > 0)
			*ret_doubts |= DOUBT_HEADING;
	}
	return GRAMMAR_NONE;
}

/*
 * What could be anything once is sure the second time: "[make] all" when the
 * line before was like it; "[2026-11-28 12:30] alice" when the one before had a
 * text below it.
 */
static enum grammar sure_by_now(unsigned before, unsigned doubts)
{
	if ((doubts & DOUBT_HEADING) != 0 && (before & DOUBT_HEADED) != 0)
		return GRAMMAR_HEADED;
	return (doubts & before & DOUBT_NAMED) != 0 ? GRAMMAR_NAMED
						    : GRAMMAR_NONE;
}

/* The doubts that an unknown line leaves. */
static unsigned doubts_after(unsigned before, unsigned doubts,
			     const struct line *line)
{
	if ((doubts & DOUBT_HEADING) != 0 ||
	    (before & (DOUBT_HEADING | DOUBT_HEADED)) == 0)
		return doubts;
	if (line->stamp.shape != 0 || is_blank(line->whole))
		return doubts | (before & (DOUBT_HEADING | DOUBT_HEADED));
	return doubts | DOUBT_HEADING | DOUBT_HEADED;
}

static bool detect(const struct line *line, struct format_reader *reader,
		   struct message *ret)
{
	const enum grammar now = (enum grammar)reader->now;
	const unsigned before = reader->doubts;
	const enum going_on on = goes_on(reader, now, line);
	unsigned doubts = 0;
	enum grammar other, late;

	reader->doubts = 0;
	if (now != GRAMMAR_NONE &&
	    (on == GOES_ON_NOT || now == GRAMMAR_HEADED) &&
	    fit_of(now, line, reader, ret) != FIT_NO) {
		reader->misses = 0;
		reader->shape = line->stamp.shape;
		remember_speaker(reader, now, ret);
		return true;
	}
	other = find_other(line, reader, on, &doubts, ret);
	late = sure_by_now(before, doubts);
	if ((other == GRAMMAR_NONE || other == GRAMMAR_STAMPED) &&
	    late != GRAMMAR_NONE) {
		(void)fit_of(late, line, reader, ret);
		other = late;
	}
	if (other != GRAMMAR_NONE)
		count_other(reader, other);
	else
		reader->misses = 0;
	if ((on == GOES_ON && (int)other != reader->now) ||
	    (on == GOES_ON_MAYBE && other == GRAMMAR_NONE)) {
		go_on(reader, line, ret);
		return true;
	}
	if (other == GRAMMAR_STAMPED)
		reader->doubts = doubts & DOUBT_HEADING;
	if (other != GRAMMAR_NONE) {
		if ((int)other == reader->now) {
			reader->shape = line->stamp.shape;
			remember_speaker(reader, other, ret);
		}
		return true;
	}
	reader->doubts = doubts_after(before, doubts, line);
	unknown(line, line->stamp.shape == reader->shape, ret);
	return false;
}

static bool read_as(const struct format *format, const struct line *line,
		    struct format_reader *reader, struct message *ret)
{
	const enum grammar grammar = format->grammar;
	const bool on = goes_on(reader, grammar, line) != GOES_ON_NOT;
	enum fit fit;

	message_clear(ret);
	if (grammar == GRAMMAR_LINE)
		fit = own_line_read(format->line, line->whole, ret) ? FIT_SURE
								    : FIT_NO;
	else if (grammar == GRAMMAR_JSON)
		fit = own_json_read(format->json, line->whole, &reader->json,
				    ret);
	else
		fit = on && grammar != GRAMMAR_HEADED
			      ? FIT_NO
			      : fit_of(grammar, line, reader, ret);
	if (fit != FIT_NO) {
		reader->shape = line->stamp.shape;
		remember_speaker(reader, grammar, ret);
	} else if (on) {
		go_on(reader, line, ret);
	}
	if (fit != FIT_NO || on)
		return true;
	if (fit_of(GRAMMAR_MARKER, line, reader, ret) != FIT_NO)
		return true;
	unknown(line, grammar != GRAMMAR_LINE && grammar != GRAMMAR_JSON, ret);
	return false;
}

bool format_is_usual(const struct format *format,
		     const struct format_reader *reader)
{
	return format->grammar == GRAMMAR_AUTO && reader->now == GRAMMAR_CHAT;
}

void format_take_usual(struct format_reader *reader, const struct usual *usual,
		       struct message *ret)
{
	reader->misses = 0;
	reader->doubts = 0;
	reader->shape = usual->shape;
	message_clear(ret);
	ret->time = usual->time;
	ret->when = usual->when;
	message_said(ret, KIND_MESSAGE, usual->nick, usual->text);
}

bool format_read(const struct format *format, struct format_reader *reader,
		 const char *line, size_t len_bytes, struct message *ret)
{
	struct line split_line;
	struct usual usual;

	if (format_is_usual(format, reader) &&
	    usual_read(span_of(line, len_bytes), &usual)) {
		format_take_usual(reader, &usual, ret);
		return true;
	}
	split(line, len_bytes, &split_line);
	if (format->grammar == GRAMMAR_PLAIN) {
		message_whole(KIND_MESSAGE, split_line.whole, ret);
		return true;
	}
	return format->grammar == GRAMMAR_AUTO
		       ? detect(&split_line, reader, ret)
		       : read_as(format, &split_line, reader, ret);
}

const char *format_reader_grammar(const struct format_reader *reader)
{
	return reader->now != GRAMMAR_NONE ? grammars[reader->now].name : "";
}

void format_reader_fini(struct format_reader *reader)
{
	json_free(reader->json);
	*reader = (struct format_reader){ 0 };
}
