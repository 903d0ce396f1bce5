/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * channels.h - where we want to be and where we are: channels with their keys,
 * what the server says of them, and how far we have heard each. Pure.
 */
#ifndef SIC_BRIDGE_CHANNELS_H
#define SIC_BRIDGE_CHANNELS_H

#include "sic-bridge/irc/names.h"

enum { CHANNELS_MAX = 1000, CHANNEL_TEXT_BYTES = 200 };

enum channel_state {
	CHANNEL_WANTED, /* asked for, or to be asked for once online */
	CHANNEL_JOINED,
	CHANNEL_REFUSED, /* by the numeric in channel->refused */
	CHANNEL_KICKED,
};

struct channel {
	char *name, *key; /* owned; key NULL: none */
	enum channel_state state;
	unsigned refused; /* numeric; 0: never */
	char *topic; /* owned; NULL: none, or not known */
	unsigned here; /* names counted so far, we among them */
	bool joining; /* up to the end of the names that come with a JOIN */
	bool counting; /* up to the end of any names */
	bool moderated;
	bool announced; /* its topic and people were, since we wanted it */
	int64_t last_ms; /* time of the newest message, 0: none yet */
	/* The gap since last_ms: how far it is asked for, pages left to ask. */
	int64_t asked_ms;
	unsigned pages;
};

struct channels {
	struct channel *list; /* owned */
	size_t count;
};

/* The channel called name; NULL when we do not want to be there. */
struct channel *channels_find(const struct channels *channels,
			      const struct names *names, struct span name);

/*
 * Add it, or only note its key (empty: keep the one we have). NULL when there
 * are CHANNELS_MAX, or the name or key is longer than CHANNEL_TEXT_BYTES: a
 * server may tell us of joins without end.
 */
struct channel *channels_add(struct channels *channels,
			     const struct names *names, struct span name,
			     struct span key);

void channels_remove(struct channels *channels, const struct names *names,
		     struct span name);

/* It has another name now; if we are there already, one of the two goes. */
void channels_rename(struct channels *channels, const struct names *names,
		     struct span name, struct span now);

void channel_set_key(struct channel *channel, struct span key);
void channel_set_topic(struct channel *channel, struct span topic);

/*
 * JOIN lines, each with its "\n" and at most max_bytes long without it, for
 * all channels in one of states (bits 1 << CHANNEL_...); those with a key
 * first, because keys go by position.
 */
void channels_join_lines(const struct channels *channels, unsigned states,
			 size_t max_bytes, struct buf *out);

void channels_fini(struct channels *channels);

#endif
