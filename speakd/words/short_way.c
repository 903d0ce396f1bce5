/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * short_way.c - a usual line as words: "nick: text", or the text alone.
 *
 * Whoever prints needs no phrase, and for most of what people say nothing else
 * of what wording_message() can do is needed. What is proven here to be the
 * same line comes out at a fraction of the cost.
 */
#include "speakd/words/wording_parts.h"

#include "core/text.h"
#include "speakd/words/clean.h"
#include "speakd/words/hygiene.h"
#include "speakd/words/look.h"
#include "speakd/words/word_rules.h"

/* Whether nothing is to be done with a text but to clean its words. */
static bool is_by_words(const struct wording *wording)
{
	const struct wording_config *config = wording->config;
	const struct language *language = wording->language;

	return (config->events & 1U << KIND_MESSAGE) != 0 &&
	       config->punctuation <= PUNCTUATION_SOME &&
	       config->digits == DIGITS_WORDS && config->tongue == NULL &&
	       dictionary_is_empty(config->dictionary) &&
	       (language == NULL ||
		dictionary_is_empty(language->dictionary)) &&
	       wording->paste.lines < PASTE_LINES - 1;
}

/* Whether it is mine, or for me. */
static bool concerns_me(const struct wording *wording, struct span nick,
			struct span text)
{
	const char *me = wording->config->nick;

	return me != NULL && has_rule(wording, WORDING_HIGHLIGHT) &&
	       (speaker_same(nick, span_of_text(me)) ||
		speaker_named(text, span_of_text(me)));
}

/*
 * A text in which the look marks nothing is its own words: no rule changes one,
 * and it is printable ASCII without double blanks and without a run that is too
 * long for the hygiene. What else that and a listener could object to:
 */
static bool is_prose(struct span text, const struct look *look)
{
	return look_next(look, 0) == text.len_bytes &&
	       look->dots <= HYGIENE_DOTS && ascii_is_alnum(text.text[0]) &&
	       text.text[text.len_bytes - 1] != ' ';
}

enum {
	SIGN_BYTES = 2, /* "+1" is no text */
	/* What the hygiene makes of more may be cut (PHRASE_MAX_BYTES). */
	USUAL_WORDS_BYTES = PHRASE_MAX_BYTES / 2,
};

bool wording_usual(struct wording *wording, struct span nick, struct span text,
		   struct usual_words *ret_said)
{
	struct reading reading;
	struct look look;
	struct span said;

	if (!is_by_words(wording) || meeting_may_be(text) ||
	    !look_at(text, &look) || concerns_me(wording, nick, text))
		return false;
	*ret_said = (struct usual_words){ text, true };
	if (is_prose(text, &look))
		return true;
	if (text.len_bytes == SIGN_BYTES ||
	    !text_is_common(text.text, text.len_bytes))
		return false;
	reading = reading_of(wording);
	said = clean_looked(&wording->clean, &wording->scratch, &reading, text,
			    &look);
	buf_clear(&wording->scratch);
	if (clean_name_silent(&wording->scratch, &reading, said))
		said = span_of_buf(&wording->scratch);
	*ret_said = (struct usual_words){
		said, hygiene_is_clean(said.text, said.len_bytes)
	};
	return said.len_bytes <= USUAL_WORDS_BYTES && !is_blank(said);
}

/* Of those that usual lines have: a run without dots, unless it is long. */
static bool is_clean_name(struct span name, struct span nick)
{
	return name.len_bytes < HYGIENE_RUN_BYTES - 2 &&
	       name.len_bytes <= nick.len_bytes &&
	       memcmp(name.text, nick.text, name.len_bytes) == 0;
}

struct span wording_usual_line(struct wording *wording,
			       const struct message *message,
			       struct usual_words said, uint64_t ms)
{
	const struct span person = message_person(message),
			  name = message_name(message);
	struct buf *line = &wording->sentence;
	bool same = has_rule(wording, WORDING_NICK) &&
		    !was_long_ago(wording, ms) &&
		    is_same_speaker(wording, person);

	if (has_rule(wording, WORDING_PASTES))
		(void)paste_count(&wording->paste, message->nick, ms);
	if (!same)
		set_buf(&wording->speaker, person);
	wording->spoke_ms = ms;
	if (same && said.clean)
		return said.words;
	buf_clear(line);
	if (!same) {
		buf_add(line, name.text, name.len_bytes);
		buf_add(line, ": ", 2);
	}
	buf_add(line, said.words.text, said.words.len_bytes);
	if (said.clean && is_clean_name(name, message->nick))
		return span_of_buf(line);
	buf_clear(&wording->said);
	hygiene_clean(&wording->said, line->data, line->len_bytes);
	return span_of_buf(&wording->said);
}
