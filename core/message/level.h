/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * level.h - how bad a line of a log is. Private to core/message.
 */
#ifndef CORE_MESSAGE_LEVEL_H
#define CORE_MESSAGE_LEVEL_H

#include "core/message/scan.h"

/* What is said before the text: "error" of "err"; "" of what is usual. */
struct span level_said(struct span level);

#endif
