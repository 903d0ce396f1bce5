/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * What logging libraries write before a text: the level, and which part of a
 * program speaks. Python's, Java's and Go's, glog, logfmt.
 */
#include "core/message/grammar.h"
#include "core/message/level.h"

/* ERROR, not "error": that is a word. */
static bool is_level(struct span word)
{
	for (size_t i = 0; i < word.len_bytes; i++)
		if (word.text[i] < 'A' || word.text[i] > 'Z')
			return false;
	return span_is_severity(word);
}

static void logged(struct message *ret, struct span level, struct span who,
		   struct cursor text)
{
	ret->label = level_said(level);
	cursor_blanks(&text);
	message_said(ret, KIND_MESSAGE,
		     span_is(who, "root") ? span_of("", 0) : who,
		     cursor_rest(&text));
}

/* ---- without a time before it -------------------------------------------- */

/* glog, klog: "E1128 12:30:01.123456   12345 file.go:123] text" */
static bool glog(struct cursor c, struct message *ret)
{
	static const struct {
		char letter;
		const char *level;
	} levels[] = { { 'I', "info" },
		       { 'W', "warning" },
		       { 'E', "error" },
		       { 'F', "fatal" } };
	const char *first = c.at;
	struct span word, place;
	struct stamp clock;

	if (!cursor_word_blank(&c, &word) || word.len_bytes != 5 ||
	    !scan_is_digit(word.text[1]) || !scan_is_digit(word.text[4]) ||
	    !stamp_take(&c, &clock) || !cursor_until(&c, "] ", &place) ||
	    !span_has(place, ':'))
		return false;
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		if (levels[i].letter != *first)
			continue;
		logged(ret, span_of_text(levels[i].level), span_of("", 0), c);
		return true;
	}
	return false;
}

/* A value of logfmt, without the quotes around it. */
static bool take_value(struct cursor *c, struct span *ret)
{
	const char *end;

	if (!cursor_char(c, '"'))
		return cursor_word(c, ret);
	for (end = c->at; end < c->end && *end != '"'; end++)
		end += *end == '\\' && end + 1 < c->end;
	if (end == c->end)
		return false;
	*ret = span_between(c->at, end);
	c->at = end + 1;
	return true;
}

/* 'time=... level=warning msg="text" key=value' */
static bool logfmt(struct cursor c, struct message *ret)
{
	struct span key, value, level = span_of("", 0);

	while (c.at < c.end && cursor_until(&c, "=", &key) &&
	       !span_has(key, ' ') && take_value(&c, &value)) {
		cursor_blanks(&c);
		if (span_is(key, "level") || span_is(key, "lvl")) {
			level = value;
		} else if (span_is(key, "msg") && level.len_bytes > 0) {
			logged(ret, level, span_of("", 0), cursor_of(value));
			if (c.at < c.end)
				ret->text = message_join(ret, value, " ",
							 cursor_rest(&c));
			return true;
		}
	}
	return false;
}

/* Python's own: "WARNING:root:text" */
static bool python(struct cursor c, struct message *ret)
{
	struct span level, name;

	if (!cursor_until(&c, ":", &level) || !is_level(level) ||
	    !cursor_until(&c, ":", &name) || name.len_bytes == 0 ||
	    span_has(name, ' ') || c.at == c.end || *c.at == ' ')
		return false;
	logged(ret, level, name, c);
	return true;
}

/* ---- after a date -------------------------------------------------------- */

/* "- name - ERROR - text", "- ERROR - text" */
static bool dashed(struct cursor c, struct message *ret)
{
	struct span name = span_of("", 0), level;

	if (!cursor_literal(&c, "- ") || !cursor_until(&c, " - ", &level))
		return false;
	if (!is_level(level)) {
		name = level;
		if (!cursor_until(&c, " - ", &level) || !is_level(level))
			return false;
	}
	logged(ret, level, name, c);
	return true;
}

/* "[main] ", "[12] " */
static void skip_bracketed(struct cursor *c)
{
	struct cursor try = *c;
	struct span inside;

	if (cursor_char(&try, '[') && cursor_until(&try, "] ", &inside) &&
	    !is_level(inside))
		*c = try;
	cursor_blanks(c);
}

/* "app.main: ", "com.example.Main - " */
static struct span take_name(struct cursor *c)
{
	struct cursor try = *c;
	struct span name;

	if (!cursor_word_blank(&try, &name))
		return span_of("", 0);
	if (name.len_bytes > 1 && span_ends(name, ':'))
		name.len_bytes--;
	else if (!cursor_literal(&try, "- "))
		return span_of("", 0);
	*c = try;
	return name;
}

/* "[12] [INFO] text", "ERROR [main] com.example.Main - text" */
static bool levelled(struct cursor c, struct message *ret)
{
	struct span level, name;

	skip_bracketed(&c);
	if (!cursor_word_blank(&c, &level))
		return false;
	level = span_unwrap(level, '[', ']');
	if (!is_level(level))
		return false;
	cursor_blanks(&c);
	skip_bracketed(&c);
	name = take_name(&c);
	if (c.at == c.end)
		return false;
	logged(ret, level, name, c);
	return true;
}

enum fit grammar_logger(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	bool fits;

	if (line->stamp.shape == 0)
		fits = glog(c, ret) || logfmt(c, ret) || python(c, ret);
	else
		fits = (line->stamp.shape & STAMP_DATE) != 0 &&
		       cursor_space(&c) && (dashed(c, ret) || levelled(c, ret));
	return fits ? FIT_SURE : FIT_NO;
}
