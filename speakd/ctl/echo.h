/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * echo.h - what a screen reader says of our own screen.
 *
 * One that speaks through this speakd reads what changes on the screen. Were
 * that shown, it would change the screen, and be read, for ever. A client that
 * read from the screen ECHO_READS times is a reader: what it says of its own
 * ("has attribute") is no news, either.
 */
#ifndef SPEAKD_CTL_ECHO_H
#define SPEAKD_CTL_ECHO_H

#include "speakd/ctl/scan.h"

enum { ECHO_IDS = 256, ECHO_CLIENTS = 16, ECHO_READS = 3 };

/* All-zero at first. */
struct echo {
	uint64_t ids[ECHO_IDS]; /* of the last ones; 0: none */
	size_t next;
	struct echo_client {
		int client; /* 0: none */
		unsigned reads;
	} clients[ECHO_CLIENTS];
	size_t next_client;
};

/*
 * Whether entry is a reader's, or a program's message whose text is on the
 * screen now, or was when its id came first.
 */
bool echo_is(struct echo *echo, const struct entry *entry);

#endif
