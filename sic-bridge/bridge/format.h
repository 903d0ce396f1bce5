/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * format.h - one event as a line of output: sic's, or a JSON object.
 */
#ifndef SIC_BRIDGE_FORMAT_H
#define SIC_BRIDGE_FORMAT_H

#include "sic-bridge/irc/names.h"
#include "sic-bridge/settings.h"
#include "sic-bridge/irc/wire.h"

struct event {
	enum message_kind kind;
	const struct irc_line *line;
	const struct tags *tags; /* NULL: a line of our own */
	int64_t received_ms; /* by our clock, since the epoch */
	struct span sender; /* who said it; the server's name for none */
	const struct names *names;
	const char *network; /* NULL: none */
	bool own; /* we said it */
	bool private; /* to us alone */
	bool history; /* played back */
	bool highlight; /* mentions us */
	bool strip; /* mIRC formatting away */
};

/* What became of us. */
struct state {
	const char *word; /* for programs: "lost", "kicked" ... */
	const char *network;
	struct span channel, nick; /* "" where it concerns none */
	struct span text; /* a sentence */
};

/* Add the line, with its newline, as settings->format has it. */
void format_event(const struct settings *settings, const struct event *event,
		  struct buf *out);
void format_state(const struct settings *settings, const struct state *state,
		  int64_t now_ms, struct buf *out);

/*
 * Add sic's line "%-12s: TIME text" for something that is not an event
 * ("No channel to send to").
 */
void format_note(const char *target, int64_t now_ms, const char *text,
		 struct buf *out);

#endif
