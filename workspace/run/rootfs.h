/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * rootfs.h - what is seen inside a workspace: its root directory, assembled.
 *
 * In a mount namespace of its own:
 *
 *	/			overlay: upper, layers, host layer or base
 *	/usr /etc /var /opt	over the host: one overlay each, as the host's
 *				root directory as a whole cannot be a layer
 *	/proc /dev /sys		new, or the host's read-only
 *	/run /tmp		empty, in memory
 *	the project's directory	the host's, at its own path
 */
#ifndef WORKSPACE_ROOTFS_H
#define WORKSPACE_ROOTFS_H

#include "core/err.h"
#include "workspace/store/store.h"

struct share {
	char *source; /* absolute, on the host */
	char *inside; /* absolute */
	bool read_only;
	bool devices; /* do not mount it nodev (a socket needs neither) */
	int tree; /* the mount to attach there (nobody.h), -1: bind source */
};

struct rootfs {
	const struct store *store;
	struct chain lower;
	char upper[LAYER_ID_BYTES + 1]; /* "": read-only */
	char host_layer[LAYER_ID_BYTES + 1]; /* when lower.host */
	const char *hostname;
	const char *project; /* of the shares the project's directory; NULL */
	bool private_net;
	bool outgoing; /* it has a way out (outgoing.h) */
	const char *bridge; /* of a full system container's network; NULL */
	bool single;
	bool exposed; /* 0 inside is root of the host */
	bool nobody; /* 0 inside is nobody of the host, though it is root's */
	bool plain; /* upper alone, on a file system of its own: no layers */
	const struct share *shares;
	size_t share_count;
};

/*
 * Assemble the root directory on the store's mnt directory, in a private mount
 * namespace and as root of a user namespace. The working directory is the
 * store's directory, entered there: descriptors of before belong to the old
 * mount namespace, where nothing can be mounted. Only the stacked directories,
 * without /proc and the rest, when bare: to read or to export it. Returns a
 * descriptor of it, or -errno.
 */
int rootfs_mount(const struct rootfs *rootfs, bool bare,
		 struct err *e) MUST_CHECK;

/*
 * overlayfs makes a scratch directory anew in each mount's workdir. Removing
 * the one of before can take longer than all else of a mount (where freed
 * blocks are discarded it waits for the disk): that is done when a workspace
 * ends, while nobody waits for it. Where all the workdirs are, opened while the
 * working directory is the store's (-1: there are none), and then, closed by
 * it, their scratch directories removed.
 */
int rootfs_scratch(const struct rootfs *rootfs);
void rootfs_clear_scratch(int workdirs);

/* How a share is mounted, whoever does it. */
unsigned rootfs_share_flags(const struct share *share) MUST_CHECK;

/*
 * Whether an open file lies on a writable overlay of a rootfs, and not on
 * something of the host's that is shown in it.
 */
bool rootfs_is_own(int fd) MUST_CHECK;

#endif
