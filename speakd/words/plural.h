/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * plural.h - which form of a word a number wants, as a catalogue says it.
 *
 * Private to speakd/words/.
 */
#ifndef SPEAKD_WORDS_PLURAL_H
#define SPEAKD_WORDS_PLURAL_H

#include "core/base.h"

/*
 * The value of a C expression in n, from "Plural-Forms": ?: || && == != < > <=
 * >= + - * / % ! ( ) n and numbers. 0 for one that is wrong, or is nested
 * deeper than PLURAL_DEPTH. Source: the GNU gettext manual, "Plural forms".
 */
enum { PLURAL_DEPTH = 32 };

uintmax_t plural_form(const char *expression, uintmax_t n);

#endif
