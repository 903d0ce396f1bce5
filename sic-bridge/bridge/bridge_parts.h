/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * bridge_parts.h - what the parts of a bridge share. Private to them.
 *
 *	bridge.c   its life, and the output that fills and drains
 *	typed.c    the user's lines to the server
 *	heard.c    the server's lines to the output, history asked for
 *	tell.c     what becomes of us, as lines of their own
 */
#ifndef SIC_BRIDGE_BRIDGE_PARTS_H
#define SIC_BRIDGE_BRIDGE_PARTS_H

#include "core/mem.h"
#include "sic-bridge/bridge/bridge.h"
#include "sic-bridge/bridge/format.h"
#include "sic-bridge/state/history.h"
#include "sic-bridge/bridge/input.h"
#include "sic-bridge/bridge/output.h"

enum { HEARD_NICKS = 32, HEARD_IGNORED = 64 };

struct bridge {
	struct loop *loop;
	const struct settings *settings;
	struct link *link;
	struct presence *presence; /* the link's */
	struct input *input;
	struct output *output;
	struct history history;
	struct charset *charset; /* borrowed: how what is typed is read */
	char *target; /* owned: where plain text goes; NULL: nowhere yet */
	bool strip;
	bool stopping;
	bool line_is_history; /* the line being heard */
	uint64_t ctcp_next_ms; /* no answer before this */
	struct err result;

	/* For a person at a terminal. */
	char *last_private; /* owned: who spoke to us alone last; or NULL */
	char *nicks[HEARD_NICKS]; /* owned: who spoke of late, newest first */
	char *ignored[HEARD_IGNORED]; /* owned; NULL: free */

	/* What is reported of our own state. */
	bool was_online; /* at least once */
	bool is_lost; /* told, and not yet back */
	bool back_is_due; /* told when what was missed is counted */
	unsigned missed, missed_to_me;
	struct watch *missed_timer;
	struct buf whois; /* a sentence out of several numerics */
	struct buf names; /* who is here, as far as it is asked */

	/* History of what was said to us alone. */
	int64_t last_ms; /* time of the newest message, by the server */
	int64_t away_ms; /* the same when this connection began */
	bool targets_are_due; /* who spoke to us is still to be asked */
	unsigned asked_histories; /* answers that are to come */
	struct watch *hold_timer; /* lines to be repeated go, whatever comes */
};

/* Where plain text goes from now on. */
static inline void set_target(struct bridge *bridge, struct span target)
{
	free(bridge->target);
	bridge->target = mem_text(target.text, target.len_bytes);
}

/* ---- typed.c ------------------------------------------------------------- */

extern const struct input_handler typed_handler;

/* ---- heard.c ------------------------------------------------------------- */

void heard_line(const struct wire_line *line, enum message_kind kind,
		void *data);
void heard_change(const struct wire_line *line,
		  const struct presence_change *change, void *data);
/* A line of ours went; it is shown unless the server sends it back. */
void heard_sent(const struct irc_line *line, const struct ledger_piece *piece,
		void *data);
/* On the server: join, and ask for what was missed. */
void heard_online(struct bridge *bridge);
void heard_release_repeats(void *data);
/* Whether nick is ignored from now on; if it was, it is not any more. */
bool heard_toggle_ignored(struct bridge *bridge, struct span nick);
void heard_fini(struct bridge *bridge);

/* ---- tell.c -------------------------------------------------------------- */

/*
 * A line about our own state: word for programs, the sentence for people. Only
 * in JSON, and in sic's format with --state.
 */
void tell(struct bridge *bridge, const char *word, struct span channel,
	  struct span nick, const char *fmt, ...) PRINTF_LIKE(5, 6);

void tell_online(struct bridge *bridge);
void tell_lost(struct bridge *bridge, const struct err *e);
void tell_ended(struct bridge *bridge, const struct err *e);
/* A message was played back. */
void tell_missed(struct bridge *bridge, bool to_me);
void tell_missed_now(void *data); /* the missed_timer's */
/* A line of the server that is not played back, and what it changed. */
void tell_change(struct bridge *bridge, const struct wire_line *line,
		 const struct presence_change *change);
void tell_fini(struct bridge *bridge);

#endif
