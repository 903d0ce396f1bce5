/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* url.c - "https://user:pw@www.github.com:443/a?b" is "link to github.com". */
#include <string.h>

#include "speakd/words/link.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* clang-format off */
static const char *const starts[] = {
	"https://", "http://", "ftp://", "ftps://", "git://", "ssh://",
	"ircs://", "irc://", "www.",
};
/* clang-format on */

static bool starts_with(struct span text, const char *start)
{
	size_t len_bytes = strlen(start);

	if (text.len_bytes < len_bytes)
		return false;
	for (size_t i = 0; i < len_bytes; i++)
		if (ascii_lower(text.text[i]) != start[i])
			return false;
	return true;
}

static const char *start_at(struct span word, size_t pos)
{
	struct span rest = span_cut(word, pos, word.len_bytes);

	for (size_t i = 0; i < COUNT_OF(starts); i++)
		if (starts_with(rest, starts[i]))
			return starts[i];
	return NULL;
}

/* The first link in word: its place; its start in *ret_start, or NULL. */
static size_t find_start(struct span word, const char **ret_start)
{
	*ret_start = NULL;
	/* Most words with a colon or a dot are none: told apart cheaply. */
	if (memmem(word.text, word.len_bytes, "://", 3) == NULL &&
	    memchr(word.text, 'w', word.len_bytes) == NULL &&
	    memchr(word.text, 'W', word.len_bytes) == NULL)
		return 0;
	for (size_t i = 0; i < word.len_bytes; i++) {
		if (i > 0 && ascii_is_alnum(word.text[i - 1]))
			continue;
		*ret_start = start_at(word, i);
		if (*ret_start != NULL)
			return i;
	}
	return 0;
}

static bool is_in_url(char c)
{
	switch (c) {
	case '<':
	case '>':
	case '"':
	case '`':
	case '{':
	case '}':
	case '|':
	case '\\':
	case '^':
		return false;
	default:
		return (unsigned char)c > ' ';
	}
}

/* Brackets opened inside count: en.wikipedia.org/wiki/C_(language) */
static bool is_stray_bracket(struct span url, char c)
{
	static const char pairs[] = ")(][";
	const char *pair = strchr(pairs, c);
	int open = 0;

	if (pair == NULL || *pair == '(' || *pair == '[')
		return pair != NULL;
	for (size_t i = 0; i < url.len_bytes; i++)
		open += (url.text[i] == pair[1]) - (url.text[i] == c);
	return open < 0;
}

/* Where the link ends: punctuation of the sentence around stays outside. */
static size_t find_end(struct span word, size_t begin)
{
	size_t end = begin + 1;

	while (end < word.len_bytes && is_in_url(word.text[end])) {
		/* "http://a,http://b" are two; "/http://b" is part of one. */
		if (strchr(",;", word.text[end]) != NULL &&
		    end + 1 < word.len_bytes && start_at(word, end + 1) != NULL)
			break;
		end++;
	}
	while (end > begin) {
		char last = word.text[end - 1];

		if (strchr(".,;:!?'*_~", last) == NULL &&
		    !is_stray_bracket(span_cut(word, begin, end), last))
			break;
		end--;
	}
	return end;
}

/* The host in the link's authority: no user, no password, no port. */
static struct span find_host(struct span rest)
{
	size_t end = 0;
	struct span host;

	while (end < rest.len_bytes && strchr("/?#", rest.text[end]) == NULL)
		end++;
	host = span_cut(rest, 0, end);
	for (size_t i = host.len_bytes; i > 0; i--)
		if (host.text[i - 1] == '@') {
			host = span_cut(host, i, host.len_bytes);
			break;
		}
	if (host.len_bytes > 0 && host.text[0] == '[') {
		const char *close = memchr(host.text, ']', host.len_bytes);

		return close != NULL
			       ? span_cut(host, 1, (size_t)(close - host.text))
			       : host;
	}
	end = 0;
	while (end < host.len_bytes && host.text[end] != ':')
		end++;
	return span_cut(host, 0, end);
}

static struct span without_www(struct span host)
{
	return starts_with(host, "www.") ? span_cut(host, 4, host.len_bytes)
					 : host;
}

/* What follows the authority: the path, a query. */
static struct span after_host(struct span rest)
{
	size_t at = 0;

	while (at < rest.len_bytes && strchr("/?#", rest.text[at]) == NULL)
		at++;
	return span_cut(rest, at, rest.len_bytes);
}

bool word_url(struct buf *out, const struct reading *reading, struct span word)
{
	const char *start;
	size_t begin = find_start(word, &start);
	size_t end, skip;
	struct span host, whole;

	if (start == NULL)
		return false;
	end = find_end(word, begin);
	skip = start[0] == 'w' ? 0 : strlen(start);
	if (end <= begin + strlen(start))
		return false;
	whole = span_cut(word, begin + skip, end);
	host = without_www(find_host(whole));
	if (host.len_bytes == 0)
		return false;
	/* Angle brackets are how a link is written, not what is meant. */
	if (begin == 1 && word.text[0] == '<' && span_at(word, end) == '>')
		end++;
	else
		word_clean_without(out, reading, WORDING_URLS,
				   span_cut(word, 0, begin));
	if (out->len_bytes > 0 && ascii_is_alnum(out->data[out->len_bytes - 1]))
		word_gap(out);
	link_say(out, reading, host, after_host(whole));
	if (end < word.len_bytes && ascii_is_alnum(word.text[end]))
		word_gap(out);
	word_clean(out, reading, span_cut(word, end, word.len_bytes));
	return true;
}
