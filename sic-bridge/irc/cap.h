/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * cap.h - capability negotiation and the SASL login. A state machine, pure:
 * lines of the server in, lines for the server out.
 *
 * Source: IRCv3 capability-negotiation (302), sasl-3.1 and 3.2, sts.
 */
#ifndef SIC_BRIDGE_CAP_H
#define SIC_BRIDGE_CAP_H

#include "core/err.h"
#include "sic-bridge/irc/irc_line.h"
#include "sic-bridge/irc/scram.h"
#include "sic-bridge/settings.h"

enum cap_flag {
	CAP_SERVER_TIME = 1 << 0,
	CAP_MESSAGE_TAGS = 1 << 1,
	CAP_BATCH = 1 << 2,
	CAP_ECHO_MESSAGE = 1 << 3,
	CAP_ACCOUNT_TAG = 1 << 4,
	CAP_MULTI_PREFIX = 1 << 5,
	CAP_CAP_NOTIFY = 1 << 6,
	CAP_CHATHISTORY = 1 << 7,
	CAP_SASL = 1 << 8,
	CAP_LABELED_RESPONSE = 1 << 9,
};

enum cap_phase {
	CAP_LISTING,
	CAP_REQUESTING,
	CAP_LOGGING_IN,
	CAP_DONE, /* CAP END was sent, or the server knows no CAP */
};

/* Borrowed for the life of the cap. */
struct cap_login {
	enum sasl_kind kind;
	const char *user, *password;
	bool optional;
};

struct cap {
	const struct cap_login *login;
	unsigned wanted; /* what we would take */
	enum cap_phase phase;
	unsigned offered, enabled; /* of cap_flag */
	unsigned waiting; /* requests without an answer */
	bool has_mechanisms; /* the server listed them ... */
	bool has_ours; /* ... and ours is among them */
	bool logged_in;
	bool late; /* the login was offered after the registration */
	/* SCRAM: which of the server's messages is next, and as far as it came,
	 * in base 64. */
	struct scram scram;
	unsigned step;
	char challenge[SCRAM_TEXT_BYTES];
	size_t challenge_bytes;
	/* Strict transport security, as announced. */
	bool has_sts;
	unsigned sts_port; /* 0: not said */
	int64_t sts_seconds; /* -1: not said */
};

/* A new connection: adds the first line to out. Lines end with CR-LF. */
void cap_begin(struct cap *cap, const struct cap_login *keep_login,
	       bool want_history, struct buf *out);

/*
 * Take in a CAP, AUTHENTICATE or numeric line.
 *
 * errors: 0; -EACCES when a login that is required failed or is not possible.
 */
int cap_line(struct cap *cap, const struct irc_line *line, struct buf *out,
	     struct err *e) MUST_CHECK;

/* The server says welcome: 0, or -EACCES when that came without our login. */
int cap_welcome(struct cap *cap, struct err *e) MUST_CHECK;

#endif
