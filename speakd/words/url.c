/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * url.c - "https://user:pw@www.github.com:443/a?b" is "link to github.com",
 * "redis://localhost:6379" is "redis link to localhost port 6379".
 */
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

/* "redis://", "git+ssh://": the scheme is said. */
static size_t scheme_bytes(struct span rest)
{
	size_t n = 0;

	if (!ascii_is_letter(span_at(rest, 0)))
		return 0;
	while (ascii_is_alnum(span_at(rest, n)) || span_at(rest, n) == '+')
		n++;
	return n > 1 && n + 3 < rest.len_bytes &&
			       memcmp(rest.text + n, "://", 3) == 0
		       ? n
		       : 0;
}

/* The bytes of "https://" at pos, *ret_scheme: of them those to be said; 0:
 * nothing begins there. */
static size_t start_at(struct span word, size_t pos, size_t *ret_scheme)
{
	struct span rest = span_cut(word, pos, word.len_bytes);

	*ret_scheme = 0;
	for (size_t i = 0; i < COUNT_OF(starts); i++)
		if (ascii_lower(span_at(rest, 0)) == starts[i][0] &&
		    starts_with(rest, starts[i]))
			return strlen(starts[i]);
	*ret_scheme = scheme_bytes(rest);
	return *ret_scheme > 0 ? *ret_scheme + 3 : 0;
}

/* The first link in word: its start's bytes, its place in *ret; 0: none. */
static size_t find_start(struct span word, size_t *ret, size_t *ret_scheme)
{
	/* Most words with a colon or a dot are none: told apart cheaply. */
	if (memmem(word.text, word.len_bytes, "://", 3) == NULL &&
	    memchr(word.text, 'w', word.len_bytes) == NULL &&
	    memchr(word.text, 'W', word.len_bytes) == NULL)
		return 0;
	for (size_t i = 0; i < word.len_bytes; i++) {
		size_t n = i > 0 && ascii_is_alnum(word.text[i - 1])
				   ? 0
				   : start_at(word, i, ret_scheme);

		*ret = i;
		if (n > 0)
			return n;
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
	size_t end = begin + 1, scheme;

	while (end < word.len_bytes && is_in_url(word.text[end])) {
		/* "http://a,http://b" are two; "/http://b" is part of one. */
		if ((word.text[end] == ',' || word.text[end] == ';') &&
		    end + 1 < word.len_bytes &&
		    start_at(word, end + 1, &scheme) > 0)
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

/* Where the path or the query begins. */
static size_t authority_bytes(struct span rest)
{
	size_t n = 0;

	while (n < rest.len_bytes && rest.text[n] != '/' &&
	       rest.text[n] != '?' && rest.text[n] != '#')
		n++;
	return n;
}

/* The port, unless it is the one of everybody; empty: none. */
static struct span find_port(struct span after_colon)
{
	after_colon = span_cut(after_colon, 0, digits_at(after_colon, 0));
	return span_is(after_colon, "80") || span_is(after_colon, "443")
		       ? span_of("", 0)
		       : after_colon;
}

/* The host in the link's authority: no user, no password. */
static struct span find_host(struct span rest, struct span *ret_port)
{
	struct span host = span_cut(rest, 0, authority_bytes(rest));
	size_t end = 0;

	*ret_port = span_of("", 0);
	for (size_t i = host.len_bytes; i > 0; i--)
		if (host.text[i - 1] == '@') {
			host = span_cut(host, i, host.len_bytes);
			break;
		}
	if (host.len_bytes > 0 && host.text[0] == '[') {
		const char *close = memchr(host.text, ']', host.len_bytes);

		if (close == NULL)
			return host;
		end = (size_t)(close - host.text);
		if (span_at(host, end + 1) == ':')
			*ret_port = find_port(
				span_cut(host, end + 2, host.len_bytes));
		return span_cut(host, 1, end);
	}
	while (end < host.len_bytes && host.text[end] != ':')
		end++;
	if (end < host.len_bytes)
		*ret_port = find_port(span_cut(host, end + 1, host.len_bytes));
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
	return span_cut(rest, authority_bytes(rest), rest.len_bytes);
}

/* What is around the link, in front of it. Returns where what follows it
 * begins. */
static size_t say_before(struct buf *out, const struct reading *reading,
			 struct span word, size_t begin, size_t end)
{
	size_t label = 0;

	/* Angle brackets are how a link is written, not what is meant; Slack
	 * has there what it shows, too. */
	if (begin == 1 && span_at(word, end) == '|' &&
	    memchr(word.text + end, '>', word.len_bytes - end) != NULL)
		while (word.text[end] != '>')
			end++;
	if (begin == 1 && word.text[0] == '<' && span_at(word, end) == '>')
		return end + 1;
	/* "[the manual](https://a.b)" is Markdown for a link with a name. */
	if (begin < 2 || memcmp(word.text + begin - 2, "](", 2) != 0 ||
	    reading->punctuation > PUNCTUATION_SOME) {
		word_clean_without(out, reading, WORDING_URLS,
				   span_cut(word, 0, begin));
		return end;
	}
	while (label < begin - 2 && strchr("![", word.text[label]) != NULL)
		label++;
	word_clean_without(out, reading, WORDING_URLS,
			   span_cut(word, label, begin - 2));
	buf_add_text(out, ", ");
	return end + (span_at(word, end) == ')');
}

bool word_url(struct buf *out, const struct reading *reading, struct span word)
{
	size_t begin, end, skip, scheme;
	const size_t start = find_start(word, &begin, &scheme);
	struct span host, port, whole;

	if (start == 0)
		return false;
	end = find_end(word, begin);
	/* "www." is of the host. */
	skip = word.text[begin + start - 1] == '.' ? 0 : start;
	if (end <= begin + start)
		return false;
	whole = span_cut(word, begin + skip, end);
	host = without_www(find_host(whole, &port));
	if (host.len_bytes == 0 && (scheme == 0 || whole.text[0] != '/'))
		return false;
	end = say_before(out, reading, word, begin, end);
	if (out->len_bytes > 0 && ascii_is_alnum(out->data[out->len_bytes - 1]))
		word_gap(out);
	if (scheme > 0) {
		word_clean(out, reading, span_cut(word, begin, begin + scheme));
		buf_add_char(out, ' ');
	}
	if (host.len_bytes == 0) /* "file:///etc/hosts" */
		word_clean(out, reading, whole);
	else
		link_say(out, reading, host, port, after_host(whole));
	if (end < word.len_bytes && ascii_is_alnum(word.text[end]))
		word_gap(out);
	word_clean(out, reading, span_cut(word, end, word.len_bytes));
	return true;
}
