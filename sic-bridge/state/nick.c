/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/state/nick.h"

#include <string.h>

enum {
	USUAL_BYTES = 30,
	OLD_BYTES = 9, /* RFC 1459, section 1.2 */
};

static void copy(char to[NICK_BYTES], struct span from)
{
	size_t n = min_size(from.len_bytes, NICK_BYTES - 1);

	memcpy(to, from.text, n);
	to[n] = '\0';
}

void nick_want(struct nick *nick, struct span wanted)
{
	copy(nick->wanted, wanted);
}

void nick_begin(struct nick *nick)
{
	nick->tries = 0;
	memcpy(nick->now, nick->wanted, sizeof(nick->now));
}

void nick_set(struct nick *nick, struct span now)
{
	copy(nick->now, now);
}

bool nick_next(struct nick *nick, size_t max_bytes)
{
	char tail[16] = "_";
	size_t room = max_bytes > 0 ? max_bytes : USUAL_BYTES;
	size_t keep;

	if (++nick->tries > NICK_TRIES)
		return false;
	if (nick->tries > 1)
		snprintf(tail, sizeof(tail), "%u", nick->tries - 1);
	/* A server that has not said what it takes may be an old one. */
	if (nick->tries > NICK_TRIES / 2)
		room = min_size(room, OLD_BYTES);
	room = min_size(room, NICK_BYTES - 1);
	if (room <= strlen(tail))
		return false;
	keep = min_size(strlen(nick->wanted), room - strlen(tail));
	memcpy(nick->now, nick->wanted, keep);
	memcpy(nick->now + keep, tail, strlen(tail) + 1);
	return true;
}

bool nick_is_wanted(const struct nick *nick)
{
	return strcmp(nick->now, nick->wanted) == 0;
}
