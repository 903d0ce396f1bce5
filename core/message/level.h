/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * level.h - how bad a line of a log is. Private to core/message.
 */
#ifndef CORE_MESSAGE_LEVEL_H
#define CORE_MESSAGE_LEVEL_H

#include "core/message/scan.h"

/* Whether a logging library calls a level so, in whatever case: "WRN". */
bool level_is(struct span word);
/* What is said before the text: "error" of "err"; "" of what is usual. */
struct span level_said(struct span level);

#endif
