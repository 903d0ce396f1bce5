/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * event.h - joins, parts, quits, nicks, modes, topics and kicks as each client
 * words them: one table of sentences. Private to core/message.
 */
#ifndef CORE_MESSAGE_EVENT_H
#define CORE_MESSAGE_EVENT_H

#include "core/message/scan.h"

/* What stands before the sentence: the less it says, the fewer are known. */
enum event_frame {
	EVENT_FRAMED = 0, /* "-!- ", "*** ", "--> ": a client speaks */
	EVENT_STAR = 1 << 0, /* "* ": a client, or somebody's action */
	EVENT_BARE = 1 << 1, /* nothing: a client, or somebody's words */
};

/*
 * Whether the rest of the line is an event's sentence. Only then *ret has its
 * kind and texts; its time and channel stay where the sentence has none.
 */
bool event_read(struct cursor c, enum event_frame frame, struct message *ret);

#endif
