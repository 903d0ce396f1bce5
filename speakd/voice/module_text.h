/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * module_text.h - a text as speech-dispatcher's modules are given it. Pure.
 *
 * As SSML, with a mark in front of each word, its number of bytes, and what
 * the styles say; a character that is spelled has a command of its own.
 */
#ifndef SPEAKD_VOICE_MODULE_TEXT_H
#define SPEAKD_VOICE_MODULE_TEXT_H

#include "core/buf.h"
#include "speakd/voice/engine.h"

/* The command for it; out is what follows, up to the line with a dot. */
const char *module_text_make(struct buf *out, const char *text,
			     const struct engine_params *params);

/* Whether it is one character: then it needs no spelling mode. */
bool module_text_is_one(const char *text);

#endif
