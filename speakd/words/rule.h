/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * rule.h - one rule as rules.c tries it and rule_section.c fills it in.
 *
 * Private to speakd/words/.
 */
#ifndef SPEAKD_WORDS_RULE_H
#define SPEAKD_WORDS_RULE_H

#include "core/pattern.h"
#include "speakd/words/rules.h"

struct rule {
	char *name; /* owned; NULL for a rule of the command line */
	/* Conditions: those that are there must all hold. */
	struct pattern *text, *line, *either, *nick, *channel;
	char *ignored_nick; /* owned: * and ?, folded */
	unsigned kinds; /* mask of 1 << enum message_kind; 0: any */
	/* Effects. */
	bool drop, keep;
	char *text_re; /* owned: what text was made of */
	char *replace; /* owned, like the following */
	char *say_as, *voice, *run, *sound;
	int pitch, rate_wpm, volume_percent, priority, cue;
	int punctuation, digits; /* -1: as everywhere */
};

/* Set one key of a [rule NAME] section. 0 or err_usage. */
int rule_set(struct rule *rule, const char *key, const char *value,
	     struct err *e) MUST_CHECK;

/* What only shows when the section is complete. 0 or err_usage. */
int rule_check(const struct rule *rule, struct err *e) MUST_CHECK;

#endif
