/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * libirc.h - libircclient, behind a socketpair. The one module that knows it.
 *
 * The library connects to nothing: its socket is replaced by one end of a
 * socketpair, its own NICK and USER are thrown away, and every clean line of
 * wire.h that is written into the other end comes back as one event. A session
 * is good for one connection: the library keeps a half line from the one
 * before, so each connection gets a new one.
 */
#ifndef SIC_BRIDGE_SESSION_H
#define SIC_BRIDGE_SESSION_H

#include "core/err.h"
#include "core/message/message.h"

struct libirc;

/*
 * What the library made of a line. numeric is 0 unless kind is KIND_NUMERIC.
 * KIND_MESSAGE stands for channel and private messages alike.
 */
typedef void libirc_fn(enum message_kind kind, unsigned numeric, void *data);

/* NULL with e filled. */
struct libirc *libirc_new(libirc_fn *fn, void *keep_data,
			  struct err *e) MUST_CHECK;
void libirc_free(struct libirc *libirc);

/*
 * Give it one line, with its CR-LF (wire_library). fn is called at most once
 * before this returns.
 * errors: 0; or negative: the session is of no more use.
 */
int libirc_feed(struct libirc *libirc, const char *line, size_t len_bytes,
		struct err *e) MUST_CHECK;

#endif
