/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/numerics.h"

#include <string.h>

/* clang-format off */
static const struct numeric numerics[] = {
	{ 263, "busy",       "the server is busy: try %1 again later", NUMERIC_REFUSES_COMMAND, 1, true },
	{ 301, "away",       "%1 is away: %*",                         NUMERIC_TELLS, 0, false },
	{ 305, "not-away",   "you are no longer away",                 NUMERIC_TELLS, 0, false },
	{ 306, "is-away",    "you are away",                           NUMERIC_TELLS, 0, false },
	{ 341, "inviting",   "%1 is invited to %2",                    NUMERIC_TELLS, 0, false },
	{ 381, "operator",   "you are an operator of the network",     NUMERIC_TELLS, 0, false },
	{ 400, "refused",    "%*",                                     NUMERIC_REFUSES_ANY, 1, true },
	{ 401, "no-nick",    "no such nick: %1",                       NUMERIC_REFUSES_ANY, 1, false },
	{ 402, "no-server",  "no such server: %1",                     NUMERIC_REFUSES_ANY, 1, false },
	{ 403, "no-channel", "no such channel: %1",                    NUMERIC_REFUSES_JOIN, 1, false },
	{ 404, "cannot-send", "you cannot speak in %1",                NUMERIC_REFUSES_TEXT, 1, false },
	{ 405, "too-many",   "you are in too many channels for %1",    NUMERIC_REFUSES_JOIN, 1, false },
	{ 406, "no-nick",    "there was no such nick: %1",             NUMERIC_REFUSES_ANY, 1, false },
	{ 407, "too-many",   "too many recipients: %1",                NUMERIC_REFUSES_ANY, 1, false },
	{ 408, "not-sent",   "%1 does not take that message: %*",      NUMERIC_REFUSES_TEXT, 1, false },
	{ 411, "no-target",  "nobody was named to send to",            NUMERIC_REFUSES_TEXT, 0, false },
	{ 412, "no-text",    "there was no text to send",              NUMERIC_REFUSES_TEXT, 0, false },
	{ 413, "bad-target", "%1 cannot be sent to",                   NUMERIC_REFUSES_TEXT, 1, false },
	{ 414, "bad-target", "%1 cannot be sent to",                   NUMERIC_REFUSES_TEXT, 1, false },
	{ 415, "not-sent",   "%1 does not take that message",          NUMERIC_REFUSES_TEXT, 0, false },
	{ 417, "too-long",   "the line was too long",                  NUMERIC_REFUSES_ANY, 0, false },
	{ 421, "unknown",    "unknown command: %1",                    NUMERIC_REFUSES_ANY, 1, true },
	{ 432, "bad-nick",   "%1 cannot be a nick here",               NUMERIC_TELLS, 0, false },
	{ 433, "nick-taken", "the nick %1 is taken",                   NUMERIC_TELLS, 0, false },
	{ 437, "unavailable", "%1 is not available for now",           NUMERIC_REFUSES_JOIN, 1, false },
	{ 438, "too-fast",   "your nick cannot change yet: %*",        NUMERIC_TELLS, 0, false },
	{ 439, "too-fast",   "you write to %1 too soon: %*",           NUMERIC_REFUSES_TEXT, 1, false },
	{ 440, "no-services", "services are not available",            NUMERIC_REFUSES_ANY, 1, false },
	{ 441, "not-there",  "%1 is not in %2",                        NUMERIC_REFUSES_COMMAND, 2, false },
	{ 442, "not-in",     "you are not in %1",                      NUMERIC_REFUSES_COMMAND, 1, false },
	{ 443, "is-in",      "%1 is in %2 already",                    NUMERIC_REFUSES_COMMAND, 2, false },
	{ 447, "nick-locked", "your nick cannot change now: %*",       NUMERIC_TELLS, 0, false },
	{ 461, "too-few",    "%1 needs more words",                    NUMERIC_REFUSES_ANY, 1, true },
	{ 462, "not-allowed", "only while connecting: %*",             NUMERIC_REFUSES_COMMAND, 0, false },
	{ 464, "password",   "the password is wrong",                  NUMERIC_TELLS, 0, false },
	{ 467, "has-key",    "%1 has a key already",                   NUMERIC_REFUSES_COMMAND, 1, false },
	{ 471, "full",       "%1 is full",                             NUMERIC_REFUSES_JOIN, 1, false },
	{ 472, "bad-mode",   "there is no mode %1",                    NUMERIC_REFUSES_COMMAND, 0, false },
	{ 473, "invite-only", "%1 is for invited people only",         NUMERIC_REFUSES_JOIN, 1, false },
	{ 474, "banned",     "you are banned from %1",                 NUMERIC_REFUSES_JOIN, 1, false },
	{ 475, "bad-key",    "%1 needs another key",                   NUMERIC_REFUSES_JOIN, 1, false },
	{ 476, "bad-name",   "%1 cannot be a channel",                 NUMERIC_REFUSES_JOIN, 1, false },
	{ 477, "log-in",     "%1 is for people who are logged in",     NUMERIC_REFUSES_JOIN, 1, false },
	{ 478, "list-full",  "the list of %1 is full",                 NUMERIC_REFUSES_COMMAND, 1, false },
	{ 480, "refused",    "%1 does not let you in: %*",             NUMERIC_REFUSES_JOIN, 1, false },
	{ 481, "not-allowed", "only operators of the network may do that", NUMERIC_REFUSES_COMMAND, 0, false },
	{ 482, "no-operator", "only operators of %1 may do that",      NUMERIC_REFUSES_COMMAND, 1, false },
	{ 484, "not-allowed", "you may not do that",                   NUMERIC_REFUSES_COMMAND, 0, false },
	{ 485, "refused",    "%1: %*",                                 NUMERIC_REFUSES_JOIN, 1, false },
	{ 486, "log-in",     "%1 takes messages only from people who are logged in", NUMERIC_REFUSES_TEXT, 1, false },
	{ 487, "not-sent",   "%1 does not take that message: %*",      NUMERIC_REFUSES_TEXT, 1, false },
	{ 489, "tls-only",   "%1 is for encrypted connections only",   NUMERIC_REFUSES_JOIN, 1, false },
	{ 492, "not-sent",   "%1 does not take that message: %*",      NUMERIC_REFUSES_TEXT, 1, false },
	{ 494, "cannot-send", "%1 takes no message from you: %*",      NUMERIC_REFUSES_TEXT, 1, false },
	{ 501, "bad-mode",   "there is no such mode",                  NUMERIC_REFUSES_COMMAND, 0, false },
	{ 502, "not-allowed", "the modes of others are theirs",        NUMERIC_REFUSES_COMMAND, 0, false },
	{ 520, "refused",    "%1 does not let you in: %*",             NUMERIC_REFUSES_JOIN, 1, false },
	{ 531, "cannot-send", "%1 takes no message from you",          NUMERIC_REFUSES_TEXT, 1, false },
	{ 696, "bad-mode",   "%*",                                     NUMERIC_REFUSES_COMMAND, 1, false },
	{ 716, "cannot-send", "%1 takes no message from strangers",    NUMERIC_REFUSES_TEXT, 1, false },
	{ 718, "wants-to-write", "%1 writes to you, and is not let through", NUMERIC_TELLS, 0, false },
	{ 730, "online",     "online: %n",                             NUMERIC_TELLS, 0, false },
	{ 731, "offline",    "offline: %n",                            NUMERIC_TELLS, 0, false },
	{ 742, "not-allowed", "that mode of %1 is locked",             NUMERIC_REFUSES_COMMAND, 1, false },
	{ 900, "logged-in",  "logged in as %2",                        NUMERIC_TELLS, 0, false },
	{ 901, "logged-out", "logged out",                             NUMERIC_TELLS, 0, false },
	{ 902, "no-login",   "not logged in: %*",                      NUMERIC_TELLS, 0, false },
	{ 904, "no-login",   "not logged in: %*",                      NUMERIC_TELLS, 0, false },
	{ 905, "no-login",   "not logged in: %*",                      NUMERIC_TELLS, 0, false },
	{ 906, "no-login",   "not logged in: %*",                      NUMERIC_TELLS, 0, false },
};
/* clang-format on */

