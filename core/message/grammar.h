/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * grammar.h - how well a line fits each grammar. Private to core/message.
 *
 * A grammar is a time stamp (stamp.h), who speaks, and what is said or happens
 * (event.h). The formats of many programs are one grammar; formats.c has the
 * table of their names.
 */
#ifndef CORE_MESSAGE_GRAMMAR_H
#define CORE_MESSAGE_GRAMMAR_H

#include "core/message/stamp.h"

enum fit {
	FIT_NO,
	FIT_LOOSE, /* could be; not enough to recognise a stream by */
	FIT_SURE,
};

/* A line with the stamp that it begins with, which all grammars ask for. */
struct line {
	struct cursor whole;
	struct cursor body; /* after the stamp, its blanks included */
	struct stamp stamp; /* shape 0: none */
};

static inline bool line_has(const struct line *line, unsigned shape)
{
	return (line->stamp.shape & shape) == shape && line->stamp.shape != 0;
}

/* *ret is message_clear() with the stamp's time before; on FIT_NO anything. */
typedef enum fit grammar_fn(const struct line *line, struct message *ret);

grammar_fn grammar_sic; /* sic, sic-bridge */
grammar_fn grammar_chat; /* "<nick> text" and all that goes with it */
grammar_fn grammar_columns; /* WeeChat: time, prefix and text between tabs */
grammar_fn grammar_colon; /* "nick: text" after a time */
grammar_fn grammar_angle; /* "<nick> text" without a time */
grammar_fn grammar_named; /* "[nick] text", "nick> text" */
/* "alice — Today at 12:30": nick is who speaks in the lines after it; "" where
 * that stays who it was. */
grammar_fn grammar_headed;
grammar_fn grammar_subtitles; /* WebVTT, SubRip */
grammar_fn grammar_marker; /* "--- Log opened ..." */
grammar_fn grammar_logger; /* level and logger of a logging library */
grammar_fn grammar_syslog, grammar_kernel, grammar_logcat;
grammar_fn grammar_web_error, grammar_web_access;
grammar_fn grammar_compiler, grammar_tests;
grammar_fn grammar_stamped; /* any text after a sure time stamp */

#endif
