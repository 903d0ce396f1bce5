/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/human.h"

#include <locale.h>
#include <string.h>

#include "core/library.h"
#include "core/mem.h"

enum { HISTORY_MAX_LINES = 500 };

/* readline's types, as its manual has them. */
typedef void line_fn(char *take_line);
typedef char *generator_fn(const char *text, int state);
typedef char **completion_fn(const char *text, int start, int end);

static void (*install)(const char *prompt, line_fn *fn);
static void (*read_char)(void);
static void (*remove_handler)(void);
static void (*add_history)(const char *line);
static void (*stifle_history)(int max);
static char **(*matches)(const char *text, generator_fn *generator);
static int *end, *catch_signals, *catch_sigwinch, *completion_over;
static completion_fn **completion;
static const char **word_breaks;

/* readline is one for the process. */
static struct {
	const struct human_handler *handler;
	void *data;
	bool is_started;
	struct buf words; /* those being offered, one a line */
	const char *next_word;
} human;

static int load(struct err *e)
{
	const struct library_symbol symbols[] = {
		{ "rl_callback_handler_install", &install },
		{ "rl_callback_read_char", &read_char },
		{ "rl_callback_handler_remove", &remove_handler },
		{ "add_history", &add_history },
		{ "stifle_history", &stifle_history },
		{ "rl_completion_matches", &matches },
		{ "rl_end", &end },
		{ "rl_catch_signals", &catch_signals },
		{ "rl_catch_sigwinch", &catch_sigwinch },
		{ "rl_attempted_completion_over", &completion_over },
		{ "rl_attempted_completion_function", &completion },
		{ "rl_completer_word_break_characters", &word_breaks },
	};

	return library_load("libreadline.so.8", "libreadline8", symbols,
			    COUNT_OF(symbols), e);
}

/* ---- completion ---------------------------------------------------------- */

/* The next word that begins with text, for readline to free. */
static char *next_match(const char *text, int state)
{
	size_t n = strlen(text);

	if (state == 0)
		human.next_word = buf_text(&human.words);
	while (*human.next_word != '\0') {
		const char *word = human.next_word;
		size_t len = strcspn(word, "\n");

		human.next_word += len + (word[len] == '\n');
		if (len >= n && strncasecmp(word, text, n) == 0)
			return mem_text(word, len);
	}
	return NULL;
}

/* Never the names of files: nothing here takes one. */
static char **complete(const char *text, int from, int to)
{
	(void)from;
	(void)to;
	buf_clear(&human.words);
	human.handler->words(&human.words, human.data);
	*completion_over = 1;
	return matches(text, next_match);
}

/* ---- lines --------------------------------------------------------------- */

static void on_line(char *take_line)
{
	if (take_line != NULL && take_line[0] != '\0')
		add_history(take_line);
	human.handler->line(take_line, human.data);
	free(take_line);
}

int human_start(const struct human_handler *keep_handler, void *keep_data,
		struct err *e)
{
	if (load(e) < 0)
		return -e->code;
	setlocale(LC_CTYPE, "");
	human.handler = keep_handler;
	human.data = keep_data;
	human.is_started = true;
	*catch_signals = *catch_sigwinch = 0; /* the loop's */
	*completion = complete;
	*word_breaks = " \t";
	stifle_history(HISTORY_MAX_LINES);
	install("", on_line);
	return 0;
}

void human_read(void)
{
	read_char();
}

bool human_is_typing(void)
{
	return human.is_started && *end > 0;
}

void human_stop(void)
{
	if (!human.is_started)
		return;
	remove_handler();
	buf_fini(&human.words);
	human.is_started = false;
}
