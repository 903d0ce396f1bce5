/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * heard.h - who said where and when what speakd hands to "project in -" as a
 * rule's command: EARSHOT_NICK and its like in the environment.
 */
#ifndef PROJECT_HEARD_H
#define PROJECT_HEARD_H

#include "core/buf.h"
#include "project/text/date.h"

/*
 * Add " (carol in #meeting, 2026-11-28 12:00)" to a captured line; nothing when
 * no rule runs us. A time without a day is today's.
 */
void heard_add(struct buf *line, struct date today);

#endif
