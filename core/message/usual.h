/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * usual.h - "[12:30] <nick> text", which nearly all lines of a chat log are.
 *
 * They are read by their bytes alone; what a line that is none of them means,
 * grammar_chat() tells.
 */
#ifndef CORE_MESSAGE_USUAL_H
#define CORE_MESSAGE_USUAL_H

#include "core/message/message.h"

enum { USUAL_NICK_BYTES = 64 };

struct usual {
	struct span time; /* without its brackets */
	struct message_time when;
	unsigned shape; /* enum stamp_shape */
	/* Without mode prefix: of ASCII letters, digits and -[\]^_`{|} */
	struct span nick;
	struct span text; /* any bytes */
};

/* "[12:30]", "12:30:01", ... with a blank, "<nick>", a blank, and any text. */
bool usual_read(struct span line, struct usual *ret);

#endif
