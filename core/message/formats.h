/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * formats.h - what the parsers of the log formats share. Private.
 *
 * A parser looks at a line through a cursor: a function that matches moves it
 * on and returns true, one that does not leaves it where it was. Nothing is
 * allocated, nothing is read outside at .. end.
 */
#ifndef CORE_MESSAGE_FORMATS_H
#define CORE_MESSAGE_FORMATS_H

#include <string.h>

#include "core/message/message.h"

struct cursor {
	const char *at, *end;
};

/* How well a line fits a format. */
enum fit {
	FIT_NO,
	FIT_LOOSE, /* could be; not enough to recognise a stream by */
	FIT_SURE,
};

/* *ret is empty, of KIND_OTHER, before; on FIT_NO it may hold anything. */
typedef enum fit format_fn(struct cursor line, struct message *ret);

format_fn format_sic, format_ii, format_irssi, format_weechat, format_znc,
	format_ubuntu, format_meetbot, format_limnoria;

/* FIT of a line in any format but FORMAT_AUTO and FORMAT_PLAIN. */
enum fit format_fit(enum message_format format, const char *line,
		    size_t len_bytes, struct message *ret);

/* The whole line as the text of a message of that kind. */
void format_whole(enum message_kind kind, const char *line, size_t len_bytes,
		  struct message *ret);

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

bool cursor_literal(struct cursor *c, const char *literal);
/* Blanks, any number of them. */
void cursor_blanks(struct cursor *c);
/* What stands before the first literal, which is skipped. */
bool cursor_until(struct cursor *c, const char *literal, struct span *ret);
/* Up to a blank or the end; at least one byte. */
bool cursor_word(struct cursor *c, struct span *ret);
/* Like cursor_word, and the blank behind it. */
bool cursor_word_blank(struct cursor *c, struct span *ret);

/* "DD", that is from low to high. */
bool cursor_two_digits(struct cursor *c, int low, int high);
/* "HH:MM" or "HH:MM:SS", told apart by *ret_seconds. */
bool cursor_clock(struct cursor *c, bool *ret_seconds);
/* "YYYY-MM-DD" */
bool cursor_date(struct cursor *c);

/* "<nick> " or "<nick>" at the end; a nick holds no blank, but some logs of
 * 2005 have one behind it. */
bool cursor_speaker(struct cursor *c, struct span *ret);
/* "-nick- ", "-nick:#channel- " or "-nick(user@host)- ". */
bool cursor_notice(struct cursor *c, struct message *ret);
/* "OPENuser@hostCLOSE " in two bytes of its brackets: no blank inside. */
bool cursor_host(struct cursor *c, char open, char close);

/* Whether span starts like a channel: # & + ! or a status before a #. */
bool span_is_channel(struct span span);
struct span span_trim_end(struct span span);
/* Without open at its start and close at its end, when it has both. */
struct span span_unwrap(struct span span, char open, char close);
/* Without the channel status of a nick, "@" "+" ... or irssi's blank. */
struct span span_without_status(struct span nick);

/* Somebody said text: CTCP is unwrapped and decides about the kind. */
void message_said(struct message *message, enum message_kind kind,
		  struct span nick, struct span text);
/* Put a, between and b into message->joined. */
struct span message_join(struct message *message, struct span a,
			 const char *between, struct span b);

/*
 * "*** " behind the time, as ZNC and Limnoria write it: "bob is now known as
 * bobby", "carol was kicked by alice (why)", "alice sets mode: +o bob", "alice
 * changes topic to 'text'".
 */
bool format_stars(struct cursor c, struct message *ret);

#endif
