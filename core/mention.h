/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * mention.h - whether a text speaks of somebody by nick: the one answer of all
 * programs.
 */
#ifndef CORE_MENTION_H
#define CORE_MENTION_H

#include "core/base.h"

/*
 * Whether text holds nick as a word of its own.
 *
 * Compared without case (Unicode's, and RFC 1459's, where {|}~ are []\^), in
 * the compatibility form (full width is plain), without mIRC formatting and
 * without invisible code points. On either side of it stands nothing that a
 * nick may hold: letters, marks and digits of any script, and the ASCII signs
 * of RFC 2812. Three things are no part of a nick although they could be: a
 * letter of a script that is written without spaces, a row of hyphens, and a
 * pair of signs around it, "[nick]", "{nick}", "`nick`", "_nick_".
 *
 * Both are well-formed UTF-8 (core/text.h). An empty nick is never mentioned.
 */
bool mention_found(const char *text, size_t text_bytes, const char *nick,
		   size_t nick_bytes);

#endif
