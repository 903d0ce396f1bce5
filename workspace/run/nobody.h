/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * nobody.h - root's workspace runs as nobody of the host.
 *
 * Many files of /proc and /sys ask only whether the caller is user 0 of the
 * host, whatever namespaces it is in: covering paths does not help against a
 * program that may mount a fresh one. So 0 inside is the first id of root's
 * range, as in a full system container, while files on disk stay root's:
 * the store, the host's directories and what is shared are shown through
 * idmapped mounts (mount_setattr(2)).
 */
#ifndef WORKSPACE_NOBODY_H
#define WORKSPACE_NOBODY_H

#include "core/err.h"
#include "workspace/run/rootfs.h"

/*
 * In a mount namespace of its own, as root: put such mounts in the places of
 * the store and of the host's directories, and into shares (which then are the
 * caller's copy; not shown before rootfs_mount() attaches them). disk: the ids
 * of the files; shown: those inside.
 *
 * errors: -EOPNOTSUPP where a file system cannot, with nothing changed.
 */
int nobody_show(const struct rootfs *rootfs, struct share *shares,
		const struct idmap *disk, const struct idmap *shown,
		struct err *e) MUST_CHECK;

#endif
