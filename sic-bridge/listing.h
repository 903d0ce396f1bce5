/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * listing.h - the networks of the configuration, for people and programs.
 */
#ifndef SIC_BRIDGE_LISTING_H
#define SIC_BRIDGE_LISTING_H

#include "sic-bridge/settings.h"

/*
 * Print "ok NAME: HOST port PORT" for each [NETWORK], or "no NAME: WHY" when
 * its settings do not go together. 0; -EINVAL with e filled after a "no".
 */
int listing_print(const struct settings *settings, struct err *e) MUST_CHECK;

#endif
