/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/candidates.h"

#include <string.h>

#include "core/mem.h"

void candidates_offer(struct candidates *c, const char *typed, char *take_text,
		      const char *keep_help)
{
	SCOPED_TEXT char *text = take_text;

	if (strncmp(text, typed, strlen(typed)) != 0)
		return;
	if (c->count == c->room) {
		c->room = max_size(32, c->room * 2);
		c->list = mem_resize(c->list, c->room, sizeof(*c->list));
	}
	c->list[c->count++] = (struct candidate){ text_give(&text), keep_help };
}

void candidates_offer_line(struct candidates *c, const char *typed,
			   char *take_line)
{
	char *tab = strchr(take_line, '\t');

	if (tab != NULL)
		*tab++ = '\0';
	candidates_offer(c, typed, take_line, tab);
}

static int by_text(const void *a, const void *b)
{
	const struct candidate *ca = a, *cb = b;

	return strcmp(ca->text, cb->text);
}

/* A name may be there in two states: offer it once. */
void candidates_sort(struct candidates *c)
{
	size_t n = 0;

	if (c->count == 0)
		return;
	qsort(c->list, c->count, sizeof(*c->list), by_text);
	for (size_t i = 0; i < c->count; i++) {
		if (n > 0 && strcmp(c->list[n - 1].text, c->list[i].text) == 0)
			free(c->list[i].text);
		else
			c->list[n++] = c->list[i];
	}
	c->count = n;
}

void candidates_fini(struct candidates *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->list[i].text);
	free(c->list);
	*c = (struct candidates){ 0 };
}

void candidates_print(const struct candidates *c, struct buf *out)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct candidate *one = &c->list[i];

		buf_addf(out, "%s%s%s\n", one->text,
			 one->help != NULL ? "\t" : "",
			 one->help != NULL ? one->help : "");
	}
}

/* ---- options ------------------------------------------------------------ */

const struct opt *candidates_option(const struct opts *opts, const char *word)
{
	if (strncmp(word, "--", 2) == 0)
		return opts_find(opts, word + 2);
	if (word[0] != '-' || word[1] == '\0' || word[2] != '\0')
		return NULL;
	for (size_t i = 0; i < opts->count; i++)
		if (opts->list[i].kind != OPT_HEAD &&
		    opts->list[i].letter == word[1])
			return &opts->list[i];
	return NULL;
}

const struct opt *candidates_value(const struct opts *opts, const char *word,
				   size_t *ret_lead_bytes)
{
	const char *equals = strchr(word, '=');
	SCOPED_TEXT char *name = NULL;
	const struct opt *opt;

	if (strncmp(word, "--", 2) != 0 || equals == NULL)
		return NULL;
	name = mem_text(word + 2, (size_t)(equals - word) - 2);
	opt = opts_find(opts, name);
	if (opt == NULL || opt->arg == NULL)
		return NULL;
	*ret_lead_bytes = (size_t)(equals - word) + 1;
	return opt;
}

void candidates_offer_options(struct candidates *c, const struct opts *opts,
			      const char *typed)
{
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];

		if (opt->kind != OPT_HEAD)
			candidates_offer(
				c, typed,
				mem_printf("--%s%s", opt->name,
					   opt->arg != NULL ? "=" : ""),
				opt->help);
	}
	candidates_offer(c, typed, mem_copy("--help"), "show the help");
}
