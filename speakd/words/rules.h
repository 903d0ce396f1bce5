/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * rules.h - the user's ordered list: what is said at all, and how.
 *
 * Rules are tried in the order written, those of the command line before those
 * of the configuration. drop and keep decide at the first rule that matches;
 * every other effect of a matching rule is applied and the next rule is tried,
 * on the text as replaced so far. The first rule that sets a value wins.
 *
 * A message that no rule decides is said, unless the last deciding rule of the
 * command line (of the configuration, when the command line decides nothing)
 * is a keep: then it is dropped. So "-k RE" alone says only what matches
 * whatever the configuration drops, and "-k A -x B" says everything but B, and
 * A even where it is also B.
 *
 * Pure: no I/O. Text is valid UTF-8. A pattern that runs into PCRE2's limits
 * does not match; it is counted.
 */
#ifndef SPEAKD_WORDS_RULES_H
#define SPEAKD_WORDS_RULES_H

#include "core/err.h"
#include "core/message/message.h"
#include "speakd/queue/phrase.h"

/* Rules in one list: the next one is refused. */
enum { RULES_MAX = 1000 };

struct rules;

struct rules *rules_new(void) MUST_CHECK;
void rules_free(struct rules *rules);

/*
 * -x RE, -k RE: tried on the message's text and, if it does not match there,
 * on the whole line as it came. 0 or err_usage, as all that follow.
 */
int rules_add_drop(struct rules *rules, const char *re,
		   struct err *e) MUST_CHECK;
int rules_add_keep(struct rules *rules, const char *re,
		   struct err *e) MUST_CHECK;
/*
 * --replace=/RE/TEXT/: every match in the text. Any ASCII character but a
 * letter, a digit, a blank or a backslash may stand for "/"; after a
 * backslash it is itself. A trailing i ignores case.
 */
int rules_add_replace(struct rules *rules, const char *slashed,
		      struct err *e) MUST_CHECK;
/* --ignore=NICK: NICK may hold * and ?; compared without case. */
int rules_add_ignore(struct rules *rules, const char *nick,
		     struct err *e) MUST_CHECK;

/*
 * One "key = value" of a [rule NAME] section; rules with the same NAME are one
 * rule, at the place of its first key.
 *
 * Conditions, all of which must hold: text, line (patterns, found anywhere),
 * nick, channel (patterns that match the whole, without case; the channel with
 * or without its "#"), kind (a list of kinds: "join,part").
 * Effects: drop = yes, keep = yes, replace = TEXT (of the text pattern),
 * say-as = TEXT (with $nick $text $channel $target $kind), voice = NAME, pitch,
 * rate, volume, priority = low|normal|high, cue = yes|no, run = COMMAND,
 * punctuation = none|some|most|all, digits = words|pairs|single.
 */
int rules_set(struct rules *rules, const char *name, const char *key,
	      const char *value, struct err *e) MUST_CHECK;

/*
 * After the last rules_set(): what only shows in the whole: a rule without an
 * effect, drop beside keep, replace without text. 0 or err_usage.
 */
int rules_check(const struct rules *rules, struct err *e) MUST_CHECK;

/* keep_then is tried after rules, as if it were the end of the same list. */
void rules_chain(struct rules *rules, struct rules *keep_then);

/* Whether there is no rule in it, nor in what it is chained to; NULL: none. */
bool rules_are_empty(const struct rules *rules);

/* What the matching rules say; texts are borrowed from the rules. */
struct verdict {
	bool say;
	const char *say_as; /* NULL: the message's own wording */
	const char *voice;
	const char *sound; /* NULL: none of its own */
	int pitch, rate_wpm, volume_percent; /* PHRASE_DEFAULT: not set */
	int priority; /* enum priority, or -1 */
	int cue; /* enum cue, or -1 */
	int punctuation, digits; /* their enums, or -1 */
	const char *run;
	bool replaced; /* text below is to be used */
	struct buf text; /* owned by the verdict: buf_fini() it */
};

/*
 * Judge message, which came as line. first and second are tried one after the
 * other (command line, configuration); either may be NULL.
 */
void rules_judge(struct rules *first, struct rules *second,
		 const struct message *message, struct span line,
		 struct verdict *ret);

/* How often a pattern ran into a limit so far. */
uint64_t rules_limit_hits(const struct rules *rules);

#endif
