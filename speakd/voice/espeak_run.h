/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * espeak_run.h - a stretch of text as espeak-ng gets it, with commands in it,
 * and where its words are without them.
 *
 * espeak-ng counts characters of what it is given. A listener's client counts
 * bytes of what it asked for.
 */
#ifndef SPEAKD_VOICE_ESPEAK_RUN_H
#define SPEAKD_VOICE_ESPEAK_RUN_H

#include "core/buf.h"

/* A command in the run's text: it is not in what was asked for. */
struct espeak_command {
	size_t at_bytes, len_bytes; /* of the run's text */
};

struct espeak_run {
	struct buf text; /* memory is kept, as that of the commands */
	struct espeak_command *commands; /* owned; by place */
	size_t count, room;
	size_t mark_chars, mark_bytes; /* the last word's place, both ways */
};

void espeak_run_fini(struct espeak_run *run);
/* Empty, and usable again. */
void espeak_run_clear(struct espeak_run *run);

/* A command: value for what letter stands for. */
void espeak_run_embed(struct espeak_run *run, int value, char letter);

/*
 * The byte, without the commands, of the word at chars of the text, from 0 on.
 * Quick while the words come in order.
 */
size_t espeak_run_place(struct espeak_run *run, size_t chars);

#endif
