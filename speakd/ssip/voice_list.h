/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * voice_list.h - the voices that the voice helper knows, asked for once for
 * each list of engines.
 *
 * Nobody waits in the loop for a slow engine, and none for another one: each
 * has a helper of its own, and ready() tells when one more has answered.
 */
#ifndef SPEAKD_VOICE_LIST_H
#define SPEAKD_VOICE_LIST_H

#include "core/buf.h"
#include "core/loop.h"

enum {
	VOICE_LIST_MAX_BYTES = 1 << 20,
	/* More than the helper itself waits for an engine that hangs. */
	VOICE_LIST_PATIENCE_MS = 30000,
};

struct voice_list;

/* ready: the voices of one more engine are known; called from the loop. */
struct voice_list *voice_list_new(struct loop *loop, loop_fn *ready,
				  void *keep_data) MUST_CHECK;
/*
 * engines: a list, see queue/engine_list.h. Nothing is done for the list that
 * it was started with last; for another one, the voices are not known again.
 */
void voice_list_start(struct voice_list *list, const char *engines);
void voice_list_free(struct voice_list *list);

/*
 * "LANGUAGE\tNAME\tGENDER[\tENGINE]\n" for every voice that is known so far,
 * borrowed.
 */
const struct buf *voice_list_get(const struct voice_list *list);
/* Whether all of the engine of that name are there, or it has none. */
bool voice_list_has(const struct voice_list *list, const char *engine);

#endif
