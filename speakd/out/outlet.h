/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * outlet.h - where phrases go: they are printed, said, or handed over to the
 * speakd that serves.
 *
 *	inputs ─▶ phrase ─▶ outlet ─▶ print.c      standard output
 *	                            ─▶ voice.c      backlog, scheduler, a voice
 *	                            ─▶ handover.c   another speakd
 *
 * The session chooses one; nobody after it asks which.
 */
#ifndef SPEAKD_OUTLET_H
#define SPEAKD_OUTLET_H

#include "core/err.h"
#include "core/message/message.h"
#include "speakd/queue/phrase.h"

struct outlet_handler {
	/* There is room again, after is_full(). */
	void (*room)(void *data);
	/* A phrase of that input was done with, whatever became of it. */
	void (*done)(void *data, unsigned input);
	/* All is out that came in (NULL), or nothing more can be. */
	void (*ended)(void *data, const struct err *e);
	void *data;
};

struct outlet {
	/* live: lines may be skipped to catch up with their stream. */
	void (*say)(struct outlet *outlet, struct phrase *take_phrase,
		    bool live);
	/* Words alone; NULL: only phrases. */
	void (*words)(struct outlet *outlet, struct span words, enum cue cue);
	/* No more phrases until room(); those that come are kept. */
	bool (*is_full)(const struct outlet *outlet);
	/* What was there to read was given: let it out. */
	void (*flush)(struct outlet *outlet);
	/* No more phrases: ended() when all are out. */
	void (*inputs_ended)(struct outlet *outlet);
	/* Finish the phrase being said, then ended(). False: there is none. */
	bool (*stop)(struct outlet *outlet);
	/* Finish the output and free it. 0, or -errno with e filled. */
	int (*close)(struct outlet *outlet, struct err *e);
};

#endif
