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

void wire_print(const struct phrase *phrase, bool live, struct buf *out)
{
	buf_addf(out, "%d\t%d\t%d\t%d\t%d\t%d\t",
		 phrase->missed ? WIRE_MISSED
		 : live		? WIRE_LIVE
				: WIRE_PATIENT,
		 (int)phrase->priority, (int)phrase->cue, phrase->rate_wpm,
		 phrase->pitch, phrase->volume_percent);
	add_name(out, phrase->voice);
	add_name(out, phrase->nick);
	add_name(out, phrase->channel);
	buf_add_text(out, phrase->text);
	buf_add_char(out, '\n');
}

enum { NUMBERS = 6, NAMES = 3 };

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

static bool parse_number(const char *field, size_t len_bytes, int max, int *ret)
{
	char text[16];
	char *end;
	long n;

	if (len_bytes == 0 || len_bytes >= sizeof(text))
		return false;
	memcpy(text, field, len_bytes);
	text[len_bytes] = '\0';
	n = strtol(text, &end, 10);
	if (*end != '\0' || n < -1 || n > max)
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
	phrase->priority = numbers[1] < 0 ? PRIORITY_NORMAL
					  : (enum priority)numbers[1];
	phrase->cue = numbers[2] < 0 ? CUE_NONE : (enum cue)numbers[2];
	phrase->rate_wpm = numbers[3];
	phrase->pitch = numbers[4];
	phrase->volume_percent = numbers[5];
}

struct phrase *wire_parse(const char *line, size_t len_bytes, bool *ret_live)
{
	static const int most[NUMBERS] = {
		WIRE_MISSED, PRIORITY_HIGH, CUE_HIGHLIGHT, 900, 99, 200
	};
	const char *end = line + len_bytes, *names[NAMES], *field;
	size_t name_bytes[NAMES], bytes;
	int numbers[NUMBERS] = { 0 };
	struct phrase *phrase;

	for (size_t i = 0; i < NUMBERS; i++)
		if (!next_field(&line, end, &field, &bytes) ||
		    !parse_number(field, bytes, most[i], &numbers[i]))
			return NULL;
	for (size_t i = 0; i < NAMES; i++)
		if (!next_field(&line, end, &names[i], &name_bytes[i]))
			return NULL;
	phrase = phrase_new(mem_text(
		line, min_size((size_t)(end - line), PHRASE_MAX_BYTES)));
	phrase->by_script = true;
	fill(phrase, numbers);
	phrase->voice = safe_name(names[0], name_bytes[0]);
	phrase->nick = safe_name(names[1], name_bytes[1]);
	phrase->channel = safe_name(names[2], name_bytes[2]);
	phrase->missed = numbers[0] == WIRE_MISSED;
	*ret_live = numbers[0] == WIRE_LIVE;
	return phrase;
}
