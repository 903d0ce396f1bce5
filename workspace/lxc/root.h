/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * root.h - the root directory of a full system container, made ready by root.
 *
 * In a mount namespace of the calling process a file system in memory covers
 * ROOT_PLACE: layers and shares are mounted below it with the owners that the
 * container's ids want, and stacked at ROOT_PLACE/root. So the way there can be
 * searched by ids that are nobody on the host, which the store's cannot.
 */
#ifndef WORKSPACE_ROOT_H
#define WORKSPACE_ROOT_H

#include "core/err.h"
#include "workspace/run/rootfs.h"

#define ROOT_PLACE "/mnt"

/*
 * disk: from the ids inside to those on disk; boot: to those that the container
 * runs as. Shares go to ROOT_PLACE/NUMBER, counted from 0.
 */
int root_prepare(const struct rootfs *rootfs, const struct idmap *disk,
		 const struct idmap *boot, struct err *e) MUST_CHECK;

#endif
