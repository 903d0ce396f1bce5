/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * link_parts.h - what the parts of a link share. Private to link*.c.
 *
 *	link.c        connect, stay alive, come back
 *	link_lines.c  lines of the server: registration, login, nick
 *	link_send.c   lines to the server: the ledger, flood control, leaving
 *	link_end.c    the end of a connection
 *
 * Each needs only those below it.
 */
#ifndef SIC_BRIDGE_LINK_PARTS_H
#define SIC_BRIDGE_LINK_PARTS_H

#include "core/clock.h"
#include "sic-bridge/irc/flood.h"
#include "sic-bridge/state/history.h"
#include "sic-bridge/irc/libirc.h"
#include "sic-bridge/link/link.h"
#include "sic-bridge/net/reconnect.h"

enum link_phase {
	LINK_IDLE, /* not yet started, or waiting to try again */
	LINK_CONNECTING,
	LINK_REGISTERING, /* up to 001 */
	LINK_WELCOMED, /* up to the end of the MOTD */
	LINK_ONLINE,
	LINK_LEAVING, /* QUIT was sent */
	LINK_ENDED,
};

/* How we are to leave, once the ledger is settled or time is up. */
enum link_leaving {
	LINK_STAYS,
	LINK_LEAVES_AFTER_ALL, /* the input ended: send everything first */
	LINK_LEAVES_SOON, /* only learn what became of the lines sent */
};

struct link {
	struct link_config config;
	const struct settings *settings;
	const struct link_handler *handler;
	void *data;

	enum link_phase phase;
	bool was_online; /* at least once in this run */
	uint16_t tls_port; /* strict transport security says so; 0: no */

	struct net *net;
	struct wire wire;
	struct libirc *libirc;
	enum message_kind kind; /* what the library made of the line */
	struct cap_login login;
	struct cap cap;
	struct presence presence;
	struct history_clock clock;
	uint64_t began_ms; /* by clock_boot_ms() */
	struct reconnect again;
	struct buf out; /* lines on their way to net_send() */
	struct err error_line; /* what the server said with ERROR */

	struct ledger ledger;
	struct flood flood;
	unsigned ping_number; /* of the ledger's PING */
	unsigned answered_label; /* of our line that this one answers */
	/* An answer of several lines: its batch, "" for none, and label. */
	char answer_batch[HISTORY_REF_BYTES];
	unsigned answer_label;
	bool hold_repeats; /* until the history says what had arrived */
	enum link_leaving leaving;
	bool settling; /* leave_timer runs */
	char *quit_line; /* owned: the user's own QUIT; NULL: ours */

	bool asked_ison;
	bool asked_nick; /* NICK was sent to get the wanted one */
	bool regained; /* it worked on this connection */
	bool regain_stopped; /* and was taken from us again: services do */

	uint64_t heard_ms; /* by clock_boot_ms() */
	uint64_t slept_ms; /* of all since boot, when it was heard */
	bool pinged;
	uint64_t pinged_ms;
	struct watch *phase_timer; /* registering, welcomed, leaving, idle */
	struct watch *ping_timer, *flood_timer, *regain_timer;
	struct watch *leave_timer;
};

/* ---- link_end.c ---------------------------------------------------------- */

/* Connected, not yet at the end. */
bool link_is_up(const struct link *link);
/*
 * What a second try cannot mend (for_good) ends the program while it has never
 * worked; anything else is tried again later.
 */
void link_failed(struct link *link, const struct err *e, bool for_good);
void link_end(struct link *link, const struct err *e);
/* Drop the connection and connect anew, from the loop. */
void link_restart(struct link *link);

/* The server is there. */
static inline void link_note_heard(struct link *link)
{
	link->heard_ms = clock_boot_ms();
	link->slept_ms = link->heard_ms - clock_ms();
	link->pinged = false;
}

/*
 * Now, by the clock as it was when the connection began: that of a machine
 * without a battery is set by hours once it has a network.
 */
static inline int64_t link_now_ms(const struct link *link)
{
	return link->clock.began_ms +
	       (int64_t)(clock_boot_ms() - link->began_ms);
}

/* ---- link_send.c --------------------------------------------------------- */

/* Send what is in link->out; a line before all that wait. */
void link_flush(struct link *link);
void link_send_line(struct link *link, const char *line, size_t len_bytes);
/* Send what may go now, or from the loop; come back when more may. */
void link_pump(struct link *link);
void link_pump_soon(struct link *link);
void link_send_quit(struct link *link);
void link_pong(struct link *link, struct span token);

/* ---- link_lines.c -------------------------------------------------------- */

/* Connected: say who we are. Bytes of the server came. */
void link_say_hello(struct link *link);
void link_received(char *bytes, size_t len_bytes, void *data);
void link_go_online(struct link *link);
/* The library, anew; false when it failed, and the link with it. */
bool link_make_library(struct link *link);
void link_regain(struct link *link);

#endif
