/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * names.h - what the server says about names in its 005 lines: how letter case
 * is folded, what is a channel, how long things may be. Pure.
 */
#ifndef SIC_BRIDGE_NAMES_H
#define SIC_BRIDGE_NAMES_H

#include "sic-bridge/irc/irc_line.h"

enum casemapping {
	CASEMAPPING_RFC1459, /* {}|~ are the small letters of []\^ */
	CASEMAPPING_STRICT, /* the same without ~ and ^ */
	CASEMAPPING_ASCII,
};

struct names {
	enum casemapping casemapping;
	char channel_types[16];
	char status[16]; /* what may stand before a channel: "@+" */
	/* Channel modes that take a parameter: always, and only when set. */
	char modes_always[64], modes_set[32];
	unsigned nick_bytes; /* longest nick, 0: not said */
	bool has_chathistory; /* CHATHISTORY was announced */
	unsigned chathistory; /* its limit of lines, 0: none */
};

void names_init(struct names *names);

/* Take in a 005 line. */
void names_learn(struct names *names, const struct irc_line *line);

bool names_equal(const struct names *names, struct span a, struct span b);
bool names_is_channel(const struct names *names, struct span name);

/* "@#c" is the operators of #c: without what stands before the channel. */
struct span names_without_status(const struct names *names, struct span name);

/* Whether channel mode letter, set or not (plus), takes a parameter. */
bool names_mode_has_param(const struct names *names, char letter, bool plus);

#endif
