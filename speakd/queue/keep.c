/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/keep.h"

#include <string.h>

#include "core/json.h"
#include "core/mem.h"

static bool is_unsaid(enum fate fate)
{
	return fate == FATE_WAITING || fate == FATE_SAYING;
}

static void print_entry(const struct history_entry *entry, struct buf *out)
{
	struct json *json = json_object_make();
	int numbers[MANNER_NUMBERS];

	json_add_int(json, "when", entry->when);
	json_add_int(json, "fate", (int64_t)entry->fate);
	json_add_text(json, "source", entry->source);
	json_add_text(json, "channel", entry->channel);
	json_add_text(json, "nick", entry->nick);
	json_add_text(json, "voice", entry->voice);
	json_add_text(json, "text", entry->text);
	manner_to_numbers(&entry->manner, numbers);
	for (size_t i = 0; i < MANNER_NUMBERS; i++)
		json_add_int(json, manner_limits[i].key, numbers[i]);
	json_print(json, out);
	buf_add_char(out, '\n');
	json_free(json);
}

void keep_print(const struct dispatch *dispatch, struct buf *out)
{
	const struct history *history = dispatch_history(dispatch);

	for (size_t i = 0; history != NULL && i < history_count(history); i++)
		print_entry(history_at(history, i), out);
}

static struct manner restore_manner(const struct json *json)
{
	int numbers[MANNER_NUMBERS];

	for (size_t i = 0; i < MANNER_NUMBERS; i++) {
		int absent = manner_limits[i].absent;
		int64_t n = json_get_int(json, manner_limits[i].key, absent);

		numbers[i] = manner_accepts(i, n) ? (int)n : absent;
	}
	return manner_of_numbers(numbers);
}

static void restore_entry(struct dispatch *dispatch, const struct json *json)
{
	const char *text = json_get_text(json, "text");
	int64_t fate = json_get_int(json, "fate", FATE_COUNT);
	struct phrase *phrase;

	if (text == NULL || fate < 0 || fate >= FATE_COUNT)
		return;
	phrase = phrase_new(mem_copy(text));
	phrase->source = mem_copy(json_get_text(json, "source"));
	phrase->channel = mem_copy(json_get_text(json, "channel"));
	phrase->nick = mem_copy(json_get_text(json, "nick"));
	phrase->voice = mem_copy(json_get_text(json, "voice"));
	phrase->manner = restore_manner(json);
	if (is_unsaid((enum fate)fate))
		dispatch_line(dispatch, phrase, false);
	else
		dispatch_recall(dispatch, phrase,
				(time_t)json_get_int(json, "when", 0),
				(enum fate)fate);
}

void keep_restore(struct dispatch *dispatch, const struct buf *text)
{
	const char *at = buf_text(text), *end = at + text->len_bytes;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct json *json;

		stop = stop != NULL ? stop : end;
		json = json_parse(at, (size_t)(stop - at));
		restore_entry(dispatch, json);
		json_free(json);
		at = stop + 1;
	}
}
