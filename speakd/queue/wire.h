/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * wire.h - a phrase as a line, on its way from one speakd to the one that
 * serves.
 *
 * One phrase a line, fields separated by tabs, the text last:
 *
 *	LIVE PRIORITY CUE RATE PITCH VOLUME LEVEL PLACE CAPITALS SCRIPTS
 *	VOICE NICK CHANNEL SOUND TEXT
 *
 * Numbers as in struct phrase, -1 for the default; LIVE is 0, 1, or 2 for what
 * is played back; an empty field is none. Version 0.2 sent neither the numbers
 * behind VOLUME nor SOUND, which is understood as well. The protocol's verb for
 * it is PHRASES (speakd-protocol(7)).
 *
 * What a line never has does not travel: engine, form, pitch range, styles and
 * the level of punctuation, which is in the words. The server names the source.
 */
#ifndef SPEAKD_WIRE_H
#define SPEAKD_WIRE_H

#include "core/buf.h"
#include "speakd/queue/phrase.h"

/* Add phrase as a line. */
void wire_print(const struct phrase *phrase, bool live, struct buf *out);

/*
 * A phrase from such a line; NULL when it is none. Its text is as a stranger
 * sent it: the caller makes it safe. Borrows nothing.
 */
struct phrase *wire_parse(const char *line, size_t len_bytes,
			  bool *ret_live) MUST_CHECK;

#endif
