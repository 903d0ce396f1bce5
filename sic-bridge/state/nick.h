/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * nick.h - the nick that we have, the one that we want, and which to try when
 * it is taken. Pure.
 */
#ifndef SIC_BRIDGE_NICK_H
#define SIC_BRIDGE_NICK_H

#include "core/message/message.h"

enum { NICK_BYTES = 64, NICK_TRIES = 20 };

struct nick {
	char now[NICK_BYTES];
	char wanted[NICK_BYTES];
	unsigned tries; /* refused on this connection */
};

/* Want a nick: from the settings, or because the user asked the server. */
void nick_want(struct nick *nick, struct span wanted);

/* A new connection: try the wanted one first. */
void nick_begin(struct nick *nick);

/* The server says that this is ours now. */
void nick_set(struct nick *nick, struct span now);

/*
 * Taken: put the next one to try in nick->now, "nick_", "nick1" ..., cut to
 * max_bytes (0: not known). False after NICK_TRIES.
 */
bool nick_next(struct nick *nick, size_t max_bytes);

bool nick_is_wanted(const struct nick *nick);

#endif
