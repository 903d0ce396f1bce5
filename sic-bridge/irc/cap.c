/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/cap.h"

#include <string.h>

#include "sic-bridge/irc/sasl.h"
#include "sic-bridge/net/tls.h"

static const struct {
	const char *name;
	enum cap_flag flag;
} known[] = {
	{ "server-time", CAP_SERVER_TIME },
	{ "message-tags", CAP_MESSAGE_TAGS },
	{ "batch", CAP_BATCH },
	{ "echo-message", CAP_ECHO_MESSAGE },
	{ "account-tag", CAP_ACCOUNT_TAG },
	{ "labeled-response", CAP_LABELED_RESPONSE },
	{ "multi-prefix", CAP_MULTI_PREFIX },
	{ "cap-notify", CAP_CAP_NOTIFY },
	{ "draft/chathistory", CAP_CHATHISTORY },
	{ "chathistory", CAP_CHATHISTORY },
	{ "sasl", CAP_SASL },
};

/* ---- words of a list ----------------------------------------------------- */

/* The next word up to stop; false at the end. */
static bool next_word(struct span *rest, char stop, struct span *ret)
{
	const char *found;

	while (rest->len_bytes > 0 && *rest->text == stop) {
		rest->text++;
		rest->len_bytes--;
	}
	if (rest->len_bytes == 0)
		return false;
	found = memchr(rest->text, stop, rest->len_bytes);
	*ret = span_of(rest->text, found != NULL ? (size_t)(found - rest->text)
						 : rest->len_bytes);
	rest->text += ret->len_bytes;
	rest->len_bytes -= ret->len_bytes;
	return true;
}

/* Cut "name=value" in two; value is empty without "=". */
static void split_value(struct span word, struct span *ret_name,
			struct span *ret_value)
{
	const char *equals = memchr(word.text, '=', word.len_bytes);

	*ret_name = word;
	*ret_value = span_of("", 0);
	if (equals == NULL)
		return;
	ret_name->len_bytes = (size_t)(equals - word.text);
	*ret_value = span_of(equals + 1,
			     word.len_bytes - ret_name->len_bytes - 1);
}

static unsigned flag_of(struct span name)
{
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (span_is(name, known[i].name))
			return known[i].flag;
	return 0;
}

static int64_t number(struct span value)
{
	int64_t n = 0;

	if (value.len_bytes == 0 || value.len_bytes > 12)
		return -1;
	for (size_t i = 0; i < value.len_bytes; i++) {
		if (value.text[i] < '0' || value.text[i] > '9')
			return -1;
		n = n * 10 + (value.text[i] - '0');
	}
	return n;
}

/* ---- what the server offers ---------------------------------------------- */

static void offer_sasl(struct cap *cap, struct span mechanisms)
{
	struct span mechanism;

	if (mechanisms.len_bytes == 0)
		return;
	cap->has_mechanisms = true;
	while (next_word(&mechanisms, ',', &mechanism))
		if (span_is(mechanism, sasl_mechanism(cap->login->kind)))
			cap->has_ours = true;
}

static void offer_sts(struct cap *cap, struct span policy)
{
	struct span word, name, value;

	cap->has_sts = true;
	while (next_word(&policy, ',', &word)) {
		split_value(word, &name, &value);
		if (span_is(name, "port") && number(value) > 0 &&
		    number(value) <= 65535)
			cap->sts_port = (unsigned)number(value);
		else if (span_is(name, "duration"))
			cap->sts_seconds = number(value);
	}
}

static unsigned take_offer(struct cap *cap, struct span list)
{
	struct span word, name, value;
	unsigned flags = 0;

	while (next_word(&list, ' ', &word)) {
		split_value(word, &name, &value);
		flags |= flag_of(name);
		if (span_is(name, "sasl"))
			offer_sasl(cap, value);
		else if (span_is(name, "sts"))
			offer_sts(cap, value);
	}
	cap->offered |= flags;
	return flags;
}

/* ---- asking -------------------------------------------------------------- */

static void finish(struct cap *cap, struct buf *out)
{
	if (cap->phase == CAP_DONE)
		return;
	cap->phase = CAP_DONE;
	if (!cap->late)
		buf_add_text(out, "CAP END\r\n");
}

/* Of two names for one thing the first that is offered is as good. */
static void request(struct cap *cap, struct span offer, unsigned flags,
		    bool one_by_one, struct buf *out)
{
	struct span word, name, value;
	bool open = false;

	while (next_word(&offer, ' ', &word)) {
		unsigned flag;

		split_value(word, &name, &value);
		flag = flag_of(name) & flags;
		if (flag == 0)
			continue;
		flags &= ~flag;
		if (!open)
			cap->waiting++;
		buf_add_text(out, open ? " " : "CAP REQ :");
		buf_add(out, name.text, name.len_bytes);
		open = !one_by_one;
		if (one_by_one)
			buf_add_text(out, "\r\n");
	}
	if (open)
		buf_add_text(out, "\r\n");
}

