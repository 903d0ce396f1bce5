/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * system_mounts.h - what every root directory has from the kernel: /proc, /dev,
 * /sys, /run and /tmp.
 */
#ifndef WORKSPACE_SYSTEM_MOUNTS_H
#define WORKSPACE_SYSTEM_MOUNTS_H

#include "workspace/run/rootfs.h"

int system_mount(int root, const struct rootfs *rootfs,
		 struct err *e) MUST_CHECK;

#endif
