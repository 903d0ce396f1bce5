/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/utterance.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

struct utterance *utterance_new(struct phrase *take_phrase)
{
	struct utterance *utterance = mem_new(sizeof(*utterance));

	utterance->phrase = take_phrase;
	utterance->text_bytes = strlen(take_phrase->text);
	return utterance;
}

void utterance_free(struct utterance *utterance)
{
	if (utterance == NULL)
		return;
	for (size_t i = 0; i < utterance->mark_count; i++)
		free(utterance->marks[i].name);
	free(utterance->marks);
	phrase_free(utterance->phrase);
	free(utterance);
}

static bool ends_sentence(const char *text, size_t at)
{
	return at >= 2 && text[at - 1] == ' ' &&
	       strchr(".!?", text[at - 2]) != NULL;
}

/* The beginning of the sentence that at is in, or of the one sentences back. */
static size_t sentence_start(const char *text, size_t at, unsigned back)
{
	while (at > 0 && (!ends_sentence(text, at) || back-- > 0))
		at--;
	return at;
}

/* How many bytes of text go into one phrase. */
static size_t part_of(const char *text, size_t len_bytes)
{
	size_t cut;

	if (len_bytes <= UTTERANCE_PART_BYTES)
		return len_bytes;
	cut = sentence_start(text, UTTERANCE_PART_BYTES, 0);
	if (cut > 0)
		return cut;
	for (cut = UTTERANCE_PART_BYTES; cut > 0; cut--)
		if (text[cut - 1] == ' ')
			return cut;
	return text_cut(text, len_bytes, UTTERANCE_PART_BYTES);
}

/* What is gone on with was announced already. */
static void drop_sounds(struct phrase *phrase)
{
	phrase->cue = CUE_NONE;
	free(phrase->sound);
	phrase->sound = NULL;
}

struct phrase *utterance_part(struct utterance *u)
{
	const char *text = u->phrase->text + u->at_bytes;
	struct styles all = u->phrase->styles;
	struct phrase *phrase;
	char *whole = u->phrase->text;

	u->part_bytes = part_of(text, u->text_bytes - u->at_bytes);
	/* Text and styles are copied in part only. */
	u->phrase->text = NULL;
	u->phrase->styles = (struct styles){ 0 };
	phrase = phrase_copy(u->phrase);
	u->phrase->text = whole;
	u->phrase->styles = all;
	phrase->styles = styles_part(&all, u->at_bytes, &u->part_bytes,
				     UTTERANCE_PART_STYLES);
	phrase->text = mem_text(text, u->part_bytes);
	if (u->at_bytes > 0)
		drop_sounds(phrase);
	return phrase;
}

void utterance_go_back(struct utterance *utterance, size_t word_bytes)
{
	utterance->at_bytes = sentence_start(
		utterance->phrase->text, utterance->at_bytes + word_bytes,
		utterance->paused ? utterance->pause_context : 0);
}

struct phrase *utterance_rest(const struct phrase *phrase, size_t word_bytes)
{
	size_t from = sentence_start(
		phrase->text, min_size(word_bytes, strlen(phrase->text)), 0);
	struct phrase *rest = phrase_copy(phrase);

	free(rest->text);
	rest->text = mem_copy(phrase->text + from);
	drop_sounds(rest);
	if (from > 0)
		rest->named_bytes = 0;
	return rest;
}
