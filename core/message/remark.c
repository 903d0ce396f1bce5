/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/remark.h"

/* clang-format off */
static const struct {
	const char *begins;
	unsigned frames; /* enum remark_frame */
} remarks[] = {
	/* mIRC, HexChat, Quassel */
	{ "Now talking ", REMARK_STAR }, { "Topic is ", REMARK_STAR },
	{ "Topic for ", REMARK_STAR }, { "Topic set by ", REMARK_STAR },
	{ "Set by ", REMARK_STAR }, { "Disconnected", REMARK_STAR },
	{ "Connected", REMARK_STAR }, { "Looking up ", REMARK_STAR },
	{ "Connecting to ", REMARK_STAR }, { "Attempting to ", REMARK_STAR },
	{ "Rejoined ", REMARK_STAR }, { "Channel #", REMARK_STAR },
	{ "Users on #", REMARK_STAR }, { "End of ", REMARK_STAR },
	{ "Retrieving ", REMARK_STAR }, { "You have ", REMARK_STAR },
	{ "You were ", REMARK_STAR }, { "Received a CTCP ", REMARK_STAR },
	{ "Day changed to ", REMARK_STAR }, { "[Whois] ", REMARK_STAR },
	{ "Stopped logging", REMARK_STAR }, { "Cannot join ", REMARK_STAR },
	{ "- {Day changed to ", REMARK_BARE },
	/* ZNC, soju, Textual, catgirl, eggdrop, Pidgin, irssi, tiny */
	{ "Connected to IRC", REMARK_BARE },
	{ "Disconnected from IRC", REMARK_BARE },
	{ "Connected to server...", REMARK_BARE },
	{ "Disconnected from server...", REMARK_BARE },
	{ "\u2014\u2014\u2014", REMARK_BARE }, /* a line with "Begin Session" */
	{ "The sign in #", REMARK_BARE },
	{ "Switching logfiles...", REMARK_BARE },
	{ "The topic for #", REMARK_BARE },
	{ "[Users #", REMARK_BARE },
	{ "[client] ", REMARK_BARE },
	{ "--- Log opened ", REMARK_LOG }, { "--- Log closed ", REMARK_LOG },
	{ "--- Day changed ", REMARK_LOG },
	{ "**** BEGIN LOGGING AT ", REMARK_LOG },
	{ "**** ENDING LOGGING AT ", REMARK_LOG },
	{ "Session Start: ", REMARK_LOG }, { "Session Ident: ", REMARK_LOG },
	{ "Session Close: ", REMARK_LOG }, { "Session Time: ", REMARK_LOG },
	{ "*** Logging started at ", REMARK_LOG },
	{ "*** Logging ended at ", REMARK_LOG },
	{ "# Start logging at ", REMARK_LOG },
	{ "# Stop logging at ", REMARK_LOG },
	{ "# Log started: ", REMARK_LOG }, { "# Log closed: ", REMARK_LOG },
	{ "IRC log started ", REMARK_LOG }, { "IRC log ended ", REMARK_LOG },
	{ "IRC Log started ", REMARK_LOG },
	{ "Conversation with ", REMARK_LOG },
	{ "-- Journal begins at ", REMARK_LOG }, { "-- Boot ", REMARK_LOG },
	{ "-- Logs begin at ", REMARK_LOG },
	{ "--------- beginning of ", REMARK_LOG },
	{ "[Logfile started]", REMARK_LOG }, { "[Logfile ended]", REMARK_LOG },
};
/* clang-format on */

bool remark_is(struct cursor c, enum remark_frame frame)
{
	for (size_t i = 0; i < COUNT_OF(remarks); i++) {
		struct cursor try = c;

		if ((remarks[i].frames & (unsigned)frame) != 0 &&
		    cursor_literal(&try, remarks[i].begins))
			return true;
	}
	return false;
}

void remark_read(struct cursor c, struct message *ret)
{
	ret->kind = KIND_OTHER;
	ret->nick = span_of("", 0);
	ret->text = cursor_rest(&c);
}
