/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/phrase.h"

#include <string.h>

#include "core/mem.h"

/* Running English through espeak-ng: five letters and a blank. */
enum { PHRASE_BYTES_PER_WORD = 6, PHRASE_DEFAULT_WPM = 220 };

struct phrase *phrase_new(char *take_text)
{
	struct phrase *phrase = mem_new(sizeof(*phrase));

	phrase->text = take_text;
	phrase->manner.rate_wpm = PHRASE_DEFAULT;
	phrase->manner.pitch = PHRASE_DEFAULT;
	phrase->pitch_range = PHRASE_DEFAULT;
	phrase->manner.volume_percent = PHRASE_DEFAULT;
	phrase->priority = PRIORITY_NORMAL;
	return phrase;
}

struct phrase *phrase_copy(const struct phrase *phrase)
{
	struct phrase *copy = mem_new(sizeof(*copy));

	*copy = *phrase;
	copy->text = mem_copy(phrase->text);
	copy->styles = styles_copy(&phrase->styles);
	copy->voice = mem_copy(phrase->voice);
	copy->engine = mem_copy(phrase->engine);
	copy->sound = mem_copy(phrase->sound);
	copy->nick = mem_copy(phrase->nick);
	copy->channel = mem_copy(phrase->channel);
	copy->source = mem_copy(phrase->source);
	return copy;
}

void phrase_free(struct phrase *phrase)
{
	if (phrase == NULL)
		return;
	free(phrase->nick);
	free(phrase->channel);
	free(phrase->source);
	free(phrase->text);
	styles_fini(&phrase->styles);
	free(phrase->voice);
	free(phrase->engine);
	free(phrase->sound);
	free(phrase);
}

uint64_t phrase_estimate_ms(const struct phrase *phrase, unsigned rate_wpm)
{
	uint64_t bytes = strlen(phrase->text);
	uint64_t wpm = rate_wpm > 0 ? rate_wpm : PHRASE_DEFAULT_WPM;

	return bytes * 60000 / (PHRASE_BYTES_PER_WORD * wpm);
}
