/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * networks.h - every network of the configuration at once: a process each,
 * under this one.
 *
 * Lines of all come out with the network in front, "libera/#c", and a line for
 * one goes in the same way: "libera/:m bob hi".
 */
#ifndef SIC_BRIDGE_NETWORKS_H
#define SIC_BRIDGE_NETWORKS_H

#include "sic-bridge/settings.h"

/*
 * Run them until all have ended. argv is the command line, with the secrets
 * that are on it. 0; -EIO when one of them failed, which has said why.
 */
int networks_run(const struct settings *settings, int argc, char **argv,
		 struct err *e) MUST_CHECK;

#endif
