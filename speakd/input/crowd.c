/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/crowd.h"

#include "core/mem.h"

/* For every message: ASCII letters only, which costs nothing. */
static void fold(struct buf *out, struct span span)
{
	buf_clear(out);
	buf_add(out, span.text, span.len_bytes);
	for (size_t i = 0; i < out->len_bytes; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'Z')
			out->data[i] = (char)(out->data[i] - 'A' + 'a');
}

static bool is_word_of_many(const struct message *m)
{
	return m->kind == KIND_MESSAGE && m->nick.len_bytes > 0 &&
	       m->text.len_bytes > 0 && m->text.len_bytes <= CROWD_TEXT_BYTES;
}

static bool is_among(const struct crowd *crowd, const struct message *m)
{
	SCOPED_BUF struct buf line = { 0 };
	const char *found;

	fold(&line, message_person(m));
	buf_add_char(&line, '\n');
	found = memmem(buf_text(&crowd->people), crowd->people.len_bytes,
		       line.data, line.len_bytes);
	while (found != NULL && found != crowd->people.data &&
	       found[-1] != '\n')
		found = memmem(found + 1,
			       (size_t)(crowd->people.data +
					crowd->people.len_bytes - found - 1),
			       line.data, line.len_bytes);
	return found != NULL;
}

static void add_person(struct crowd *crowd, const struct message *m)
{
	SCOPED_BUF struct buf line = { 0 };

	fold(&line, message_person(m));
	buf_add_char(&line, '\n');
	buf_add(&crowd->people, line.data, line.len_bytes);
}

bool crowd_joins(const struct crowd *crowd, const struct message *message,
		 uint64_t said_ms)
{
	SCOPED_BUF struct buf text = { 0 };

	if (crowd->text.len_bytes == 0 ||
	    crowd->text.len_bytes != message->text.len_bytes ||
	    !is_word_of_many(message) || said_ms == 0 ||
	    said_ms < crowd->last_ms ||
	    said_ms - crowd->last_ms > CROWD_GAP_MS ||
	    crowd->people.len_bytes > CROWD_PEOPLE_BYTES)
		return false;
	fold(&text, message->text);
	return memcmp(text.data, crowd->text.data, text.len_bytes) == 0 &&
	       !is_among(crowd, message);
}

bool crowd_passes(const struct crowd *crowd, const struct message *message,
		  uint64_t said_ms)
{
	return crowd->held == NULL &&
	       (said_ms == 0 ||
		crowd->text.len_bytes != message->text.len_bytes);
}

void crowd_begin(struct crowd *crowd, const struct message *message,
		 uint64_t said_ms)
{
	buf_clear(&crowd->text);
	buf_clear(&crowd->people);
	if (!is_word_of_many(message) || said_ms == 0)
		return;
	fold(&crowd->text, message->text);
	add_person(crowd, message);
	crowd->last_ms = said_ms;
}

void crowd_hold(struct crowd *crowd, const struct message *message,
		uint64_t said_ms, struct phrase *take_phrase)
{
	struct span name = message_name(message);

	add_person(crowd, message);
	crowd->last_ms = said_ms;
	phrase_free(crowd->held);
	crowd->held = take_phrase;
	crowd->others++;
	buf_clear(&crowd->name);
	buf_add(&crowd->name, name.text, name.len_bytes);
}

/* The words, without the name that they were said by. */
static const char *words_of(const struct crowd *crowd)
{
	static const char *const links[] = { ": ", " votes " };
	const char *text = crowd->held->text;
	size_t n = crowd->name.len_bytes;

	if (strncmp(text, buf_text(&crowd->name), n) != 0)
		return text;
	for (size_t i = 0; i < COUNT_OF(links); i++)
		if (strncmp(text + n, links[i], strlen(links[i])) == 0)
			return text + n + strlen(links[i]);
	return text;
}

static char *by_many(const struct crowd *crowd, const struct wording *wording)
{
	static const char *const numbers[] = { "two", "three",	"four",	 "five",
					       "six", "seven",	"eight", "nine",
					       "ten", "eleven", "twelve" };
	unsigned n = crowd->others;
	char *said = wording_others(wording, n, words_of(crowd));

	/* In a language of the catalogues; English has words for numbers. */
	if (said != NULL)
		return said;
	return n - 2 < COUNT_OF(numbers)
		       ? mem_printf("%s others: %s", numbers[n - 2],
				    words_of(crowd))
		       : mem_printf("%u others: %s", n, words_of(crowd));
}

struct phrase *crowd_give(struct crowd *crowd, const struct wording *wording,
			  bool *ret_many)
{
	struct phrase *held = crowd->held;

	*ret_many = crowd->others > 1;
	if (held != NULL && *ret_many) {
		char *text = by_many(crowd, wording);

		free(held->text);
		held->text = text;
		free(held->voice);
		held->voice = NULL;
		held->manner.pitch = PHRASE_DEFAULT;
	}
	crowd->held = NULL;
	crowd->others = 0;
	return held;
}

void crowd_fini(struct crowd *crowd)
{
	buf_fini(&crowd->text);
	buf_fini(&crowd->people);
	buf_fini(&crowd->name);
	phrase_free(crowd->held);
	crowd->held = NULL;
}
