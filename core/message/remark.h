/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * remark.h - what a client says of itself, its channel or its log. Private to
 * core/message.
 */
#ifndef CORE_MESSAGE_REMARK_H
#define CORE_MESSAGE_REMARK_H

#include "core/message/scan.h"

/* What stands before it: the less it says, the fewer remarks are known. */
enum remark_frame {
	REMARK_STAR = 1 << 0, /* "* ": else it is somebody's action */
	REMARK_BARE = 1 << 1, /* a time stamp alone */
	REMARK_LOG = 1 << 2, /* nothing: where a log begins or ends */
};

bool remark_is(struct cursor c, enum remark_frame frame);

/* The rest of the line as a message of nobody, KIND_OTHER. */
void remark_read(struct cursor c, struct message *ret);

#endif