const struct numeric *numeric_find(unsigned number)
{
	for (size_t i = 0; i < COUNT_OF(numerics); i++)
		if (numerics[i].number == number)
			return &numerics[i];
	return NULL;
}

struct span numeric_subject(const struct irc_line *line, size_t n)
{
	return irc_line_param(line, n > 0 && n + 1 == line->count ? n - 1 : n);
}

/* "bob!u@host,alice": who it is, not from where. */
static void add_nicks(struct buf *out, struct span list)
{
	bool in_host = false;

	for (size_t i = 0; i < list.len_bytes; i++) {
		char c = list.text[i];

		in_host = c != ',' && (in_host || c == '!');
		if (c == ',')
			buf_add_text(out, ", ");
		else if (!in_host)
			buf_add_char(out, c);
	}
}

void numeric_word(const struct numeric *numeric, const struct irc_line *line,
		  struct buf *out)
{
	size_t last = line->count > 0 ? line->count - 1 : 0;

	for (const char *at = numeric->sentence; *at != '\0'; at++) {
		struct span word;

		if (*at != '%') {
			buf_add_char(out, *at);
			continue;
		}
		at++;
		if (*at == 'n') {
			add_nicks(out, irc_line_param(line, last));
			continue;
		}
		word = *at == '*' ? irc_line_param(line, last)
				  : numeric_subject(line, (size_t)(*at - '0'));
		buf_add(out, word.text, word.len_bytes);
	}
}
