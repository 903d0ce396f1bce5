/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * wording.h - from a message to the words that are said: made for ears.
 *
 *	message + verdict ─▶ text clean-up ─▶ sentence ─▶ phrase
 *
 * The nick is said only when the speaker changes; an action is "carol waves";
 * meeting-bot commands, topics and votes are announced as such; URLs become
 * "link to github.com"; hashes, rows of symbols and very long words are
 * shortened; emoji are named; a paste of many lines by one nick is announced
 * as one. Each is a wording rule with a name, and can be switched off.
 *
 * Pure: no I/O, the clock is passed in. Text is valid UTF-8.
 */
#ifndef SPEAKD_WORDS_WORDING_H
#define SPEAKD_WORDS_WORDING_H

#include "core/err.h"
#include "core/message/message.h"
#include "speakd/queue/phrase.h"
#include "speakd/words/dictionary.h"
#include "speakd/words/languages.h"
#include "speakd/words/reading.h"
#include "speakd/words/rules.h"

/* The wording rules, as bits; wording_parse_rules() reads their names. */
enum wording_rule {
	WORDING_NICK = 1 << 0, /* nick only when the speaker changes */
	WORDING_VOICES = 1 << 1, /* a voice and pitch per speaker */
	WORDING_ACTIONS = 1 << 2, /* "carol waves" */
	WORDING_MEETING = 1 << 3, /* #topic, [AGREED], votes ... announced */
	WORDING_URLS = 1 << 4, /* "link to github.com" */
	WORDING_HASHES = 1 << 5, /* "hash d e a d" for long hex runs */
	WORDING_SYMBOLS = 1 << 6, /* "40 equals" for rows of one symbol */
	WORDING_WORDS = 1 << 7, /* very long words shortened */
	WORDING_EMOJI = 1 << 8, /* named */
	WORDING_PASTES = 1 << 9, /* "carol pastes 14 lines" */
	WORDING_HIGHLIGHT = 1 << 10, /* from or to me: marked */
	WORDING_CHANNEL = 1 << 11, /* the channel when it changes */
	WORDING_PATHS = 1 << 12, /* "foo.c line 3 in linux..." */
	WORDING_NUMBERS = 1 << 13, /* ids digit by digit */
	WORDING_MARKUP = 1 << 14, /* "&amp;", "**so**", "<@1>"; repeats */
	WORDING_PLACES = 1 << 15, /* a place between left and right as well */
	WORDING_LANGUAGES = 1 << 16, /* foreign scripts in their own voice */
	WORDING_ALL = (1 << 17) - 1,
};

struct casting;
struct tongue;

struct wording_config {
	unsigned rules; /* mask of enum wording_rule */
	unsigned events; /* mask of 1 << enum message_kind */
	const char *nick; /* mine, or NULL: what highlights */
	const char *voice; /* base voice, "en-us": variants are added */
	bool highlight_sound; /* a cue; else the word "highlight" */
	enum punctuation punctuation;
	enum digits digits;
	enum capitals capitals;
	struct languages *languages; /* borrowed; NULL: English alone */
	const struct tongue *tongue; /* borrowed; NULL: one language */
	struct casting *casting; /* borrowed; NULL: voices by the nick alone */
	const struct dictionary *dictionary; /* of the source; NULL: none */
};

/* Parse "urls,emoji" to a mask; "all" is every rule. 0 or err_usage. */
int wording_parse_rules(const char *list, unsigned *ret,
			struct err *e) MUST_CHECK;
/* Parse "message,action" to a mask of kinds; "all" is every kind. */
int wording_parse_events(const char *list, unsigned *ret,
			 struct err *e) MUST_CHECK;

/* What a source remembers between lines: who spoke last, a paste under way. */
struct wording;

struct wording *
wording_new(const struct wording_config *keep_config) MUST_CHECK;
void wording_free(struct wording *wording);

/*
 * Whether words are enough from now on: whoever prints needs no phrase, and how
 * it would sound is then not found out.
 */
void wording_give_words(struct wording *wording, bool enough);

/* Something that a message gives: a phrase, its words, or a command to run. */
struct outcome {
	struct phrase *phrase; /* the receiver's to free; NULL: one of these */
	const char *command; /* of a rule's "run = COMMAND"; borrowed */
	struct span words; /* with wording_give_words(); borrowed */
	enum cue cue; /* of the words */
};

typedef void wording_give_fn(struct outcome take_outcome, void *data);

/*
 * What message gives, in order: usually one phrase, none when it is not said,
 * two when a paste ended before it; before them the command of a rule.
 *
 * line is the whole line as it came; cut: it was longer than the limit, which
 * is said. now_ms is when it came (clock_ms()), or 0 when it did not come just
 * now: then a paste is known by the time in the line, if that has seconds.
 */
void wording_message(struct wording *wording, const struct message *message,
		     struct span line, bool cut, struct rules *first,
		     struct rules *second, uint64_t now_ms,
		     wording_give_fn *give, void *data);

/* The words of a text. */
struct usual_words {
	struct span words;
	bool clean; /* as they are, for a synthesiser */
};

/*
 * What wording_message() comes to for most KIND_MESSAGEs that have no channel
 * and are judged by no rule, at a fraction of the cost: the words of the text,
 * and those of the line that it is the text of; ms as message_said_ms() has it.
 * False, with nothing changed, when it may come to something else. What is
 * returned is borrowed until the next call.
 */
bool wording_usual(struct wording *wording, struct span nick, struct span text,
		   struct usual_words *ret_said) MUST_CHECK;
struct span wording_usual_line(struct wording *wording,
			       const struct message *message,
			       struct usual_words said, uint64_t ms);

/* "3 others: words", the caller's; NULL in English, which has its own way. */
char *wording_others(const struct wording *wording, unsigned count,
		     const char *words);

/* "3 lines skipped" for a backlog, whose data is a struct wording_config. */
char *wording_skip_text(uintmax_t lines, const void *config);

/* Whoever speaks next is named. */
void wording_forget_speaker(struct wording *wording);

/* How many phrases were cut at PHRASE_MAX_BYTES so far. */
uint64_t wording_cuts(const struct wording *wording);

#endif
