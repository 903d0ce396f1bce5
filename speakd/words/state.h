/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * state.h - what becomes of the listener, as it is said. Pure.
 */
#ifndef SPEAKD_WORDS_STATE_H
#define SPEAKD_WORDS_STATE_H

#include "core/buf.h"
#include "core/message/message.h"

struct catalogue;

/*
 * Add the sentence of a state with its channels called as a person calls them:
 * "#meeting" is "meeting". What follows a second ": " is quoted and stays as it
 * was typed. A sentence of sic-bridge's that catalogue (NULL: none) knows is
 * said in its language.
 */
void state_words(struct span sentence, const struct catalogue *catalogue,
		 struct buf *out);

#endif
