/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * storage.h - whole trees that liblxc keeps: its dir, overlay, btrfs, loop, lvm
 * and zfs stores, as root.
 *
 * A layer of such a store is a liblxc container of the layer's name in the
 * store's layers directory; its file layers/ID/config tells where the tree is.
 * To everything else it looks like any layer, because storage_attach() mounts
 * the tree onto layers/ID/up. Copies are liblxc's clones; which layer is what
 * stands in the workspace's file as always (meta.h), so that restoring never
 * touches what is there, and every change is still one rename.
 *
 * Also the way to the other stores that copy (store/whole.h).
 */
#ifndef WORKSPACE_STORAGE_H
#define WORKSPACE_STORAGE_H

#include "core/err.h"
#include "workspace/store/store.h"

bool storage_is_liblxc(enum store_kind kind);

/*
 * Whether this machine and user can: -EOPNOTSUPP or -EPERM with the reason and
 * what would enable it. meta: its store and what it begins with.
 */
int storage_check(const struct store *store, const struct meta *meta,
		  struct err *e) MUST_CHECK;

/*
 * Make the new layer meta->upper a tree that begins with the layer at the top
 * of meta->lower, which then becomes what the tree depends on: nothing, or for
 * lxc:overlay a new layer that is the caller's to name in the store.
 * size_bytes: of loop and lvm; 0: liblxc's choice.
 */
int storage_fill(const struct store *store, struct meta *meta,
		 uint64_t size_bytes, struct err *e) MUST_CHECK;

/*
 * Copy layer from into the new layer to; on disk when it returns. -EBUSY for
 * one that is in use, where the copy would mount it a second time (loop).
 */
int storage_copy(const struct store *store, const struct meta *meta,
		 const char *from, const char *to, struct err *e) MUST_CHECK;

/*
 * Let the tree of a layer be seen at layers/ID/up, in a mount namespace of the
 * calling process from now on. Does nothing for stores of our own.
 */
int storage_attach(const struct store *store, const struct meta *meta,
		   const char *id, struct err *e) MUST_CHECK;

/*
 * Before layers are removed as directories: let go of what lies outside of them
 * (logical volumes, data sets). An id that is still needed there is refused.
 */
int storage_release(const struct store *store, const char *id,
		    struct err *e) MUST_CHECK;

/* Remove a layer that its maker did not use after all; errors are gc's. */
void storage_drop_layer(const struct store *store, const char *id);

#endif
