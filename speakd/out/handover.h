/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * handover.h - phrases to the speakd that serves, so that two do not talk at
 * once. Ends when it has said them all (queue/wire.h is how they travel).
 */
#ifndef SPEAKD_HANDOVER_H
#define SPEAKD_HANDOVER_H

#include "core/loop.h"
#include "speakd/out/outlet.h"

/*
 * Reach the speakd that serves and introduce ourselves as a source called name.
 * NULL with e filled (-ECONNREFUSED or -ENOENT: nobody serves).
 */
struct outlet *handover_new(struct loop *loop, const char *name,
			    const struct outlet_handler *handler,
			    struct err *e) MUST_CHECK;

#endif
