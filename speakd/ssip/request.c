/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* request.c - the words of a command. */
#include "speakd/ssip/parts.h"

#include <string.h>

#include "core/mem.h"

struct span words_next(struct words *words)
{
	const char *from = words->at;

	while (words->at < words->end && *words->at != ' ')
		words->at++;
	if (words->at < words->end) {
		words->at++;
		return span_of(from, (size_t)(words->at - 1 - from));
	}
	return span_of(from, (size_t)(words->at - from));
}

struct span words_rest(const struct words *words)
{
	return span_of(words->at, (size_t)(words->end - words->at));
}

int word_among(struct span word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_is_caseless(word, names[i]))
			return (int)i;
	return -1;
}

bool word_number(struct span word, int *ret)
{
	enum { NUMBER_MAX = 1000000000 }; /* more is as much as that */
	size_t i = word.len_bytes > 0 &&
		   (word.text[0] == '-' || word.text[0] == '+');
	int sign = i > 0 && word.text[0] == '-' ? -1 : 1;
	int64_t n = 0;

	if (i == word.len_bytes)
		return false;
	for (; i < word.len_bytes; i++) {
		if (word.text[i] < '0' || word.text[i] > '9')
			return false;
		n = n * 10 + (word.text[i] - '0');
		if (n > NUMBER_MAX)
			n = NUMBER_MAX;
	}
	*ret = sign * (int)n;
	return true;
}

char *word_text(struct span word)
{
	return mem_text(word.text, word.len_bytes);
}

const struct command *find_row(const struct command *rows, size_t count,
			       struct span name)
{
	for (size_t i = 0; i < count; i++)
		if (span_is_caseless(name, rows[i].name))
			return &rows[i];
	return NULL;
}

enum reply run_row(struct ssip_client *client, const struct command *command,
		   struct words words)
{
	if (client->is_guest && (command->flags & COMMAND_GUEST) == 0)
		return REPLY_NOT_ALLOWED;
	if (client->block != 0 && (command->flags & COMMAND_IN_BLOCK) == 0)
		return REPLY_NO_BLOCK;
	return command->run(client, words);
}
