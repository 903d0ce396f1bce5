/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * script.h - text of several scripts, cut where another voice must take over.
 *
 * espeak-ng's English voice calls each Japanese character "Japanese letter" and
 * spells Russian. Words of a script that the voice's language is not written in
 * go to a language that is; what is of no script (digits, punctuation) goes
 * with what is before it. Words of mixed scripts, single letters of alphabets
 * (a Greek mu), and Latin letters stay with the voice.
 */
#ifndef SPEAKD_VOICE_SCRIPT_H
#define SPEAKD_VOICE_SCRIPT_H

#include "core/base.h"

/*
 * The bytes of the run at the start of text, spaces after it included, and the
 * language that says it: NULL is that of voice ("en-us+m3"). text is valid
 * UTF-8 and not empty.
 */
size_t script_run(const char *text, size_t len_bytes, const char *voice,
		  const char **ret_language);

#endif
