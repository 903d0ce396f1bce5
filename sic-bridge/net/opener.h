/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * opener.h - a second process that opens a few files for the first, which has
 * given up opening any.
 *
 * Which files is settled before the network is touched; over the wire between
 * the two goes only which of them. What changes is then read anew: the name
 * servers of the network that a laptop has moved to, and the output after it
 * was rotated.
 */
#ifndef SIC_BRIDGE_OPENER_H
#define SIC_BRIDGE_OPENER_H

#include "core/err.h"

enum opener_file {
	OPENER_RESOLV, /* /etc/resolv.conf, to read */
	OPENER_HOSTS, /* /etc/hosts, to read */
	OPENER_OUTPUT, /* the output, to append to, made if missing */
};

struct opener;

/* output NULL: there is none to open. Borrowed for the call. */
struct opener *opener_start(const char *output, struct err *e) MUST_CHECK;
void opener_stop(struct opener *opener);

/* The descriptor, the caller's to close, or a negative errno. */
int opener_open(struct opener *opener, enum opener_file file) MUST_CHECK;

/* How the output is opened, by whoever does it. */
int opener_append(const char *path);

#endif
