/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engines.h - the synthesisers that a voice has, and which says a text.
 *
 * The first is the one for what names none. Others are loaded when something
 * is first to be said with them. espeak-ng is always there: it says what one of
 * them cannot, as long as nothing of that text was heard. One that hung is not
 * asked again for a while: each text would be seconds late.
 */
#ifndef SPEAKD_VOICE_ENGINES_H
#define SPEAKD_VOICE_ENGINES_H

#include "speakd/voice/engine.h"
#include "speakd/voice/protocol.h"

/* One as it was asked for. */
struct engine_slot {
	const struct engine_kind *kind;
	const char *arg; /* borrowed: what follows "NAME:" */
	struct engine *engine; /* NULL: not loaded */
	bool told; /* that espeak-ng speaks for it */
	uint64_t hung_ms; /* when it did; 0: it did not */
};

struct engines {
	struct engine_slot slots[ENGINES_MAX + 1];
	size_t count;
	const char *voice; /* borrowed: the default one */
};

/* keep_specs: "espeak-ng", "module:flite" ... None of them is loaded. */
int engines_know(struct engines *engines, const char *const *keep_specs,
		 size_t count, const char *keep_voice, struct err *e);
/* The same, and the first of them is loaded. */
int engines_open(struct engines *engines, const char *const *keep_specs,
		 size_t count, const char *keep_voice, struct err *e);
void engines_close(struct engines *engines);

/* What the first one is called, with its version. */
const char *engines_about(const struct engines *engines);
/* Of the one with that number. */
unsigned engines_lead_ms(const struct engines *engines, size_t number);

/*
 * As engine_kind.speak(), with the one of that number; an unknown number is the
 * first. *heard: whether some sound was made.
 */
int engines_speak(struct engines *engines, size_t number, const char *text,
		  const struct engine_params *params,
		  const struct engine_out *out, const bool *heard,
		  struct err *e);

/* Print the voices of the first count: "LANGUAGE\tNAME\tGENDER[\tENGINE]\n". */
int engines_list(struct engines *engines, size_t count, FILE *out,
		 struct err *e) MUST_CHECK;

#endif
