/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * wording_parts.h - what wording.c and short_way.c share: what a source
 * remembers between its lines.
 */
#ifndef SPEAKD_WORDS_WORDING_PARTS_H
#define SPEAKD_WORDS_WORDING_PARTS_H

#include "speakd/words/meeting.h"
#include "speakd/words/paste.h"
#include "speakd/words/speaker.h"
#include "speakd/words/wording.h"

struct wording {
	const struct wording_config *config; /* borrowed */
	bool gives_words; /* instead of phrases */
	/* Of the line: what it is said in. */
	const char *voice; /* borrowed from config or tongue; NULL: default */
	const struct language *language; /* NULL: English */
	struct tongue_memory *tongues; /* owned */
	struct buf speaker; /* who spoke last; empty: nobody */
	uint64_t spoke_ms; /* when, 0: not known */
	struct buf channel, network; /* of what was said last */
	bool has_channel, many_networks;
	struct paste paste;
	struct meeting meeting;
	uint64_t cuts;
	/* Work space: memory is kept from line to line. */
	struct buf clean, scratch, sentence, said;
	struct buf respelled[2]; /* by each of the dictionaries */
};

static inline bool has_rule(const struct wording *wording,
			    enum wording_rule rule)
{
	return (wording->config->rules & (unsigned)rule) != 0;
}

/* How texts are read: as the listener chose. */
static inline struct reading reading_of(const struct wording *wording)
{
	const struct wording_config *config = wording->config;
	const struct language *language = wording->language;

	return (struct reading){
		.rules = config->rules,
		.punctuation = config->punctuation,
		.digits = config->digits,
		.catalogue = language != NULL ? language->catalogue : NULL,
		.symbols = language != NULL ? language->symbols : NULL,
	};
}

static inline void set_buf(struct buf *buf, struct span span)
{
	buf_clear(buf);
	buf_add(buf, span.text, span.len_bytes);
}

static inline bool is_blank(struct span text)
{
	for (size_t i = 0; i < text.len_bytes; i++)
		if (text.text[i] != ' ')
			return false;
	return true;
}

/* After so long a silence nobody remembers who spoke. */
enum { SPEAKER_SILENCE_MS = 10 * 60 * 1000 };

static inline bool was_long_ago(const struct wording *wording, uint64_t ms)
{
	return ms != 0 && wording->spoke_ms != 0 && ms > wording->spoke_ms &&
	       ms - wording->spoke_ms > SPEAKER_SILENCE_MS;
}

static inline bool is_same_speaker(const struct wording *wording,
				   struct span nick)
{
	return wording->speaker.len_bytes > 0 &&
	       speaker_same(span_of_buf(&wording->speaker), nick);
}

#endif
