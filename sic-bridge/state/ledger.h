/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ledger.h - what the user typed, and what became of each line. Pure.
 *
 *	typed ─▶ waiting ─▶ sent ─▶ delivered, or refused
 *	            ▲        │
 *	            └─ lost ─┘
 *
 * A line is delivered when the server has answered a PING that was sent after
 * it, or has sent it back (echo-message). A line that was sent and not
 * delivered when the connection went waits again. Where the server answers each
 * line by its label (labeled-response), that is known line by line.
 *
 * Two queues: the usual one, and one that goes first, for private words,
 * services and commands, which must not wait for a paste to a channel. Within
 * one target the order is kept.
 */
#ifndef SIC_BRIDGE_LEDGER_H
#define SIC_BRIDGE_LEDGER_H

#include "core/buf.h"
#include "core/message/message.h"
#include "sic-bridge/irc/names.h"

enum {
	LEDGER_LINE_BYTES = 510, /* RFC 1459, section 2.3, without CR-LF */
	LEDGER_TEXT_MIN_BYTES = 64, /* of a piece, however long the target */
};

enum ledger_kind {
	LEDGER_TEXT, /* PRIVMSG or NOTICE: split if it is long */
	LEDGER_COMMAND, /* anything else: one line */
	/* JOIN, PART, NICK: what they did is known from elsewhere; they are
	 * neither counted nor sent again. */
	LEDGER_SESSION,
};

struct ledger_entry {
	enum ledger_kind kind;
	char *command; /* owned: "PRIVMSG" */
	char *target; /* owned: first parameter, "" when there is none */
	char *text; /* owned: of LEDGER_TEXT the text, else the whole line */
	size_t text_bytes;
	/* How far text was sent, shown, covered by a PING, and delivered. */
	size_t sent, shown, pinged, delivered;
	bool action; /* a CTCP ACTION: every piece is one */
	bool show; /* the user's own words, to be shown when sent */
	bool again; /* was sent before, over a connection that went */
	bool refused;
	unsigned pieces, refusals; /* since the last PING that was answered */
	/* Of the pieces sent over this connection, and how far the last one
	 * reached; 0: none. */
	unsigned first_label, last_label;
};

struct ledger_queue {
	struct ledger_entry *entries; /* owned */
	size_t first, next, count; /* sent: first..next, waiting: next..count */
};

struct ledger {
	struct ledger_queue urgent, usual;
	size_t waiting_bytes;
	uint64_t typed, failed; /* lines counted, lines refused or cancelled */
	unsigned unpinged; /* pieces since the last PING */
	bool pinging; /* a PING is on its way */
	unsigned label; /* of the last piece sent */
};

void ledger_fini(struct ledger *ledger);

/* Add a text of any length for target; see struct ledger_entry. */
void ledger_add_text(struct ledger *ledger, const struct names *names,
		     const char *command, struct span target, struct span text,
		     bool action, bool show);

/* Add any other line, at most LEDGER_LINE_BYTES long. */
void ledger_add_line(struct ledger *ledger, const struct names *names,
		     struct span line, enum ledger_kind kind);

/* Typed, and never to be sent: no line of the protocol can hold it. */
void ledger_add_unsent(struct ledger *ledger);

struct ledger_piece {
	bool show;
	bool again; /* the beginning of a line that is sent once more */
	unsigned label; /* to be told by in what the server answers */
	const char *target; /* borrowed until the next call */
};

/*
 * Put the next line to send into out (empty before), without its CR-LF.
 * prefix_bytes is the length of our own "nick!user@host", which the server
 * puts in front of it. hold: lines that are to be sent again wait. False when
 * nothing may go.
 */
bool ledger_take(struct ledger *ledger, size_t prefix_bytes, bool hold,
		 struct buf *out, struct ledger_piece *ret);

/* Bytes of text that wait to be sent, and whether any line does. */
size_t ledger_waiting(const struct ledger *ledger);
bool ledger_has_waiting(const struct ledger *ledger);
/* Whether a line was sent of which nothing is known yet. */
bool ledger_has_unknown(const struct ledger *ledger);

/* A PING goes out; its answer came. */
void ledger_ping(struct ledger *ledger);
void ledger_pong(struct ledger *ledger);

/* The server has answered the piece with this label, and all before it. */
void ledger_answered(struct ledger *ledger, unsigned label);

/* Our own words came back, live or in the history. True when we knew them. */
bool ledger_echo(struct ledger *ledger, const struct names *names,
		 struct span target, struct span text, bool action);

/* What a refusal may be about. */
enum ledger_about { ABOUT_TEXT = 1, ABOUT_COMMAND = 2, ABOUT_ANY = 3 };

/*
 * The server refuses something. The oldest line sent that fits: its target is
 * target (empty: any), its command command (empty: any). Borrowed until the
 * next call; NULL when there is none, or it is another piece of one that was
 * returned before.
 */
const struct ledger_entry *
ledger_refuse(struct ledger *ledger, const struct names *names,
	      enum ledger_about about, struct span target, struct span command);

/* The same for a refusal that names the line by its label. */
const struct ledger_entry *ledger_refuse_label(struct ledger *ledger,
					       unsigned label);

/* The connection went: what was sent and not delivered waits again. */
void ledger_lost(struct ledger *ledger);

/* Throw away what waits; how many lines that were. */
size_t ledger_cancel(struct ledger *ledger);

/* Lines typed so far, and what became of them that is no good. */
struct ledger_count {
	uint64_t typed;
	uint64_t unsent; /* waiting, refused or cancelled */
	uint64_t unknown; /* sent, and nothing heard of it */
};
struct ledger_count ledger_count(const struct ledger *ledger);

#endif
