/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * framer.h - the bytes of an SSIP client, cut into commands and texts.
 *
 * A command is a line that ends in CR-LF; a lone LF or CR is part of it. A text
 * (after SPEAK) ends with a line that holds a dot alone: CR-LF "." CR-LF, or
 * "." CR-LF as the very first bytes. A line of it that begins with a dot
 * comes with that dot doubled. Source: SSIP, "General Rules" and "Speech
 * Synthesis and Sound Output Commands", and speech-dispatcher 0.11.4.
 *
 * Pure, and of bounded memory: what is longer than the limits is swallowed to
 * its end and reported as too long.
 */
#ifndef SPEAKD_SSIP_FRAMER_H
#define SPEAKD_SSIP_FRAMER_H

#include "core/buf.h"

enum {
	SSIP_LINE_MAX_BYTES = 4096, /* of a command, without its CR-LF */
	SSIP_TEXT_MAX_BYTES = 1 << 20, /* of a text, unescaped */
};

enum frame_kind {
	FRAME_NONE, /* more bytes are needed */
	FRAME_COMMAND,
	FRAME_TEXT,
	FRAME_TOO_LONG, /* a command or text was swallowed */
};

/* All-zero is a valid start, expecting commands. */
struct framer {
	struct buf bytes; /* of the command or text so far */
	bool in_text;
	bool too_long;
	unsigned matched; /* bytes of the terminator seen, or held back */
};

/*
 * Take bytes[0 .. len_bytes) up to the end of one command or text; *ret_used
 * of them were taken. The frame is framer->bytes, until framer_next().
 */
enum frame_kind framer_feed(struct framer *framer, const char *bytes,
			    size_t len_bytes, size_t *ret_used);

/* Go on after a frame, which is forgotten; text: what follows is a text. */
void framer_next(struct framer *framer, bool text);

void framer_fini(struct framer *framer);

#endif
