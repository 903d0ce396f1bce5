/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sts.h - strict transport security: which hosts must only be reached through
 * TLS, remembered from one run to the next.
 *
 * One small file a host in the state directory, opened at the start and kept
 * open, because a confined process opens none later.
 * Source: IRCv3 sts. Addresses have no policy, as with HTTP's (RFC 6797,
 * section 8.1.1): nothing says that they will be the same host tomorrow.
 */
#ifndef SIC_BRIDGE_STS_H
#define SIC_BRIDGE_STS_H

#include "core/err.h"

struct sts;

/*
 * The policy store of host. NULL for an address. A store that cannot be kept
 * on disk (e filled, ->code not 0) still works until the program ends.
 */
struct sts *sts_open(const char *host, struct err *e) MUST_CHECK;
void sts_close(struct sts *sts);

/* The port that TLS must be spoken on; 0: no policy holds now_s (epoch). */
uint16_t sts_port(const struct sts *sts, int64_t now_s);

/* Seen over TLS on port: hold for seconds from now; 0 forgets. */
int sts_learn(struct sts *sts, uint16_t port, int64_t seconds, int64_t now_s,
	      struct err *e) MUST_CHECK;

#endif
