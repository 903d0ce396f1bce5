/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * backlog.h - what waits to be said, and how to catch up when it is too much.
 *
 * Phrases come out in the order in which they came in. What somebody waits for
 *is measured in milliseconds of speech at the normal rate, estimated:
 *
 *	waiting <= catch_up_after    the normal rate
 *	... up to skip_after         the rate rises smoothly up to max_rate
 *	beyond skip_after            whole lines are skipped, oldest first, low
 *	                             priority before normal, until half of
 *	                             skip_after waits; high priority never
 *
 * What was skipped is counted and announced in front of the next phrase ("14
 * lines skipped").
 *
 * Pure: no I/O, no clock; the estimates come with the phrases.
 */
#ifndef SPEAKD_BACKLOG_H
#define SPEAKD_BACKLOG_H

#include "speakd/queue/phrase.h"

enum {
	/*
	 * Beyond this a source is to be paused: backlog_is_full(). Phrases that
	 * are pushed all the same are kept.
	 */
	BACKLOG_MAX_PHRASES = 1000,
	/* A phrase's rate differs from the one before by at most a fifth. */
	BACKLOG_RATE_STEP_PERCENT = 20,
};

struct backlog_config {
	unsigned rate_wpm; /* normal */
	unsigned max_rate_wpm; /* not below rate_wpm */
	uint64_t catch_up_after_ms; /* 0: never faster */
	uint64_t skip_after_ms; /* 0: nothing is ever skipped */
	/* "3 lines skipped", the caller's to free; NULL: in English. */
	char *(*skip_text)(uintmax_t lines, const void *data);
	const void *skip_text_data; /* borrowed */
	unsigned gap_ms; /* between phrases, at the normal rate */
};

/* Called for each phrase that is skipped, borrowed for the call. */
typedef void backlog_skip_fn(const struct phrase *phrase, void *data);

struct backlog {
	struct backlog_config config;
	backlog_skip_fn *skip_fn; /* NULL: nobody wants to know */
	void *skip_data;
	struct phrase **ring; /* owned, with the phrases in it */
	size_t first, count, size;
	uint64_t waiting_ms; /* sum of the estimates */
	uint64_t behind_ms; /* of those that somebody waits for */
	unsigned last_rate_wpm; /* of the phrase popped last, 0: none yet */
	uint64_t unannounced; /* skipped, and not yet said so */
	uint64_t skipped; /* in all */
};

void backlog_init(struct backlog *backlog, const struct backlog_config *config,
		  backlog_skip_fn *skip_fn, void *keep_skip_data);
void backlog_fini(struct backlog *backlog);

/* New limits and rates for what is still to come. */
void backlog_configure(struct backlog *backlog,
		       const struct backlog_config *config);

/*
 * Add a phrase. live: somebody waits for it, who is now farther behind. What is
 * not live is neither skipped nor a reason to hurry: its source waits.
 */
void backlog_push(struct backlog *backlog, struct phrase *take_phrase,
		  bool live);

/*
 * The next phrase to say, with its rate set; the caller's to free. An
 * announcement of skipped lines has no id. NULL when
 * nothing waits.
 */
struct phrase *backlog_pop(struct backlog *backlog) MUST_CHECK;

bool backlog_is_empty(const struct backlog *backlog);
bool backlog_is_full(const struct backlog *backlog);

/* The rate in words a minute for what waits now, before smoothing. */
unsigned backlog_wanted_rate(const struct backlog *backlog);

/* Forget the phrases that choose() picks, without announcing it. */
typedef bool backlog_choose_fn(const struct phrase *phrase, void *data);

void backlog_drop(struct backlog *backlog, backlog_choose_fn *choose,
		  void *data);

#endif
