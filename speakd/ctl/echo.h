/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * echo.h - what a screen reader says of our own screen.
 *
 * One that speaks through this speakd reads what changes on the screen. Were
 * that shown, it would change the screen, and be read, for ever.
 */
#ifndef SPEAKD_CTL_ECHO_H
#define SPEAKD_CTL_ECHO_H

#include "speakd/ctl/scan.h"

enum { ECHO_IDS = 256 };

/* All-zero at first. */
struct echo {
	uint64_t ids[ECHO_IDS]; /* of the last ones; 0: none */
	size_t next;
};

/*
 * Whether entry is a program's message whose text is on the screen now, or was
 * when its id came first.
 */
bool echo_is(struct echo *echo, const struct entry *entry);

#endif
