/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * prosody.h - what SSML's elements say of how a text sounds.
 *
 * Each function takes an element's attributes into a style that holds within
 * it; what it cannot read changes nothing. Source: W3C SSML 1.0 and 1.1,
 * sections 3.2 and 3.1.
 */
#ifndef SPEAKD_SSIP_PROSODY_H
#define SPEAKD_SSIP_PROSODY_H

#include "speakd/queue/style.h"
#include "speakd/ssip/xml.h"

enum { PROSODY_PAUSE_MAX_MS = 10000 }; /* a longer one is so long */

typedef void prosody_fn(const struct xml_tag *tag, struct style *style);

prosody_fn prosody_read; /* <prosody rate= pitch= range= volume=> */
prosody_fn prosody_emphasis; /* <emphasis level=> */
prosody_fn prosody_voice; /* <voice name= xml:lang= gender=> */
prosody_fn prosody_language; /* xml:lang= of any element */
prosody_fn prosody_say_as; /* <say-as interpret-as=> */

/* <break time= strength=>: milliseconds. */
uint32_t prosody_pause_ms(const struct xml_tag *tag);

#endif
