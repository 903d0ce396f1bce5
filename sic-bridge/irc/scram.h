/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scram.h - SCRAM-SHA-256: a password is proved without being sent, and the
 * server proves that it knows it too. Pure, but for the digests of tls.h.
 *
 * Source: RFC 5802, RFC 7677. Without channel binding, and without SASLprep: a
 * password is taken as its UTF-8 bytes.
 */
#ifndef SIC_BRIDGE_SCRAM_H
#define SIC_BRIDGE_SCRAM_H

#include "core/buf.h"
#include "core/err.h"
#include "core/message/message.h"

enum {
	SCRAM_NONCE_BYTES = 32, /* hexadecimal */
	SCRAM_TEXT_BYTES = 1024, /* of a message, either way */
	/* RFC 7677 asks for the first; the other keeps us alive. */
	SCRAM_ITERATIONS_MIN = 4096,
	SCRAM_ITERATIONS_MAX = 2000000,
};

struct scram {
	char nonce[SCRAM_NONCE_BYTES + 1];
	char first[SCRAM_TEXT_BYTES]; /* ours, without its "n,," */
	unsigned char signature[32]; /* what the server has to show */
};

/* Begin: add our first message to out. */
void scram_first(struct scram *scram, const char *nonce, const char *user,
		 struct buf *out);

/* The server's first: add our proof to out. 0 or -EACCES. */
int scram_proof(struct scram *scram, struct span server, const char *password,
		struct buf *out, struct err *e) MUST_CHECK;

/* The server's last: 0 when it knows the password too, else -EACCES. */
int scram_verify(const struct scram *scram, struct span server,
		 struct err *e) MUST_CHECK;

#endif
