/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * WebVTT and SubRip: what was said in a meeting or a film, with the time of
 * each piece in a line of its own.
 */
#include "core/message/grammar.h"

enum { NUMBER_DIGITS = 5 };

static bool is_made_of(struct span text, const char *bytes)
{
	for (size_t i = 0; i < text.len_bytes; i++)
		if (strchr(bytes, text.text[i]) == NULL)
			return false;
	return text.len_bytes > 0;
}

static enum fit other(const struct line *line, enum fit fit,
		      struct message *ret)
{
	ret->kind = KIND_OTHER;
	ret->text = cursor_rest(&line->whole);
	return fit;
}

/* "00:00:01.000 --> 00:00:02,500 line:0", "00:01.000 --> 00:02.000" */
static bool is_timing(struct cursor c)
{
	struct span from, to;

	return cursor_until(&c, " --> ", &from) && cursor_word(&c, &to) &&
	       from.len_bytes >= 9 && is_made_of(from, "0123456789:.,") &&
	       is_made_of(to, "0123456789:.,");
}

/* "<v Alice Smith>text</v>", also "<v.loud Alice>text" */
static bool voice(struct cursor c, struct message *ret)
{
	struct span class, name, text;

	if (!cursor_literal(&c, "<v") || c.at == c.end ||
	    (*c.at != ' ' && *c.at != '.') || !cursor_until(&c, " ", &class) ||
	    !cursor_until(&c, ">", &name) || name.len_bytes == 0)
		return false;
	text = cursor_rest(&c);
	if (cursor_until(&c, "</v>", &text) && c.at != c.end)
		return false;
	message_said(ret, KIND_MESSAGE, name, text);
	return true;
}

/* "<i>", "</font>", "<c.yellow>", "{\an8}": the bytes; 0: there is none. */
static size_t tag_bytes(struct cursor c)
{
	const char *close;

	if (cursor_literal(&c, "{\\")) {
		close = memchr(c.at, '}', cursor_left(&c));
		return close != NULL ? (size_t)(close - c.at) + 3 : 0;
	}
	if (!cursor_char(&c, '<') || c.at == c.end ||
	    (*c.at != '/' && !scan_is_alnum(*c.at)))
		return 0;
	close = memchr(c.at, '>', cursor_left(&c));
	return close != NULL ? (size_t)(close - c.at) + 2 : 0;
}

/* A text with tags in it, which only a screen shows. */
static bool tagged(struct cursor c, struct message *ret)
{
	size_t n = 0;
	bool found = false;

	if (cursor_left(&c) > sizeof(ret->joined))
		return false;
	while (c.at < c.end) {
		size_t tag = tag_bytes(c);

		found |= tag > 0;
		if (tag == 0)
			ret->joined[n++] = *c.at++;
		c.at += tag;
	}
	message_said(ret, n > 0 ? KIND_MESSAGE : KIND_OTHER, span_of("", 0),
		     span_of(ret->joined, n));
	return found;
}

/* Numbers and tags say nothing where no times stand between them. */
enum fit grammar_subtitles(const struct line *line, struct message *ret)
{
	const struct span whole = cursor_rest(&line->whole);
	struct cursor c = line->whole;

	if (is_timing(c) ||
	    (cursor_literal(&c, "WEBVTT") && (c.at == c.end || *c.at == ' ')))
		return other(line, FIT_SURE, ret);
	if (line->stamp.shape != 0)
		return FIT_NO;
	if (whole.len_bytes <= NUMBER_DIGITS && is_made_of(whole, "0123456789"))
		return other(line, FIT_LOOSE, ret);
	if (voice(line->whole, ret))
		return FIT_SURE;
	return tagged(line->whole, ret) ? FIT_LOOSE : FIT_NO;
}
