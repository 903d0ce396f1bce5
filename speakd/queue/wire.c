/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/wire.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* A name with a tab in it would end its field early. */
static void add_name(struct buf *out, const char *name)
{
	for (const char *c = or_empty(name); *c != '\0'; c++)
		buf_add_char(out, *c == '\t' || *c == '\n' ? ' ' : *c);
	buf_add_char(out, '\t');
}

/* The first number. */
enum { WIRE_PATIENT, WIRE_LIVE, WIRE_MISSED };

/* The manner's numbers come last. */
enum {
	NUMBER_LIVE,
	NUMBER_PRIORITY,
	NUMBER_CUE,
	NUMBER_MANNER,
	NUMBERS_0_2 = NUMBER_MANNER + MANNER_LEVEL, /* of version 0.2 */
	NUMBERS = NUMBER_MANNER + MANNER_NUMBERS
};

enum {
	NAME_VOICE,
	NAME_NICK,
	NAME_CHANNEL,
	NAMES_0_2,
	NAME_SOUND = NAMES_0_2,
	NAMES
};

static const struct {
	int least, most;
} limits[NUMBER_MANNER] = {
	[NUMBER_LIVE] = { WIRE_PATIENT, WIRE_MISSED },
	[NUMBER_PRIORITY] = { -1, PRIORITY_HIGH },
	[NUMBER_CUE] = { -1, CUE_HIGHLIGHT },
};

void wire_print(const struct phrase *phrase, bool live, struct buf *out)
{
	int numbers[NUMBERS] = {
		[NUMBER_LIVE] = phrase->missed ? WIRE_MISSED
				: live	       ? WIRE_LIVE
					       : WIRE_PATIENT,
		[NUMBER_PRIORITY] = (int)phrase->priority,
		[NUMBER_CUE] = (int)phrase->cue,
	};

	manner_to_numbers(&phrase->manner, numbers + NUMBER_MANNER);
	for (size_t i = 0; i < NUMBERS; i++)
		buf_addf(out, "%d\t", numbers[i]);
	add_name(out, phrase->voice);
	add_name(out, phrase->nick);
	add_name(out, phrase->channel);
	add_name(out, phrase->sound);
	buf_add_text(out, phrase->text);
	buf_add_char(out, '\n');
}

/* Up to a tab, which is skipped. False when there is none. */
static bool next_field(const char **at, const char *end, const char **ret,
		       size_t *ret_bytes)
{
	const char *tab = memchr(*at, '\t', (size_t)(end - *at));

	if (tab == NULL)
		return false;
	*ret = *at;
	*ret_bytes = (size_t)(tab - *at);
	*at = tab + 1;
	return true;
}

static bool accepts(size_t which, long n)
{
	return which < NUMBER_MANNER
		       ? n >= limits[which].least && n <= limits[which].most
		       : manner_accepts(which - NUMBER_MANNER, n);
}

static bool parse_number(const char *field, size_t len_bytes, size_t which,
			 int *ret)
{
	char text[16];
	char *end;
	long n;

	if (len_bytes == 0 || len_bytes >= sizeof(text))
		return false;
	memcpy(text, field, len_bytes);
	text[len_bytes] = '\0';
	n = strtol(text, &end, 10);
	if (*end != '\0' || !accepts(which, n))
		return false;
	*ret = (int)n;
	return true;
}

static char *safe_name(const char *field, size_t len_bytes)
{
	SCOPED_BUF struct buf out = { 0 };

	if (len_bytes == 0)
		return NULL;
	text_repair(&out, field, len_bytes);
	return buf_give(&out);
}

static void fill(struct phrase *phrase, const int numbers[NUMBERS])
{
	phrase->missed = numbers[NUMBER_LIVE] == WIRE_MISSED;
	if (numbers[NUMBER_PRIORITY] >= 0)
		phrase->priority = (enum priority)numbers[NUMBER_PRIORITY];
	if (numbers[NUMBER_CUE] >= 0)
		phrase->cue = (enum cue)numbers[NUMBER_CUE];
	phrase->manner = manner_of_numbers(numbers + NUMBER_MANNER);
}

static size_t count_tabs(const char *at, const char *end)
{
	size_t n = 0;

	for (; at < end; at++)
		n += *at == '\t';
	return n;
}

struct phrase *wire_parse(const char *line, size_t len_bytes, bool *ret_live)
{
	const char *end = line + len_bytes, *name[NAMES] = { 0 }, *field;
	bool old = count_tabs(line, end) == NUMBERS_0_2 + NAMES_0_2;
	size_t number_count = old ? NUMBERS_0_2 : NUMBERS;
	size_t name_count = old ? NAMES_0_2 : NAMES;
	size_t name_bytes[NAMES] = { 0 }, bytes;
	int numbers[NUMBERS];
	struct phrase *phrase;

	for (size_t i = 0; i < MANNER_NUMBERS; i++)
		numbers[NUMBER_MANNER + i] = manner_limits[i].absent;
	for (size_t i = 0; i < number_count; i++)
		if (!next_field(&line, end, &field, &bytes) ||
		    !parse_number(field, bytes, i, &numbers[i]))
			return NULL;
	for (size_t i = 0; i < name_count; i++)
		if (!next_field(&line, end, &name[i], &name_bytes[i]))
			return NULL;
	phrase = phrase_new(mem_text(
		line, min_size((size_t)(end - line), PHRASE_MAX_BYTES)));
	fill(phrase, numbers);
	phrase->voice = safe_name(name[NAME_VOICE], name_bytes[NAME_VOICE]);
	phrase->nick = safe_name(name[NAME_NICK], name_bytes[NAME_NICK]);
	phrase->channel = safe_name(name[NAME_CHANNEL],
				    name_bytes[NAME_CHANNEL]);
	phrase->sound = safe_name(name[NAME_SOUND], name_bytes[NAME_SOUND]);
	*ret_live = numbers[NUMBER_LIVE] == WIRE_LIVE;
	return phrase;
}
