/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * zfs.h - letting go of a ZFS data set that others are clones of.
 *
 * zfs destroys none that has clones, and liblxc asks for nothing else. A
 * layer may go before its copies, as everywhere: one of them takes over its
 * snapshots.
 */
#ifndef WORKSPACE_LXC_ZFS_H
#define WORKSPACE_LXC_ZFS_H

#include "core/err.h"

/* Afterwards none is a clone of dataset ("lxc/NAME"). */
int zfs_pass_on(const char *dataset, struct err *e) MUST_CHECK;

#endif
