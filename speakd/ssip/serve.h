/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * serve.h - speakd as the machine's voice: the control socket and its host.
 *
 * Puts the SSIP server beside a session: where it listens, and what the
 * protocol may ask of the inputs and the voice.
 */
#ifndef SPEAKD_SERVE_H
#define SPEAKD_SERVE_H

#include "core/loop.h"
#include "speakd/input/inputs.h"
#include "speakd/settings.h"
#include "speakd/queue/dispatch.h"

struct serve;

struct serve_handler {
	/* No client for SPAWN_TIMEOUT_MS, having been spawned: time to go. */
	void (*idle)(void *data);
	/* Listen in the way of a profile from now on. */
	int (*profile)(void *data, const char *name, struct err *e);
	void *data;
};

/*
 * Listen where the settings say.
 *
 * errors: -EADDRINUSE when another speakd serves; -errno.
 */
int serve_start(struct loop *loop, const struct settings *settings,
		struct dispatch *keep_dispatch,
		const struct serve_handler *handler, struct serve **ret,
		struct err *e) MUST_CHECK;

/* The sources that clients may ask for; before the loop runs. */
void serve_set_inputs(struct serve *serve, struct inputs *keep_inputs);
void serve_configure(struct serve *serve, const struct settings *keep_settings);

void serve_free(struct serve *serve);

#endif
