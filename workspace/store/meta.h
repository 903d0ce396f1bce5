/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * meta.h - the one file that is a workspace: which layers, which snapshots.
 *
 * Layers are directories with random names that never change once they are
 *frozen. A workspace is a text file that names them, so that every change of it
 * (snapshot, restore, flattening) is one atomic replacement of that file:
 *
 *	earshot-workspace 1
 *	project trip
 *	base host
 *	store overlay
 *	created 1763775000
 *	upper 0f3a2b1c4d5e
 *	base-layers 0
 *	parent 1
 *	next 2
 *	snap 1 1763775100 0 manual 7b1d9c0e2f4a,host before the upgrade
 *	lower @1
 *
 * "host" at the end of a chain stands for the host's own directories, "@1" for
 *the chain of snapshot 1 (further up in the file), so that a long history does
 *not grow with its square. Pure: text in, struct out.
 */
#ifndef WORKSPACE_META_H
#define WORKSPACE_META_H

#include "core/buf.h"
#include "core/err.h"

enum {
	LAYER_ID_BYTES = 12, /* lower-case hexadecimal digits */
	CHAIN_MAX = 450, /* the kernel stacks at most 500 (OVL_MAX_STACK) */
	SNAPS_MAX = 10000,
	COMMENT_MAX_BYTES = 4000,
	META_MAX_BYTES = 64 << 20,
	WORKSPACE_NAME_MAX_BYTES = 80, /* a socket is named after it */
};

enum store_kind {
	STORE_OVERLAY, /* layers stacked by overlayfs: the default */
	STORE_BTRFS, /* a whole tree in a subvolume, snapshots by the kernel */
	STORE_REFLINK, /* a whole tree, copied with shared extents */
	STORE_DIR, /* a whole tree, plainly copied */
	/* A whole tree that liblxc keeps, as root: lxc/storage.h. */
	STORE_LXC_DIR,
	STORE_LXC_OVERLAY,
	STORE_LXC_BTRFS,
	STORE_LXC_LOOP,
	STORE_LXC_LVM,
	STORE_LXC_ZFS,
	STORE_KINDS
};

/* A stack of layers, the topmost first. All-zero: an empty one. */
struct chain {
	char (*ids)[LAYER_ID_BYTES + 1]; /* owned */
	size_t count;
	bool host; /* below them all, the host's own directories */
};

enum { PACKAGES_ID_BYTES = 16 }; /* packages.h */

struct snapshot {
	unsigned number;
	int64_t taken_s; /* seconds since 1970 */
	unsigned parent; /* the snapshot before it, 0: the base */
	bool automatic; /* made by restore, not by the user */
	struct chain chain;
	char packages[PACKAGES_ID_BYTES + 1]; /* of the host then; "" */
	char *comment; /* owned, UTF-8, may hold newlines; never NULL */
};

/* All-zero is a valid empty one. Texts are owned. */
struct meta {
	char *project; /* the project whose directory is shown inside */
	char *base; /* for the reader only: "host", or a base's name */
	char *image; /* what an image says of running it (oci.h), or NULL */
	char *map; /* --map of create, NULL: the usual one */
	enum store_kind store;
	bool single; /* made with one user id only */
	bool init; /* runs its own init: a full system container (lxc/boot.h) */
	int64_t created_s;
	char upper[LAYER_ID_BYTES + 1]; /* the layer that is written to */
	struct chain lower;
	char packages[PACKAGES_ID_BYTES + 1]; /* of the host it fits; "" */
	unsigned base_layers; /* so many at the end of lower are the base */
	unsigned parent; /* the snapshot that upper stands on, 0: the base */
	unsigned next; /* the number of the next snapshot */
	struct snapshot *snaps;
	size_t snap_count;
};

/*
 * "overlay", "btrfs", "lxc:loop" ...; -1 when no store is called name. What
 * liblxc alone has may be called without "lxc:".
 */
const char *store_kind_name(enum store_kind kind);
int store_kind_by_name(const char *name);

bool layer_id_is_valid(const char *id, size_t len_bytes);

/*
 * Whether name can name a workspace: 1..WORKSPACE_NAME_MAX_BYTES bytes of
 * UTF-8 without "/", "@" and control characters, not starting with "." or "-".
 */
int workspace_name_check(const char *name, struct err *e) MUST_CHECK;

/*
 * Parse a workspace's file.
 *
 * errors: -EINVAL with the line that is wrong in e; *ret is then unchanged.
 * memory: *ret becomes the caller's (meta_fini).
 */
int meta_parse(const char *text, size_t len_bytes, struct meta *ret,
	       struct err *e) MUST_CHECK;

/* Add the file's text to out; meta_parse() gives the same struct again. */
void meta_print(const struct meta *meta, struct buf *out);

void meta_fini(struct meta *meta);
#define SCOPED_META ON_SCOPE_EXIT(meta_fini)

void chain_fini(struct chain *chain);
#define SCOPED_CHAIN ON_SCOPE_EXIT(chain_fini)
struct chain chain_copy(const struct chain *chain) MUST_CHECK;
/* Put id on top. */
void chain_push(struct chain *chain, const char *id);
/* Take the topmost off. */
void chain_pop(struct chain *chain);
bool chain_has(const struct chain *chain, const char *id);
/* meta: where "@N" is looked up; NULL: there is none. */
int chain_parse(const char *text, size_t len_bytes, const struct meta *meta,
		struct chain *ret, struct err *e) MUST_CHECK;

/* The snapshot of that number; NULL when there is none. Borrowed. */
const struct snapshot *meta_snapshot(const struct meta *meta, unsigned number);

/*
 * Add a snapshot of chain with the next number, which becomes meta->parent.
 * Returns the number. The chain is copied.
 */
unsigned meta_add_snapshot(struct meta *meta, const struct chain *chain,
			   int64_t taken_s, bool automatic,
			   const char *comment);

#endif
