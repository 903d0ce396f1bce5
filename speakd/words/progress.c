/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* progress.c - how far a build or a download is: "[ 50%]", "[12/345]", bars. */
#include <string.h>

#include "speakd/words/catalogue.h"
#include "speakd/words/word_rules.h"

enum { BAR_BYTES = 3, DIGITS_MAX = 9 };

/* Where word stands in its line; SIZE_MAX: it is no part of it. */
static size_t place_of(const struct reading *reading, struct span word)
{
	struct span line = reading->line;

	return span_is_within(word, line) ? (size_t)(word.text - line.text)
					  : SIZE_MAX;
}

/* How much of text at pos is "50%]" or "12/345]", with what it says. */
static size_t mark_at(struct span text, size_t pos, char close,
		      struct span *ret_part, struct span *ret_whole)
{
	size_t part = digits_at(text, pos), whole;
	size_t end = pos + part;

	*ret_part = *ret_whole = span_of("", 0);
	if (part == 0 || part > DIGITS_MAX)
		return 0;
	*ret_part = span_cut(text, pos, end);
	if (span_at(text, end) == '%' && span_at(text, end + 1) == close)
		return part + 2;
	if (span_at(text, end) != '/')
		return 0;
	whole = digits_at(text, end + 1);
	if (whole == 0 || whole > DIGITS_MAX ||
	    span_at(text, end + 1 + whole) != close)
		return 0;
	*ret_whole = span_cut(text, end + 1, end + 1 + whole);
	return part + whole + 2;
}

static void say_mark(struct buf *out, const struct reading *reading,
		     struct span part, struct span whole)
{
	buf_add(out, part.text, part.len_bytes);
	if (whole.len_bytes == 0)
		buf_add_char(out, '%');
	else
		buf_addf(out, " %s %.*s", reading_text(reading, N_("of")),
			 (int)whole.len_bytes, whole.text);
}

/* "[" before " 50%]": what it opens says it all. */
static bool opens_mark(const struct reading *reading, struct span word)
{
	size_t pos = place_of(reading, word);
	struct span part, whole;

	if (word.len_bytes != 1 || word.text[0] != '[' || pos == SIZE_MAX)
		return false;
	for (pos++;
	     pos < reading->line.len_bytes && reading->line.text[pos] == ' ';
	     pos++)
		;
	return mark_at(reading->line, pos, ']', &part, &whole) > 0;
}

/* "50%]" after "[ ". */
static bool closes_mark(const struct reading *reading, struct span word)
{
	size_t pos = place_of(reading, word);

	if (pos == SIZE_MAX || pos < 2 || reading->line.text[pos - 1] != ' ')
		return false;
	while (pos > 0 && reading->line.text[pos - 1] == ' ')
		pos--;
	return pos > 0 && reading->line.text[pos - 1] == '[' &&
	       (pos == 1 || reading->line.text[pos - 2] == ' ');
}

static bool in_brackets(struct buf *out, const struct reading *reading,
			struct span word)
{
	struct span part, whole;
	size_t begin = word.text[0] == '[';
	size_t n = mark_at(word, begin, ']', &part, &whole);

	if (n == 0 || n != word.len_bytes - begin ||
	    (begin == 0 && !closes_mark(reading, word)))
		return false;
	say_mark(out, reading, part, whole);
	return true;
}

/* git's "50% (5/10)", "100% (5/5),": beside a share, in which dates have none.
 */
static bool in_parentheses(struct buf *out, const struct reading *reading,
			   struct span word)
{
	struct span part, whole;
	size_t n;

	if (word.text[0] != '(' ||
	    memchr(reading->line.text, '%', reading->line.len_bytes) == NULL)
		return false;
	n = mark_at(word, 1, ')', &part, &whole);
	if (n == 0 || whole.len_bytes == 0 || word.len_bytes - n - 1 > 1)
		return false;
	buf_add_char(out, '(');
	say_mark(out, reading, part, whole);
	buf_add(out, word.text + n, word.len_bytes - n);
	return true;
}

/* "50%" of wget's "50%[====>": how many bytes. */
static size_t share_bytes(struct span word)
{
	size_t n = digits_at(word, 0);

	return n > 0 && span_at(word, n) == '%' ? n + 1 : 0;
}

/* What draws a bar: "=====>", "####....", with its brackets; of docker's "[>".
 */
static bool is_bar(struct span word)
{
	size_t n = word.len_bytes, begin = share_bytes(word), i = begin + 1;

	if (n < begin + 2 || word.text[begin] != '[')
		return false;
	while (i < n && memchr("=#->.", word.text[i], 5) != NULL)
		i++;
	return i == n ? i > begin + BAR_BYTES || word.text[i - 1] == '>'
		      : i == n - 1 && word.text[i] == ']' &&
				i > begin + BAR_BYTES;
}

/* pip's and tqdm's blocks, U+2501 and U+2578 to U+259F, from pos on: their
 * bytes. */
static size_t drawn_bytes(struct span word, size_t pos)
{
	size_t i = pos;

	for (; i + 3 <= word.len_bytes; i += 3) {
		const unsigned char *c = (const unsigned char *)word.text + i;

		if (c[0] != 0xe2 ||
		    !((c[1] == 0x94 && c[2] == 0x81) ||
		      (c[1] == 0x95 && c[2] >= 0xb8) || c[1] == 0x96))
			break;
	}
	return i - pos;
}

static bool is_drawn_bar(struct span word)
{
	const size_t n = drawn_bytes(word, 0);

	return n == word.len_bytes && n >= BAR_BYTES * 3;
}

/* tqdm's "50%|\u2588\u2588  ", with its "|" where nothing is left to do. */
static bool is_tqdm(struct span word)
{
	const size_t begin = share_bytes(word);
	size_t end;

	if (begin == 0 || span_at(word, begin) != '|')
		return false;
	end = begin + 1 + drawn_bytes(word, begin + 1);
	end += span_at(word, end) == '|';
	return end == word.len_bytes;
}

/* The bar goes, what wget wrote before it is said. Alone in its line it is a
 * picture, and all that there is to say. */
static bool say_bar(struct buf *out, const struct reading *reading,
		    struct span word)
{
	if (word.len_bytes == reading->line.len_bytes ||
	    (!is_bar(word) && !is_drawn_bar(word) && !is_tqdm(word)))
		return false;
	buf_add(out, word.text, share_bytes(word));
	return true;
}

typedef bool bar_fn(struct span text);

/* The mark at the end of a bar, far right of what is drawn. */
static bool ends(const struct reading *reading, struct span word, char mark,
		 bar_fn *is_whole)
{
	size_t end = place_of(reading, word), pos;

	if (word.len_bytes != 1 || word.text[0] != mark || end == SIZE_MAX)
		return false;
	while (end > 0 && reading->line.text[end - 1] == ' ')
		end--;
	for (pos = end; pos > 0 && reading->line.text[pos - 1] != ' '; pos--)
		;
	return is_whole(span_cut(reading->line, pos, end));
}

bool word_progress(struct buf *out, const struct reading *reading,
		   struct span word)
{
	if (in_brackets(out, reading, word) ||
	    in_parentheses(out, reading, word))
		return true;
	return opens_mark(reading, word) || ends(reading, word, ']', is_bar) ||
	       ends(reading, word, '|', is_tqdm) || say_bar(out, reading, word);
}
