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
	COMMAND_RAW, /* text */
};

struct command {
	enum command_kind kind;
	struct span target, text;
};

/* memory: *ret points into line. */
void command_parse(const char *line, size_t len_bytes, struct command *ret);

#endif
