/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * escape.h - a line as a terminal would show it, without what makes it do so.
 *
 * Source: ECMA-48 (control functions), xterm's ctlseqs (OSC), ISO 2022.
 */
#ifndef CORE_ESCAPE_H
#define CORE_ESCAPE_H

#include "core/buf.h"

/* Whether there is anything in it for escape_strip() to do. */
bool escape_found(const char *text, size_t len_bytes);

/*
 * Add text without terminal control: CSI, OSC (a link keeps its text), DCS and
 * other escape sequences go whole, also one that the end of the line cuts. A
 * line that a program erases or begins again by CSI G, CSI 2K or a carriage
 * return is what stands there last; a backspace takes the character before it
 * (bold by overstriking). Works on any bytes.
 */
void escape_strip(struct buf *out, const char *text, size_t len_bytes);

#endif
