/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * entity.h - "&amp;", "&#233;" and "&eacute;" are characters.
 *
 * The five of XML, numeric references, and those of HTML that people write.
 */
#ifndef SPEAKD_WORDS_ENTITY_H
#define SPEAKD_WORDS_ENTITY_H

#include "core/message/message.h"

/* The code point of the entity at text[pos], a "&"; its bytes, or 0: none. */
size_t entity_at(struct span text, size_t pos, uint32_t *ret);

#endif
