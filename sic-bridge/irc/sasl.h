/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sasl.h - what is said to log in: PLAIN (RFC 4616) and EXTERNAL (RFC 4422,
 * appendix A), in the lines that IRC makes of it. Pure.
 */
#ifndef SIC_BRIDGE_SASL_H
#define SIC_BRIDGE_SASL_H

#include "core/buf.h"
#include "sic-bridge/settings.h"

/* A longer answer is sent in pieces of this size: IRCv3 sasl-3.1. */
enum { SASL_CHUNK_BYTES = 400 };

/* "PLAIN", "EXTERNAL"; "" for none. */
const char *sasl_mechanism(enum sasl_kind kind);

/* Add answer, which may be empty, as AUTHENTICATE lines. */
void sasl_lines(const struct buf *answer, struct buf *out);

/* Add the AUTHENTICATE lines that answer the server's "+": PLAIN, EXTERNAL. */
void sasl_answer(enum sasl_kind kind, const char *user, const char *password,
		 struct buf *out);

#endif
