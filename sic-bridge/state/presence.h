/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * presence.h - who and where we are on the network: nick, user, host, and
 * channels, kept current from every line of the server. Pure.
 *
 * The one place that knows: how long our lines become when the server relays
 * them, what to join after a reconnect and with which key, and where a
 * forwarded JOIN led.
 */
#ifndef SIC_BRIDGE_PRESENCE_H
#define SIC_BRIDGE_PRESENCE_H

#include "sic-bridge/state/channels.h"
#include "sic-bridge/state/nick.h"

enum { PRESENCE_USER_BYTES = 64, PRESENCE_HOST_BYTES = 256 };

struct presence {
	struct names names;
	struct nick nick;
	char user[PRESENCE_USER_BYTES]; /* "" while not known */
	char host[PRESENCE_HOST_BYTES];
	struct channels channels;
};

/* What a line of the server changed about us. */
enum presence_event {
	PRESENCE_NOTHING,
	PRESENCE_JOINED, /* channel */
	PRESENCE_LEFT, /* channel, where we were until then */
	PRESENCE_KICKED, /* channel; who did it */
	PRESENCE_REFUSED, /* channel: the server does not let us in */
	PRESENCE_FORWARDED, /* channel: what we asked for; other: where we are
			     */
	PRESENCE_LISTED, /* channel: topic and names are complete */
	PRESENCE_RENAMED, /* we have another nick */
	PRESENCE_MODE, /* channel; what: "+o" of us */
	PRESENCE_LOGGED_IN,
};

/* Texts are borrowed from the line. */
struct presence_change {
	enum presence_event event;
	struct span channel, other;
	char mode[3];
};

void presence_fini(struct presence *presence);

/* A new connection: nothing of the one before holds but what we want. */
void presence_begin(struct presence *presence);

/* Take in a line of the server, which is not history. */
void presence_line(struct presence *presence, const struct irc_line *line,
		   struct presence_change *ret);

/* The user wants to be in "#a,#b", with the keys "k1,k2". */
void presence_want(struct presence *presence, struct span channels,
		   struct span keys);
/* And no longer in "#a,#b". */
void presence_leave(struct presence *presence, struct span channels);

/* The length of our "nick!user@host", or of the longest that it may be. */
size_t presence_prefix_bytes(const struct presence *presence);

struct span presence_nick(const struct presence *presence);
bool presence_is_me(const struct presence *presence, struct span nick);
struct channel *presence_channel(const struct presence *presence,
				 struct span name);

#endif
