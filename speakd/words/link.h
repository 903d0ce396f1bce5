/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * link.h - what a link leads to: "pull request 12 of lxc", "link to a.b".
 *
 * Private to speakd/words/.
 */
#ifndef SPEAKD_WORDS_LINK_H
#define SPEAKD_WORDS_LINK_H

#include "speakd/words/word_rules.h"

/*
 * port is empty where there is none; rest is what follows it:
 * "/lxc/lxc/pull/12", with "?" and "#".
 */
void link_say(struct buf *out, const struct reading *reading, struct span host,
	      struct span port, struct span rest);

#endif
