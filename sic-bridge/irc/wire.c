/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/wire.h"

#include <string.h>
#include <strings.h>

#include "core/text.h"

enum { CTCP_MARK = 0x01, LIBRARY_ACTION_BYTES = 64 };

/* ---- CTCP ---------------------------------------------------------------- */

struct span wire_ctcp(const struct irc_line *line, struct span *ret_text)
{
	struct span text = irc_line_param(line, 1);
	const char *blank;

	*ret_text = span_of("", 0);
	if (text.len_bytes < 2 || text.text[0] != CTCP_MARK)
		return span_of("", 0);
	text.text++;
	text.len_bytes--;
	/* Clients cut long ones: the closing mark may be missing. */
	if (text.text[text.len_bytes - 1] == CTCP_MARK)
		text.len_bytes--;
	blank = memchr(text.text, ' ', text.len_bytes);
	if (blank == NULL)
		return text;
	*ret_text = span_of(blank + 1,
			    (size_t)(text.text + text.len_bytes - blank - 1));
	text.len_bytes = (size_t)(blank - text.text);
	return text;
}

/* Whether the text of a message opens with the CTCP mark, whole or not. */
static bool is_marked(const struct irc_line *line)
{
	struct span text = irc_line_param(line, 1);

	return text.len_bytes > 0 && text.text[0] == CTCP_MARK;
}

/*
 * The library copies a CTCP text into 128 bytes, under-runs on a lone mark, and
 * acts on DCC: only an ACTION ever reaches it, in a short form.
 */
static bool is_safe_ctcp(const struct irc_line *line)
{
	struct span text;

	return irc_line_is(line, "PRIVMSG") &&
	       span_is(wire_ctcp(line, &text), "ACTION");
}

/* ---- what may happen to a line ------------------------------------------- */

/* clang-format off */
static const struct {
	const char *word;
	enum wire_fate fate;
	bool bare;	/* the library copes with it without a prefix */
} words[] = {
	{ "ACK",	  WIRE_OURS, true },
	{ "AUTHENTICATE", WIRE_OURS, true },
	{ "BATCH",	  WIRE_OURS, true },
	{ "CAP",	  WIRE_OURS, true },
	{ "PING",	  WIRE_OURS, true },
	{ "PONG",	  WIRE_OURS, true },
	{ "TAGMSG",	  WIRE_OURS, true },
	{ "ERROR",	  WIRE_PASS, true },
	{ "NOTICE",	  WIRE_PASS, true },
	{ "INVITE",	  WIRE_PASS, false },
	{ "JOIN",	  WIRE_PASS, false },
	{ "KICK",	  WIRE_PASS, false },
	{ "MODE",	  WIRE_PASS, false },
	{ "NICK",	  WIRE_PASS, false },
	{ "PART",	  WIRE_PASS, false },
	{ "PRIVMSG",	  WIRE_PASS, false },
	{ "QUIT",	  WIRE_PASS, false },
	{ "TOPIC",	  WIRE_PASS, false },
};
/* clang-format on */

/*
 * The library compares letter case, takes "000" as no command at all, and
 * reads behind the end of a line whose command has no parameter.
 */
static enum wire_fate fate_of(const struct irc_line *line)
{
	if (irc_line_numeric(line) != 0)
		return line->count > 0 && line->has_prefix ? WIRE_PASS
							   : WIRE_DIRECT;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!irc_line_is(line, words[i].word))
			continue;
		if (words[i].fate == WIRE_OURS)
			return WIRE_OURS;
		if (line->count == 0 || !(line->has_prefix || words[i].bare) ||
		    !span_is(line->command, words[i].word) ||
		    (is_marked(line) && !is_safe_ctcp(line)))
			return WIRE_DIRECT;
		return WIRE_PASS;
	}
	return WIRE_DIRECT;
}

/* ---- bytes to lines ------------------------------------------------------ */

struct feed {
	struct wire *wire;
	wire_fn *fn;
	void *data;
};

