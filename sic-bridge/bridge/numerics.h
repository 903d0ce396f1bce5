/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * numerics.h - the replies and refusals of a server that concern a listener, in
 * words for the ear. Pure, a table.
 *
 * Source: RFC 2812, section 5; IRCv3 sasl, monitor; the numerics of InspIRCd,
 * ircd-hybrid, Solanum and UnrealIRCd where they differ.
 */
#ifndef SIC_BRIDGE_NUMERICS_H
#define SIC_BRIDGE_NUMERICS_H

#include "sic-bridge/state/ledger.h"

struct numeric {
	unsigned number;
	const char *word; /* for programs: "full", "no-nick" ... */
	/*
	 * "%1" is parameter 1, "%*" the server's own text, "%n" the nicks in it
	 * without their hosts.
	 */
	const char *sentence;
	/*
	 * What it refuses: a line that was typed, found by parameter subject
	 * (0: any), which is its target, or its command if subject_is_command.
	 */
	enum numeric_of {
		NUMERIC_TELLS, /* refuses nothing */
		NUMERIC_REFUSES_TEXT,
		NUMERIC_REFUSES_COMMAND,
		NUMERIC_REFUSES_ANY,
		NUMERIC_REFUSES_JOIN, /* or, where we are in, a text */
	} of;
	unsigned subject;
	bool subject_is_command;
};

/* NULL when it does not concern a listener. */
const struct numeric *numeric_find(unsigned number);

/*
 * Parameter n, or the one before where n is the server's text: some leave our
 * own nick out.
 */
struct span numeric_subject(const struct irc_line *line, size_t n);

/* Add its sentence for line. */
void numeric_word(const struct numeric *numeric, const struct irc_line *line,
		  struct buf *out);

#endif
