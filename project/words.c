/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/words.h"

#include <string.h>

#include "core/mem.h"

/* The word being read. */
struct reading {
	struct words *words;
	const char *breaks;
	struct buf word;
	bool in_word;
	bool is_redirection; /* the next word is a redirection's file */
	char quote;
	size_t quote_at; /* length of the word where quote was opened */
	size_t cut; /* and after the last unquoted word break */
	/* Offsets in the line: of this byte, and after those two. */
	size_t at, quote_line_at, cut_line_at;
};

static bool is_assignment(const char *word)
{
	size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789_");

	return name > 0 && word[name] == '=';
}

static void drop_words(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	words->count = 0;
}

static void begin_word(struct reading *r)
{
	buf_clear(&r->word);
	r->in_word = false;
	r->cut = 0;
	r->cut_line_at = r->at + 1;
}

static void keep_word(struct reading *r)
{
	struct words *words = r->words;

	if (words->count == WORDS_MAX)
		free(words->list[--words->count]);
	words->list[words->count++] = mem_copy(buf_text(&r->word));
}

static void end_word(struct reading *r)
{
	bool leading = r->words->count == 0;

	if (r->in_word && !r->is_redirection &&
	    !(leading && is_assignment(buf_text(&r->word))))
		keep_word(r);
	if (r->in_word)
		r->is_redirection = false;
	begin_word(r);
}

static void end_command(struct reading *r)
{
	end_word(r);
	drop_words(r->words);
	r->is_redirection = false;
}

static void add(struct reading *r, char c)
{
	buf_add_char(&r->word, c);
	r->in_word = true;
}

/* Inside quotes. Returns how many bytes were read. */
static size_t read_quoted(struct reading *r, const char *at, size_t left)
{
	if (*at == r->quote) {
		r->quote = '\0';
		return 1;
	}
	if (r->quote == '"' && *at == '\\' && left > 1 &&
	    strchr("\\\"$`", at[1]) != NULL && at[1] != '\0') {
		add(r, at[1]);
		return 2;
	}
	add(r, *at);
	return 1;
}

/*
 * readline cuts behind a break, but in front of those that tell bash what to
 * complete (rl_special_prefixes): "@" for hosts, "$" for variables.
 */
static void note_break(struct reading *r, char c)
{
	size_t own = strchr("@$", c) != NULL ? 1 : 0;

	r->cut = r->word.len_bytes - own;
	r->cut_line_at = r->at + 1 - own;
}

static size_t read_plain(struct reading *r, const char *at, size_t left)
{
	char c = *at;

	if (c == '\\') {
		/* One at the very end quotes what is yet to come. */
		if (left > 1)
			add(r, at[1]);
		r->in_word = true;
		return left > 1 ? 2 : 1;
	}
	if (c == '\'' || c == '"') {
		r->quote = c;
		r->quote_at = r->word.len_bytes;
		r->quote_line_at = r->at + 1;
		r->in_word = true;
	} else if (c == ' ' || c == '\t') {
		end_word(r);
	} else if (c == '<' || c == '>') {
		/* "2>file": the number belongs to the redirection. */
		if (strspn(buf_text(&r->word), "0123456789") ==
		    r->word.len_bytes)
			begin_word(r);
		end_word(r);
		r->is_redirection = true;
	} else if (c == '&' && r->is_redirection && !r->in_word) {
		/* ">&2" */
	} else if (strchr(";|&()\n", c) != NULL) {
		end_command(r);
	} else {
		add(r, c);
		if (strchr(r->breaks, c) != NULL)
			note_break(r, c);
	}
	return 1;
}

void words_read(struct words *words, const char *line, size_t len_bytes,
		const char *breaks)
{
	struct reading r = { .words = words, .breaks = breaks };

	*words = (struct words){ 0 };
	len_bytes = min_size(len_bytes, WORDS_LINE_MAX_BYTES);
	for (size_t at = 0; at < len_bytes;) {
		const char *p = line + at;

		/* A shell's line has none; what follows one is not typed. */
		if (*p == '\0')
			break;
		r.at = at;
		at += r.quote != '\0' ? read_quoted(&r, p, len_bytes - at)
				      : read_plain(&r, p, len_bytes - at);
	}
	words->quote = r.quote;
	/* With a quote open, readline's word begins right after it. */
	words->keep_bytes = r.quote != '\0' ? r.quote_at : r.cut;
	words->replace_at = r.quote != '\0' ? r.quote_line_at : r.cut_line_at;
	words->after_redirection = r.is_redirection;
	keep_word(&r);
	buf_fini(&r.word);
}

void words_fini(struct words *words)
{
	drop_words(words);
	*words = (struct words){ 0 };
}

/* Within single quotes nothing is special but the quote itself. */
static void quote_single(struct buf *out, char c)
{
	if (c == '\'')
		buf_add_text(out, "'\\''");
	else
		buf_add_char(out, c);
}

/* Within double quotes; "!" is history to an interactive bash, and a
 * backslash before it would stay: it is put outside of the quotes. */
static void quote_double(struct buf *out, char c)
{
	if (c == '!') {
		buf_add_text(out, "\"\\!\"");
		return;
	}
	if (strchr("\\\"$`", c) != NULL)
		buf_add_char(out, '\\');
	buf_add_char(out, c);
}

static void quote_plain(struct buf *out, char c)
{
	if (strchr(" \t\\'\"`$&|;<>()[]{}*?!^#~", c) != NULL)
		buf_add_char(out, '\\');
	buf_add_char(out, c);
}

/*
 * readline puts a reply that begins with the open quote in that quote's place
 * (insert_match), and closes the quote only if the last byte is not one
 * (append_to_match). So a quote at either end is doubled: two of them at the
 * beginning are an empty text and the quote that the rest needs.
 */
static void close_quote(struct buf *out, size_t start, char quote)
{
	if (out->len_bytes == start || out->data[start] == quote) {
		buf_add_char(out, quote);
		memmove(out->data + start + 1, out->data + start,
			out->len_bytes - start - 1);
		out->data[start] = quote;
	}
	if (out->data[out->len_bytes - 1] == quote)
		buf_add_char(out, quote);
}

void words_quote(struct buf *out, const char *text, size_t keep_bytes,
		 char quote)
{
	size_t start = out->len_bytes, len = strlen(text);

	for (size_t i = min_size(keep_bytes, len); i < len; i++) {
		if (quote == '\'')
			quote_single(out, text[i]);
		else if (quote == '"')
			quote_double(out, text[i]);
		else
			quote_plain(out, text[i]);
	}
	if (quote != '\0')
		close_quote(out, start, quote);
}
