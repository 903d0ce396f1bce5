/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * seen.h - which items of feeds were said already, remembered across restarts.
 *
 * One file of all feeds, seen in speakd's state directory, 0600: a hash of the
 * feed's name and the item's id a line. Of more than SEEN_MAX the older half
 * goes.
 */
#ifndef SPEAKD_INPUT_SEEN_H
#define SPEAKD_INPUT_SEEN_H

#include "core/message/message.h"

enum { SEEN_MAX = 20000 };

struct seen;

/* keeps: remember on disk; without it (--print) the file is only read. */
struct seen *seen_new(const char *feed, bool keeps) MUST_CHECK;
void seen_free(struct seen *seen);

/* Whether anything of this feed was seen before this run. */
bool seen_knows(const struct seen *seen);

/* Whether id is new. From now on it is not. */
bool seen_add(struct seen *seen, struct span id);

#endif