/*
 * CR and NUL inside a line would end it for the library, and for whoever reads
 * our output.
 */
static void blank_out(char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if (text[i] == '\r' || text[i] == '\0')
			text[i] = ' ';
}

/* The '@...' in front, if any; *text and *len_bytes move after it. */
static bool take_tags(char **text, size_t *len_bytes, struct tags *ret)
{
	char *blank;

	if (*len_bytes == 0 || **text != '@') {
		tags_parse(*text, 0, ret);
		return true;
	}
	blank = memchr(*text, ' ', *len_bytes);
	if (blank == NULL)
		return false;
	tags_parse(*text + 1, (size_t)(blank - *text) - 1, ret);
	*len_bytes -= (size_t)(blank - *text);
	*text = blank;
	while (*len_bytes > 0 && **text == ' ') {
		++*text;
		--*len_bytes;
	}
	return true;
}

static int on_line(const char *bytes, size_t len_bytes, bool cut, void *data)
{
	struct feed *feed = data;
	struct wire *wire = feed->wire;
	struct wire_line line;
	/* lines_feed() works on our own writable buffer. */
	char *at = (char *)(uintptr_t)bytes;
	const char *text;

	(void)cut; /* counted in wire->lines.cut; what is there is shown */
	blank_out(at, len_bytes);
	if (!take_tags(&at, &len_bytes, &line.tags)) {
		wire->dropped++;
		return 0;
	}
	text = at;
	if (wire->charset != NULL)
		text = charset_decode(wire->charset, at, &len_bytes,
				      &wire->scratch);
	if (!irc_line_parse(text, len_bytes, &line.line)) {
		wire->dropped++;
		return 0;
	}
	line.fate = fate_of(&line.line);
	return feed->fn(&line, feed->data);
}

int wire_feed(struct wire *wire, char *bytes, size_t len_bytes, wire_fn *fn,
	      void *data)
{
	struct feed feed = { wire, fn, data };

	return lines_feed(&wire->lines, bytes, len_bytes, on_line, &feed);
}

void wire_reset(struct wire *wire)
{
	lines_fini(&wire->lines);
}

void wire_fini(struct wire *wire)
{
	lines_fini(&wire->lines);
	buf_fini(&wire->scratch);
}

/* ---- the library's copy -------------------------------------------------- */

struct library_text {
	char *out;
	size_t len_bytes;
};

static void put(struct library_text *to, struct span part, size_t max_bytes)
{
	size_t room = WIRE_LIBRARY_BYTES - 2 - to->len_bytes;
	size_t n = text_cut(part.text, part.len_bytes,
			    min_size(room, max_bytes));

	memcpy(to->out + to->len_bytes, part.text, n);
	to->len_bytes += n;
}

static void put_text(struct library_text *to, const char *text)
{
	put(to, span_of_text(text), SIZE_MAX);
}

/*
 * Written anew from the parts, with single blanks: the library takes two in a
 * row for an empty parameter.
 */
size_t wire_library(const struct wire_line *line, char out[WIRE_LIBRARY_BYTES])
{
	struct library_text to = { out, 0 };
	const struct irc_line *l = &line->line;
	struct span action;
	bool is_action = is_marked(l);

	if (l->has_prefix) {
		put_text(&to, ":");
		put(&to, l->prefix, 300);
		put_text(&to, " ");
	}
	put(&to, l->command, 100);
	for (size_t i = 0; i < l->count; i++) {
		bool last = i + 1 == l->count;

		if (last && is_action) {
			(void)wire_ctcp(l, &action);
			put_text(&to, " :\001ACTION ");
			put(&to, action, LIBRARY_ACTION_BYTES);
			put_text(&to, "\001");
			break;
		}
		put_text(&to, last ? " :" : " ");
		put(&to, l->params[i], SIZE_MAX);
	}
	memcpy(out + to.len_bytes, "\r\n", 2);
	return to.len_bytes + 2;
}