/* All offered names again, for requests after a list of several lines. */
static struct span known_names(unsigned flags, struct buf *names)
{
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (flags & known[i].flag)
			buf_addf(names, "%s ", known[i].name);
	return span_of(buf_text(names), names->len_bytes);
}

static struct span of(const char *text)
{
	return span_of_text(text);
}

static int refuse(struct cap *cap, struct buf *out, struct err *e,
		  struct span why)
{
	/* A login that was refused late leaves us where we are. */
	if (cap->login->optional || cap->late) {
		finish(cap, out);
		return 0;
	}
	return err_say(e, EACCES, "SASL login as %s: %.*s", cap->login->user,
		       (int)why.len_bytes, why.text);
}

static void log_in(struct cap *cap, struct buf *out)
{
	cap->phase = CAP_LOGGING_IN;
	cap->step = 0;
	cap->challenge_bytes = 0;
	buf_addf(out, "AUTHENTICATE %s\r\n", sasl_mechanism(cap->login->kind));
}

/* Once every request has its answer: log in, or be done. */
static void go_on(struct cap *cap, struct buf *out)
{
	bool can = (cap->enabled & CAP_SASL) != 0 &&
		   cap->login->kind != SASL_NONE;

	if (cap->waiting > 0)
		return;
	if (cap->phase == CAP_DONE && can && !cap->logged_in) {
		cap->late = true;
		log_in(cap, out);
	} else if (cap->phase == CAP_REQUESTING && can) {
		log_in(cap, out);
	} else if (cap->phase == CAP_REQUESTING) {
		finish(cap, out);
	}
}

static int on_list(struct cap *cap, const struct irc_line *line,
		   struct buf *out, struct err *e)
{
	bool more = span_is(irc_line_param(line, 2), "*");
	struct span list = irc_line_param(line, more ? 3 : 2);

	take_offer(cap, list);
	/*
	 * Asked for as they come: the server's own spelling is at hand, and
	 * nothing but the last line ends the list.
	 */
	request(cap, list, cap->wanted & ~cap->enabled & cap->offered, false,
		out);
	if (more)
		return 0;
	if (cap->login->kind != SASL_NONE) {
		if (!(cap->offered & CAP_SASL))
			return refuse(cap, out, e,
				      of("the server has no SASL"));
		if (cap->has_mechanisms && !cap->has_ours)
			return refuse(cap, out, e,
				      of("the server does not take this kind"));
	}
	cap->phase = CAP_REQUESTING;
	go_on(cap, out);
	return 0;
}

static int on_ack(struct cap *cap, struct span list, struct buf *out)
{
	struct span word;

	while (next_word(&list, ' ', &word)) {
		bool off = word.text[0] == '-';

		/* Modifiers: capability-negotiation 3.1. */
		while (word.len_bytes > 0 && strchr("-~=", *word.text)) {
			word.text++;
			word.len_bytes--;
		}
		if (off)
			cap->enabled &= ~flag_of(word);
		else
			cap->enabled |= flag_of(word);
	}
	if (cap->waiting > 0)
		cap->waiting--;
	go_on(cap, out);
	return 0;
}

/* One refusal refuses the whole request: ask for each alone, once. */
static int on_nak(struct cap *cap, struct span list, struct buf *out,
		  struct err *e)
{
	SCOPED_BUF struct buf names = { 0 };
	unsigned flags = 0;
	struct span word, rest = list;
	size_t count = 0;

	while (next_word(&rest, ' ', &word)) {
		flags |= flag_of(word);
		count++;
	}
	if (cap->waiting > 0)
		cap->waiting--;
	if (count > 1)
		request(cap, known_names(flags, &names), flags, true, out);
	else if (flags & CAP_SASL && cap->login->kind != SASL_NONE)
		return refuse(cap, out, e, of("the server refused it"));
	go_on(cap, out);
	return 0;
}

static int on_cap(struct cap *cap, const struct irc_line *line, struct buf *out,
		  struct err *e)
{
	struct span verb = irc_line_param(line, 1);
	struct span list =
		irc_line_param(line, line->count > 0 ? line->count - 1 : 0);

	if (span_is(verb, "LS") && cap->phase == CAP_LISTING)
		return on_list(cap, line, out, e);
	if (span_is(verb, "ACK"))
		return on_ack(cap, list, out);
	if (span_is(verb, "NAK"))
		return on_nak(cap, list, out, e);
	if (span_is(verb, "NEW")) {
		request(cap, list,
			take_offer(cap, list) & cap->wanted & ~cap->enabled,
			false, out);
	} else if (span_is(verb, "DEL")) {
		struct span word;

		while (next_word(&list, ' ', &word))
			cap->enabled &= ~flag_of(word);
		/* Services are gone; when they are back we log in again. */
		cap->logged_in = cap->logged_in && cap->enabled & CAP_SASL;
	}
	return 0;
}

/* ---- login --------------------------------------------------------------- */

/* What cannot go on ends the connection, or only the login: "*". */
static int abort_login(struct cap *cap, struct buf *out, struct err *e)
{
	if (!cap->login->optional && !cap->late)
		return -e->code;
	*e = (struct err){ 0 };
	buf_add_text(out, "AUTHENTICATE *\r\n");
	finish(cap, out);
	return 0;
}

