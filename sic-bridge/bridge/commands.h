/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * commands.h - what the user types, as sic reads it. Pure.
 *
 *	text             to the default channel or user
 *	:j #c [key]      join; becomes the default if there is none
 *	:l [#c] [why]    leave #c, or the default
 *	:m who text      say text to who
 *	:s who           make who the default
 *	:cancel          drop what waits to be sent; not in sic
 *	:anything else   sent raw
 *
 * The one-letter commands need a space or the end of the line after the
 * letter.
 * Source: sic 1.1, sic.c parsein().
 */
#ifndef SIC_BRIDGE_COMMANDS_H
#define SIC_BRIDGE_COMMANDS_H

#include "core/message/message.h"

enum command_kind {
	COMMAND_NOTHING, /* an empty line */
	COMMAND_SAY, /* text */
	COMMAND_JOIN, /* target, text: the key */
	COMMAND_LEAVE, /* target ("" is the default), text: the reason */
	COMMAND_MESSAGE, /* target, text */
	COMMAND_SELECT, /* target */
	COMMAND_CANCEL, /* drop what waits to be sent */
	/* Those of a person: command_parse_human(). */
	COMMAND_ACTION, /* text */
	COMMAND_REPLY, /* text */
	COMMAND_QUIT, /* text: the reason */
	COMMAND_NAMES, /* target ("" is the default) */
	COMMAND_TOPIC, /* text: the new one, "" asks */
	COMMAND_IGNORE, /* target */
	COMMAND_WHERE,
	COMMAND_HELP,
	COMMAND_SLASH, /* what is a command elsewhere; target: its word */
	COMMAND_RAW, /* text */
};

struct command {
	enum command_kind kind;
	struct span target, text;
};

/*
 * The same for a person at a terminal, who has more commands (":me", ":who",
 * ":r", ":q", ":names", ":topic", ":ignore", ":where", ":help"), may begin a
 * line with a smiley, and is kept from saying "/msg NickServ identify ..." to
 * a channel; "//" begins a line with "/".
 */
void command_parse_human(const char *line, size_t len_bytes,
			 struct command *ret);

/* memory: *ret points into line. */
void command_parse(const char *line, size_t len_bytes, struct command *ret);

#endif
