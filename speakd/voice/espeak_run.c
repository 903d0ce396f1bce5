/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/espeak_run.h"

#include "core/mem.h"

enum { EMBEDDED = 0x01 }; /* what it takes as a command within a text */

void espeak_run_fini(struct espeak_run *run)
{
	buf_fini(&run->text);
	free(run->commands);
}

void espeak_run_clear(struct espeak_run *run)
{
	buf_clear(&run->text);
	run->count = 0;
	run->mark_chars = run->mark_bytes = 0;
}

void espeak_run_embed(struct espeak_run *run, int value, char letter)
{
	size_t at_bytes = run->text.len_bytes;

	if (run->count == run->room) {
		run->room = run->room * 2 + 16;
		run->commands = mem_resize(run->commands, run->room,
					   sizeof(*run->commands));
	}
	buf_addf(&run->text, "%c%d%c", EMBEDDED, value, letter);
	run->commands[run->count++] = (struct espeak_command){
		.at_bytes = at_bytes,
		.len_bytes = run->text.len_bytes - at_bytes,
	};
}

/* ---- where its words are ------------------------------------------------- */

/* Bytes in front of the code point number chars. Words come in order. */
static size_t offset_of(struct espeak_run *run, size_t chars)
{
	const char *text = buf_text(&run->text);
	size_t at = run->mark_bytes, n = run->mark_chars;

	if (chars < n)
		at = n = 0;
	for (; n < chars && at < run->text.len_bytes; n++) {
		at++;
		while (((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
	}
	run->mark_chars = n;
	run->mark_bytes = at;
	return at;
}

static size_t command_end(const struct espeak_command *command)
{
	return command->at_bytes + command->len_bytes;
}

/*
 * A word after a command that stands directly after a letter is reported by the
 * place of that letter: where it really begins.
 */
static size_t word_start(const struct espeak_run *run, size_t at)
{
	const struct espeak_command *commands = run->commands;
	const char *text = buf_text(&run->text);
	size_t i = 0;

	while (i < run->count && commands[i].at_bytes <= at)
		i++;
	if (i == run->count || commands[i].at_bytes != at + 1 || at == 0 ||
	    text[at] == ' ' || text[at - 1] == ' ' ||
	    (i > 0 && command_end(&commands[i - 1]) == at))
		return at;
	at++;
	for (; i < run->count; i++) {
		while (text[at] == ' ')
			at++;
		if (commands[i].at_bytes != at)
			break;
		at += commands[i].len_bytes;
	}
	while (text[at] == ' ')
		at++;
	return at;
}

size_t espeak_run_place(struct espeak_run *run, size_t chars)
{
	size_t at = offset_of(run, chars), less = 0;

	if (run->count > 0)
		at = word_start(run, at);
	for (size_t i = 0; i < run->count; i++) {
		const struct espeak_command *command = &run->commands[i];

		if (command->at_bytes > at)
			break;
		less += min_size(command->len_bytes, at - command->at_bytes);
	}
	return at - less;
}
