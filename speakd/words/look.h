/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * look.h - one look at a text: is there anything that a rule on words changes?
 *
 * Private to speakd/words/. Seven lines of ten are plain prose, which is said
 * as it stands; the rules need not try each of their words.
 */
#ifndef SPEAKD_WORDS_LOOK_H
#define SPEAKD_WORDS_LOOK_H

#include "core/message/message.h"

/*
 * True: clean_text() leaves text alone, at the levels "none" and "some" and
 * with numbers as words, and so does hygiene_clean(). False: perhaps not.
 */
bool look_is_prose(struct span text);

#endif
