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

enum {
	NUMBER_LIVE,
	NUMBER_PRIORITY,
	NUMBER_CUE,
	NUMBER_RATE,
	NUMBER_PITCH,
	NUMBER_VOLUME,
	NUMBERS_0_2, /* of version 0.2 */
	NUMBER_LEVEL = NUMBERS_0_2,
	NUMBER_PLACE,
	NUMBER_CAPITALS,
	NUMBER_SCRIPTS,
	NUMBERS
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
} limits[NUMBERS] = {
	[NUMBER_LIVE] = { WIRE_PATIENT, WIRE_MISSED },
	[NUMBER_PRIORITY] = { -1, PRIORITY_HIGH },
	[NUMBER_CUE] = { -1, CUE_HIGHLIGHT },
	[NUMBER_RATE] = { -1, 900 },
	[NUMBER_PITCH] = { -1, 99 },
	[NUMBER_VOLUME] = { -1, 200 },
	[NUMBER_LEVEL] = { 0, 200 },
	[NUMBER_PLACE] = { -100, 100 },
	[NUMBER_CAPITALS] = { CAPITALS_NONE, CAPITALS_ICON },
	[NUMBER_SCRIPTS] = { 0, 1 },
};

void wire_print(const struct phrase *phrase, bool live, struct buf *out)
{
	const int numbers[NUMBERS] = {
		[NUMBER_LIVE] = phrase->missed ? WIRE_MISSED
				: live	       ? WIRE_LIVE
					       : WIRE_PATIENT,
		[NUMBER_PRIORITY] = (int)phrase->priority,
		[NUMBER_CUE] = (int)phrase->cue,
		[NUMBER_RATE] = phrase->rate_wpm,
		[NUMBER_PITCH] = phrase->pitch,
		[NUMBER_VOLUME] = phrase->volume_percent,
		[NUMBER_LEVEL] = phrase->level_percent,
		[NUMBER_PLACE] = phrase->place,
		[NUMBER_CAPITALS] = (int)phrase->capitals,
		[NUMBER_SCRIPTS] = phrase->by_script,
	};

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
	if (*end != '\0' || n < limits[which].least || n > limits[which].most)
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
	phrase->rate_wpm = numbers[NUMBER_RATE];
	phrase->pitch = numbers[NUMBER_PITCH];
	phrase->volume_percent = numbers[NUMBER_VOLUME];
	phrase->level_percent = numbers[NUMBER_LEVEL];
	phrase->place = numbers[NUMBER_PLACE];
	phrase->capitals = (enum capitals)numbers[NUMBER_CAPITALS];
	phrase->by_script = numbers[NUMBER_SCRIPTS] != 0;
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
	int numbers[NUMBERS] = { [NUMBER_SCRIPTS] = 1 };
	struct phrase *phrase;

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
