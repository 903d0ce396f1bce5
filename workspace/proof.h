/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * proof.h - a store, and --init, is tried before it is promised: a workspace
 * made, changed, snapshotted, restored, cloned and dropped, in miniature.
 *
 * That is done in a store of its own below the store's directory, so that it is
 * the same file system, volume group or pool. What was proven is noted in
 * proven/STORE or proven/init with the kernel and the version of this program:
 * it costs once.
 */
#ifndef WORKSPACE_PROOF_H
#define WORKSPACE_PROOF_H

#include "core/err.h"
#include "workspace/store/store.h"

/*
 * 0 when the round was made, now or before; else why not, with the step that
 * failed and what would enable it. What a killed proof left is removed by the
 * next one.
 */
int proof_of(const struct store *store, enum store_kind kind,
	     struct err *e) MUST_CHECK;

/*
 * The same of a full system container, where boot_check() finds nothing amiss:
 * the host's shell as its init, a command in it, its end.
 */
int proof_of_init(const struct store *store, struct err *e) MUST_CHECK;

#endif
