/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * irc_line.h - one IRC line, taken apart without copying.
 *
 * The line is without message tags and without its line end. Two readings of
 * what follows the command are kept side by side: RFC 1459's parameters, and
 * sic's ("middle", up to the first colon wherever it stands, and "trailing"),
 * because sic's output lines are made of the latter.
 */
#ifndef SIC_BRIDGE_IRC_LINE_H
#define SIC_BRIDGE_IRC_LINE_H

#include "core/message/message.h"

enum { IRC_PARAMS_MAX = 15 }; /* RFC 2812, section 2.3 */

struct irc_line {
	bool has_prefix;
	struct span prefix; /* "nick!user@host" or a server's name */
	struct span nick; /* prefix up to its '!' */
	struct span command;
	struct span params[IRC_PARAMS_MAX]; /* the last one may hold blanks */
	size_t count;
	struct span middle, trailing; /* sic's reading */
};

/*
 * Take text[0 .. len_bytes) apart. Returns false when there is no command.
 * memory: *ret points into text.
 */
bool irc_line_parse(const char *text, size_t len_bytes, struct irc_line *ret);

/* Whether the command is word (upper case), in any letter case. */
bool irc_line_is(const struct irc_line *line, const char *word);

/* PRIVMSG or NOTICE: somebody says something. */
bool irc_line_is_text(const struct irc_line *line);

/* The three-digit number of a reply; 0 when the command is a word. */
unsigned irc_line_numeric(const struct irc_line *line);

/* Parameter i, or an empty span when there are fewer. */
struct span irc_line_param(const struct irc_line *line, size_t i);

#endif
