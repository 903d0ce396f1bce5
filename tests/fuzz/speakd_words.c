/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Any bytes as messages, with every rule on: each phrase is safe to say. */
#include "core/text.h"
#include "speakd/words/wording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct outcome take_outcome, void *data)
{
	struct phrase *take_phrase = take_outcome.phrase;
	size_t len_bytes = strlen(take_phrase->text);

	(void)data;
	if (len_bytes == 0 || len_bytes > PHRASE_MAX_BYTES ||
	    !text_is_utf8(take_phrase->text, len_bytes))
		abort();
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)take_phrase->text[i] < ' ' ||
		    take_phrase->text[i] == 0x7f)
			abort();
	phrase_free(take_phrase);
}

static struct rules *make_rules(void)
{
	static const char *const replace[] = { "/(\\w+)ing/$1$1/",
					       "|a+|\u200b|i" };
	struct rules *rules = rules_new();
	struct err e;

	for (size_t i = 0; i < COUNT_OF(replace); i++)
		if (rules_add_replace(rules, replace[i], &e) < 0)
			abort();
	if (rules_add_drop(rules, "^(x+x+)+y", &e) < 0 ||
	    rules_add_ignore(rules, "b?t*", &e) < 0 ||
	    rules_set(rules, "r", "text", "(?i)help", &e) < 0 ||
	    rules_set(rules, "r", "say-as", "$nick ${text} $$ $kind", &e) < 0)
		abort();
	return rules;
}

/* Kind, nick and text from one line: "Kcarol text". */
static void one(struct wording *wording, struct rules *rules, const char *line,
		size_t len_bytes, uint64_t now_ms)
{
	struct span whole = span_of(line, len_bytes);
	const char *blank = memchr(line + 1, ' ', len_bytes - 1);
	size_t nick_end = blank != NULL ? (size_t)(blank - line) : 1;
	struct message message = {
		.kind = (unsigned char)line[0] % KIND_COUNT,
		.channel = span_of("#sync", (unsigned char)line[0] % 6U),
		.target = span_of("dave", 4),
		.time = span_of(line, nick_end),
	};

	if ((unsigned char)line[0] >= 0x80)
		return;
	message.nick = span_of(line + 1, nick_end - 1);
	message.text = span_of(line + nick_end, len_bytes - nick_end);
	wording_message(wording, &message, whole, len_bytes % 7 == 0, rules,
			NULL, now_ms, check, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wording_config config = {
		.rules = WORDING_ALL,
		.events = (1U << KIND_COUNT) - 1,
		.nick = "carol",
		.voice = "en-us",
		.punctuation = PUNCTUATION_SOME,
	};
	static struct rules *rules;
	struct wording *wording = wording_new(&config);
	SCOPED_BUF struct buf clean = { 0 };
	size_t start = 0;

	if (rules == NULL)
		rules = make_rules();
	text_repair(&clean, (const char *)data, size);
	for (size_t i = 0; i < clean.len_bytes; i++) {
		if (clean.data[i] != '\n')
			continue;
		if (i > start)
			one(wording, rules, clean.data + start, i - start,
			    i % 3 == 0 ? 0 : i * 100);
		start = i + 1;
	}
	if (clean.len_bytes > start)
		one(wording, rules, clean.data + start, clean.len_bytes - start,
		    0);
	wording_free(wording);
	return 0;
}
