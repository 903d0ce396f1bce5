/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * wire.h - what stands between the network and libircclient: bytes in, clean
 * lines out. Pure.
 *
 * Debian's libircclient 1.9 crashes or hangs on lines that any server may send
 * (a blank line, message tags, 1024 bytes, "NICK" without a sender, "000",
 * a command without parameters ...). Every line is therefore cut, stripped of
 * its tags, turned into UTF-8 and judged here:
 *
 *	bytes ─▶ lines ─▶ tags off ─▶ charset ─▶ fate ─▶ fn
 *
 * WIRE_PASS lines may be given to the library in the form of wire_library().
 * The whole text stays in the wire_line, so nothing is lost to its limits.
 */
#ifndef SIC_BRIDGE_WIRE_H
#define SIC_BRIDGE_WIRE_H

#include "core/lines.h"
#include "sic-bridge/irc/charset.h"
#include "sic-bridge/irc/irc_line.h"
#include "sic-bridge/irc/tags.h"

enum wire_fate {
	WIRE_OURS, /* the connection's own talk: PING, CAP, BATCH ... */
	WIRE_PASS, /* for libircclient */
	WIRE_DIRECT, /* good enough to show, not safe for libircclient */
};

struct wire_line {
	enum wire_fate fate;
	struct tags tags;
	struct irc_line line;
};

/* line is borrowed for the call. A non-zero result stops the feeding. */
typedef int wire_fn(const struct wire_line *line, void *data);

struct wire {
	struct lines lines;
	struct charset *charset; /* borrowed; NULL: bytes as they are */
	struct buf scratch;
	uint64_t dropped; /* lines without a command */
};

/*
 * Feed what was read; fn is called once for each line that has a command.
 * Blank lines and lines without a command are dropped and counted.
 * errors: 0, or what fn returned; the rest of bytes is then lost.
 */
int wire_feed(struct wire *wire, char *bytes, size_t len_bytes, wire_fn *fn,
	      void *data) MUST_CHECK;

/* Forget a half line: a new connection begins. */
void wire_reset(struct wire *wire);
void wire_fini(struct wire *wire);

/* With its CR-LF. libircclient's buffer holds 1024 bytes. */
enum { WIRE_LIBRARY_BYTES = 1000 };

/*
 * The line as the library may see it: at most WIRE_LIBRARY_BYTES, with CR-LF.
 * Returns its length.
 */
size_t wire_library(const struct wire_line *line, char out[WIRE_LIBRARY_BYTES]);

/*
 * The CTCP command of a PRIVMSG or NOTICE ("ACTION"), "" when it is none; *ret
 * is then the text after it, without its closing 0x01.
 */
struct span wire_ctcp(const struct irc_line *line, struct span *ret_text);

#endif