static int scram_step(struct cap *cap, struct span server, struct buf *out,
		      struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf answer = { 0 };
	const char *password = cap->login->password;
	char nonce[SCRAM_NONCE_BYTES + 1];
	int rc = 0;

	switch (cap->step++) {
	case 0:
		tls_nonce(nonce, SCRAM_NONCE_BYTES);
		scram_first(&cap->scram, nonce, cap->login->user, &text);
		break;
	case 1:
		rc = scram_proof(&cap->scram, server,
				 password != NULL ? password : "", &text, e);
		break;
	case 2:
		rc = scram_verify(&cap->scram, server, e);
		break;
	default:
		return 0;
	}
	if (rc < 0)
		return abort_login(cap, out, e);
	if (text.len_bytes > 0)
		tls_base64(&answer, text.data, text.len_bytes);
	sasl_lines(&answer, out);
	return 0;
}

/* A message of the server's in pieces of 400; a shorter one, or "+", ends it.
 */
static int on_challenge(struct cap *cap, struct span piece, struct buf *out,
			struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	if (!span_is(piece, "+")) {
		if (piece.len_bytes >
		    sizeof(cap->challenge) - cap->challenge_bytes) {
			err_say(e, EACCES, "SCRAM: the challenge is too long");
			return abort_login(cap, out, e);
		}
		memcpy(cap->challenge + cap->challenge_bytes, piece.text,
		       piece.len_bytes);
		cap->challenge_bytes += piece.len_bytes;
		if (piece.len_bytes == SASL_CHUNK_BYTES)
			return 0;
	}
	if (cap->challenge_bytes > 0 &&
	    !tls_unbase64(&text, cap->challenge, cap->challenge_bytes)) {
		err_say(e, EACCES, "SCRAM: the challenge is not base 64");
		return abort_login(cap, out, e);
	}
	cap->challenge_bytes = 0;
	return scram_step(cap, span_of(buf_text(&text), text.len_bytes), out,
			  e);
}

static int on_authenticate(struct cap *cap, const struct irc_line *line,
			   struct buf *out, struct err *e)
{
	struct span piece = irc_line_param(line, 0);

	if (cap->phase != CAP_LOGGING_IN)
		return 0;
	if (cap->login->kind == SASL_SCRAM)
		return on_challenge(cap, piece, out, e);
	if (span_is(piece, "+"))
		sasl_answer(cap->login->kind, cap->login->user,
			    cap->login->password, out);
	return 0;
}

static int on_numeric(struct cap *cap, unsigned numeric,
		      const struct irc_line *line, struct buf *out,
		      struct err *e)
{
	struct span text;

	if (cap->phase != CAP_LOGGING_IN)
		return 0;
	switch (numeric) {
	case 903: /* RPL_SASLSUCCESS */
	case 907: /* ERR_SASLALREADY */
		/* One that has not shown that it knows the password. */
		if (cap->login->kind == SASL_SCRAM && numeric == 903 &&
		    cap->step < 3) {
			err_say(e, EACCES, "SCRAM: the server proved nothing");
			return abort_login(cap, out, e);
		}
		cap->logged_in = true;
		finish(cap, out);
		return 0;
	case 902: /* ERR_NICKLOCKED */
	case 904: /* ERR_SASLFAIL */
	case 905: /* ERR_SASLTOOLONG */
	case 906: /* ERR_SASLABORTED */
		text = irc_line_param(line,
				      line->count > 0 ? line->count - 1 : 0);
		return refuse(cap, out, e, text);
	default: /* 900 and 901 tell about the account, 908 lists mechanisms */
		return 0;
	}
}

int cap_line(struct cap *cap, const struct irc_line *line, struct buf *out,
	     struct err *e)
{
	unsigned numeric = irc_line_numeric(line);

	if (numeric != 0)
		return on_numeric(cap, numeric, line, out, e);
	if (irc_line_is(line, "CAP"))
		return on_cap(cap, line, out, e);
	if (irc_line_is(line, "AUTHENTICATE"))
		return on_authenticate(cap, line, out, e);
	return 0;
}

void cap_begin(struct cap *cap, const struct cap_login *keep_login,
	       bool want_history, struct buf *out)
{
	*cap = (struct cap){ .login = keep_login, .sts_seconds = -1 };
	for (size_t i = 0; i < COUNT_OF(known); i++)
		cap->wanted |= known[i].flag;
	if (keep_login->kind == SASL_NONE)
		cap->wanted &= ~(unsigned)CAP_SASL;
	if (!want_history)
		cap->wanted &= ~(unsigned)CAP_CHATHISTORY;
	buf_add_text(out, "CAP LS 302\r\n");
}

int cap_welcome(struct cap *cap, struct err *e)
{
	cap->phase = CAP_DONE;
	if (cap->login->kind == SASL_NONE || cap->logged_in ||
	    cap->login->optional)
		return 0;
	return err_say(e, EACCES,
		       "SASL login as %s: the server went on "
		       "without it",
		       cap->login->user);
}
