/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * voice.h - phrases to be heard: what waits, who is next, and the voice.
 */
#ifndef SPEAKD_OUT_VOICE_H
#define SPEAKD_OUT_VOICE_H

#include "core/loop.h"
#include "speakd/out/outlet.h"
#include "speakd/queue/dispatch.h"
#include "speakd/settings.h"

struct voice_outlet_handler {
	/* The voice has loaded what the settings name. */
	void (*ready)(void *data);
	/*
	 * The settings name a voice that does not exist. True: other ones were
	 * given by voice_outlet_restart().
	 */
	bool (*refused)(void *data, const char *why);
	void *data;
};

/* Nothing is said before voice_outlet_start(), but may come in. */
struct outlet *
voice_outlet_new(struct loop *loop, const struct settings *keep_settings,
		 const struct outlet_handler *handler,
		 const struct voice_outlet_handler *more) MUST_CHECK;
int voice_outlet_start(struct outlet *outlet, struct err *e) MUST_CHECK;

/* For whoever adds messages, or asks what was said. */
struct dispatch *voice_outlet_dispatch(struct outlet *outlet);

/* New settings; the voice takes them when it is free. */
void voice_outlet_configure(struct outlet *outlet,
			    const struct settings *keep_settings);
/* The same at once, what was being said included. */
void voice_outlet_restart(struct outlet *outlet,
			  const struct settings *keep_settings);

#endif
