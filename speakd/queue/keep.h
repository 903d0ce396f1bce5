/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * keep.h - what was said and what waits, from one daemon to the next: a JSON
 * object a line.
 */
#ifndef SPEAKD_KEEP_H
#define SPEAKD_KEEP_H

#include "core/buf.h"
#include "speakd/queue/dispatch.h"

enum { KEEP_MAX_BYTES = 16 << 20 };

/* Add a line for every entry of the history. */
void keep_print(const struct dispatch *dispatch, struct buf *out);

/* The other way round; what waited is said. Lines that are none are left out.
 */
void keep_restore(struct dispatch *dispatch, const struct buf *text);

#endif
