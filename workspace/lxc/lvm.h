/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * lvm.h - snapshots of thin volumes, by lvm2's own commands.
 *
 * liblxc 5 asks for them in a way that leaves the new volume inactive, so that
 * nobody can mount it; and of the snapshots of a plain volume none can be
 * copied again, and all go when it goes. So a thin pool is asked for, and the
 * snapshots are made here. Which group and pool: lxc.bdev.lvm.vg and .thin_pool
 * in /etc/lxc/lxc.conf, both "lxc" without it, as liblxc has it.
 */
#ifndef WORKSPACE_LXC_LVM_H
#define WORKSPACE_LXC_LVM_H

#include "core/err.h"

/* Whether there is such a pool: -EOPNOTSUPP with what would make one. */
int lvm_check(struct err *e) MUST_CHECK;

/* A snapshot of the volume of a device (/dev/GROUP/NAME) called to, that is
 * active. *ret_device is its device, the caller's to free. */
int lvm_snapshot(const char *device, const char *to, char **ret_device,
		 struct err *e) MUST_CHECK;

#endif
