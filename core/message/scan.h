/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scan.h - a line looked at from left to right. Private to core/message.
 *
 * A parser looks at a line through a cursor: a function that matches moves it
 * on and returns true, one that does not leaves it where it was. Nothing is
 * allocated, nothing is read outside at .. end.
 */
#ifndef CORE_MESSAGE_SCAN_H
#define CORE_MESSAGE_SCAN_H

#include <string.h>

#include "core/message/message.h"

struct cursor {
	const char *at, *end;
};

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline struct span cursor_rest(const struct cursor *c)
{
	return span_of(c->at, cursor_left(c));
}

static inline struct cursor cursor_of(struct span span)
{
	const char *text = span.text != NULL ? span.text : "";

	return (struct cursor){ text, text + span.len_bytes };
}

static inline struct span span_between(const char *from, const char *to)
{
	return span_of(from, (size_t)(to - from));
}

static inline bool cursor_char(struct cursor *c, char want)
{
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static inline bool scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool scan_is_alnum(char c)
{
	char lower = (char)(c | 0x20);

	return (lower >= 'a' && lower <= 'z') || scan_is_digit(c);
}

/* In line: the compiler knows how long a literal is. */
static inline bool cursor_literal(struct cursor *c, const char *literal)
{
	size_t n = strlen(literal);

	if (cursor_left(c) < n || memcmp(c->at, literal, n) != 0)
		return false;
	c->at += n;
	return true;
}

/* Blanks, any number of them. */
void cursor_blanks(struct cursor *c);
/* A blank or a tab, and then any number of them. */
bool cursor_space(struct cursor *c);
/* What stands before the first literal, which is skipped. */
bool cursor_until(struct cursor *c, const char *literal, struct span *ret);
/* Up to a blank or the end; at least one byte. */
bool cursor_word(struct cursor *c, struct span *ret);
/* Like cursor_word, and the blank after it. */
bool cursor_word_blank(struct cursor *c, struct span *ret);

/* "DD", that is from low to high. */
bool cursor_two_digits(struct cursor *c, int low, int high);

/* "<nick> " or "<nick>" at the end; a nick holds no blank, but some logs of
 * 2005 have one after it. */
bool cursor_speaker(struct cursor *c, struct span *ret);
/* "OPENuser@hostCLOSE" in two bytes of its brackets: no blank inside. */
bool cursor_host(struct cursor *c, char open, char close);

/* Whether span starts like a channel: # & + ! or a status before a #. */
bool span_is_channel(struct span span);
struct span span_trim_end(struct span span);
/* Without open at its start and close at its end, when it has both. */
struct span span_unwrap(struct span span, char open, char close);
/* Without the channel status of a nick, "@" "+" ... or irssi's blank. */
struct span span_without_status(struct span nick);
bool span_has(struct span span, char c);
bool span_ends(struct span span, char c);
/* "Alice", "Alice Smith": no word begins with a small letter. */
bool span_is_capitalised(struct span name);
/* "error", "WARNING": a word that says how bad it is, and no name. */
bool span_is_severity(struct span word);
/* "b", "br": what stands in the brackets of a page, and is no nick. */
bool span_is_element(struct span name);

/* Everything empty but joined; KIND_OTHER. */
void message_clear(struct message *message);
/* The whole line as the text of a message of that kind. */
void message_whole(enum message_kind kind, struct cursor line,
		   struct message *ret);
/* Somebody said text: CTCP is unwrapped and decides about the kind. */
void message_said(struct message *message, enum message_kind kind,
		  struct span nick, struct span text);
/* Put a, between and b into message->joined. */
struct span message_join(struct message *message, struct span a,
			 const char *between, struct span b);

#endif
