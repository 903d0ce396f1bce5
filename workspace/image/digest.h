/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* digest.h - SHA-256 of a file, as OCI images name their parts. OpenSSL. */
#ifndef WORKSPACE_DIGEST_H
#define WORKSPACE_DIGEST_H

#include "core/err.h"

enum { DIGEST_HEX_BYTES = 64 };

/* Load libcrypto, which both of the following need. */
int digest_load(struct err *e) MUST_CHECK;

/* Of the whole file behind fd, which is left at its beginning. */
int digest_fd(int fd, char ret[DIGEST_HEX_BYTES + 1], struct err *e) MUST_CHECK;
void digest_bytes(const char *bytes, size_t len_bytes,
		  char ret[DIGEST_HEX_BYTES + 1]);

#endif
