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

/* How phrases are said that do not say it themselves; PHRASE_DEFAULT, NULL: as
 * the server has it. */
struct handover_manner {
	const char *voice; /* borrowed */
	int rate_wpm, pitch, volume_percent;
};

/*
 * Reach the speakd that serves and introduce ourselves as a source called name.
 * give_up_s: so long after the last line, and while it has no sound, do not
 * wait any more for it to have said them; 0: for ever. NULL with e filled
 * (-ECONNREFUSED or -ENOENT: nobody serves).
 */
struct outlet *handover_new(struct loop *loop, const char *name,
			    const struct handover_manner *manner,
			    unsigned give_up_s,
			    const struct outlet_handler *handler,
			    struct err *e) MUST_CHECK;

#endif
