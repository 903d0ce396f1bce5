/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * names.h - what the server says about names in its 005 lines: how letter case
 * is folded, what is a channel, how long things may be. Pure.
 */
#ifndef SIC_BRIDGE_NAMES_H
#define SIC_BRIDGE_NAMES_H

#include "sic-bridge/irc_line.h"

enum casemapping {
	CASEMAPPING_RFC1459, /* {}|~ are the small letters of []\^ */
	CASEMAPPING_STRICT, /* the same without ~ and ^ */
	CASEMAPPING_ASCII,
};

struct names {
	enum casemapping casemapping;
	char channel_types[16];
	unsigned nick_bytes; /* longest nick, 0: not said */
	bool has_chathistory; /* CHATHISTORY was announced */
	unsigned chathistory; /* its limit of lines, 0: none */
};

void names_init(struct names *names);

/* Take in a 005 line. */
void names_learn(struct names *names, const struct irc_line *line);

bool names_equal(const struct names *names, struct span a, struct span b);
bool names_is_channel(const struct names *names, struct span name);

/* Whether nick stands in text as a word of its own. */
bool names_mentioned(const struct names *names, struct span nick,
		     struct span text);

#endif
