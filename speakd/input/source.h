/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * source.h - one stream of lines on its way to phrases.
 *
 *	line ─▶ repaired UTF-8 ─▶ message (detected format) ─▶ rules, wording
 *	     ─▶ phrases
 *
 * Each source detects its own format and remembers its own speaker.
 */
#ifndef SPEAKD_SOURCE_H
#define SPEAKD_SOURCE_H

#include "speakd/input/members.h"
#include "speakd/settings.h"

struct source;

struct source_handler {
	void (*say)(struct phrase *take_phrase, void *data);
	/* Instead of a phrase, where its words are enough; NULL: never. */
	void (*words)(struct span words, enum cue cue, void *data);
	/* A rule says to run command for message. */
	void (*run)(const char *command, const struct message *message,
		    void *data);
	void *data;
	const char *name; /* a feed's items are said by it; NULL: none */
	const struct members *members; /* who its ids are; NULL: unknown */
};

/* live: lines come when they are said, so that time between them counts. */
/* keep_section: what the source's own section says; NULL: it has none. */
struct source *source_new(const struct settings *keep_settings,
			  const struct source_section *keep_section, bool live,
			  const struct source_handler *handler) MUST_CHECK;
void source_free(struct source *source);

/* New settings; who spoke last is forgotten. */
void source_configure(struct source *source,
		      const struct settings *keep_settings,
		      const struct source_section *keep_section);

/*
 * Add "12 lines of kinds not said: 9 join, 3 mode" to out: what the events that
 * were asked for left out so far. Nothing when that is nothing.
 */
void source_add_unsaid(const struct source *source, struct buf *out);

/*
 * Whether a phrase waits for more who say the same (crowd.h), and give it: at
 * the end, and CROWD_HOLD_MS after the last line.
 */
bool source_holds(const struct source *source);
void source_flush(struct source *source);

/* One line, as lines_fn gives it: any bytes. */
void source_line(struct source *source, const char *line, size_t len_bytes,
		 bool cut);

#endif
