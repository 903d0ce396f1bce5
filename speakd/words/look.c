/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * look.c - the look is taken thirty-two bytes at a time (core/wide.h): which of
 * them are neither letters nor spaces. These few are judged one by one, with
 * what stands on either side.
 */
#include "speakd/words/look.h"

#include "core/wide.h"
#include "speakd/words/clean.h"
#include "speakd/words/word_rules.h"

enum { BESIDE = 3, WORD_MAX_BYTES = 31 };

/* Alone, or with others on either side, a mark of a sentence is none. */
static inline bool is_loose(char p, char c, char n)
{
	return c == n || (p == ' ' && n == ' ') ||
	       !(ascii_is_alnum(p) || p == ' ' || ascii_is_alnum(n) ||
		 n == ' ');
}

/* "so..", "so...", which a voice makes a pause of. */
static bool is_ellipsis(const char *at)
{
	const char *from = at, *to = at + 1;

	while (from[-1] == '.' && at - from < 2)
		from--;
	while (*to == '.' && to - at < 3)
		to++;
	return to - from <= 3 && ascii_is_alnum(from[-1]) && *to == ' ';
}

/* More than four in a row. */
static inline bool is_in_long_number(const char *at)
{
	return ascii_is_digit(at[-1]) && ascii_is_digit(at[1]) &&
	       ascii_is_digit(at[-2]) && ascii_is_digit(at[2]);
}

/* Whether the byte at at, no letter and no space, may be no prose. */
static inline bool is_odd(const char *at)
{
	const char p = at[-1], c = at[0], n = at[1];

	if (ascii_is_digit(c))
		return is_in_long_number(at);
	switch (c) {
	case '.': /* "foo.c", "v.2"; "12.04" is a number */
		if (p == '.' || n == '.')
			return !is_ellipsis(at);
		return is_loose(p, c, n) || ascii_is_letter(n) ||
		       (ascii_is_digit(n) && !ascii_is_digit(p));
	case ':': /* "a:b", ":)"; "12:30" is a time */
		return !(ascii_is_alnum(p) && n == ' ') &&
		       !(ascii_is_digit(p) && ascii_is_digit(n));
	case ';':
	case '!':
		return is_loose(p, c, n) || n != ' ';
	case '-': /* "-rf", "5-3" */
		return !ascii_is_letter(p) || !ascii_is_letter(n);
	case '(': /* "()", "(:" */
		return is_loose(p, c, n) ||
		       (!ascii_is_alnum(n) && n != '"' && n != '\'');
	case ')': /* "8)" */
		return is_loose(p, c, n) || p == '8';
	case ',':
	case '\'':
	case '"':
	case '?':
		return is_loose(p, c, n);
	default:
		return true;
	}
}

static inline void mark(struct look *look, size_t pos)
{
	look->marks[pos / LOOK_BLOCK_BYTES] |= UINT32_C(1)
					       << pos % LOOK_BLOCK_BYTES;
}

/* What a text has shown up to here. */
struct seen {
	uint64_t words; /* bytes of the last two blocks that are no spaces */
	uint64_t long_runs; /* not 0: WORD_MAX_BYTES and more in a row */
	uint64_t runs; /* not 0: CLEAN_HASH_DIGITS and more */
	char first; /* byte of the last word */
	unsigned same; /* words in a row that begin with it */
	bool repeats;
	bool mixed; /* digits beside letters: "x86", part of a hash */
};

_Static_assert(CLEAN_HASH_DIGITS == 12, "see_runs() looks for three fours");

/* Words of CLEAN_HASH_DIGITS bytes and more, which may have begun before. */
WIDE_INLINE void see_runs(struct seen *seen, uint32_t spaces)
{
	uint64_t runs;

	seen->words = seen->words >> WIDE_BYTES | (uint64_t)~spaces
							  << WIDE_BYTES;
	runs = seen->words & seen->words >> 1;
	runs &= runs >> 2;
	seen->runs |= runs & runs >> 4 & runs >> 8;
	runs &= runs >> 4;
	runs &= runs >> 8;
	seen->long_runs |= runs & runs >> 16;
}

/* What begins after each space. */
WIDE_INLINE void see_words(struct seen *seen, const char *text, uint32_t spaces)
{
	for (; spaces != 0; spaces &= spaces - 1) {
		char first = text[__builtin_ctz(spaces) + 1];

		seen->same = first == seen->first ? seen->same + 1 : 1;
		seen->repeats |= seen->same == CLEAN_REPEATS;
		seen->first = first;
	}
}

/* A word may be too long, with digits among its letters sooner. */
static void mark_long_words(const char *text, bool mixed, struct look *ret)
{
	size_t start = 0;

	for (size_t end = 0; end <= ret->len_bytes; end++) {
		if (text[end] != ' ')
			continue;
		if (end - start > WORD_MAX_BYTES ||
		    (mixed && end - start >= CLEAN_HASH_DIGITS))
			mark(ret, start);
		start = end + 1;
	}
}

/* The bits of the first count bytes. */
WIDE_INLINE uint32_t mask_of(size_t count)
{
	return count >= WIDE_BYTES ? UINT32_MAX : (UINT32_C(1) << count) - 1;
}

/* text has spaces on both sides: BESIDE before it, WIDE_BYTES after. */
WIDE_INLINE bool look(const char *text, size_t len_bytes, struct look *ret)
{
	struct seen seen = { .first = text[0], .same = 1 };
	unsigned dots = 0;

	for (size_t pos = 0; pos < len_bytes; pos += WIDE_BYTES) {
		const wide block = wide_load(text + pos);
		const uint32_t inside = mask_of(len_bytes - pos);
		const wide_truth space = wide_is(block, ' '),
				 letter = wide_is_within(block | 0x20, 'a',
							 'z');
		const uint32_t spaces = wide_mask(space);
		const uint32_t high = wide_mask((wide_truth)block);
		uint32_t others = ~(wide_mask(letter) | spaces | high);

		/* No ASCII, and one blank too many. */
		ret->marks[pos / WIDE_BYTES] =
			high |
			(spaces & inside &
			 wide_mask(wide_is(wide_load(text + pos + 1), ' ')));
		for (; others != 0; others &= others - 1) {
			const char *at = text + pos + __builtin_ctz(others);

			if (is_odd(at))
				mark(ret, (size_t)(at - text));
			dots += *at == '.';
			seen.mixed |= ascii_is_digit(*at) &&
				      (ascii_is_letter(at[-1]) ||
				       ascii_is_letter(at[1]));
		}
		see_runs(&seen, spaces);
		see_words(&seen, text + pos, spaces & inside);
	}
	if (seen.long_runs != 0 || (seen.runs != 0 && seen.mixed))
		mark_long_words(text, seen.mixed, ret);
	ret->dots = dots;
	return !seen.repeats;
}

WIDE_TWICE(bool, look_padded,
	   (const char *text, size_t len_bytes, struct look *ret),
	   (text, len_bytes, ret), look)

bool look_at(struct span text, struct look *ret)
{
	char padded[BESIDE + LOOK_MAX_BYTES + WIDE_BYTES + BESIDE];
	size_t len_bytes = text.len_bytes;

	if (len_bytes == 0 || len_bytes > LOOK_MAX_BYTES)
		return false;
	memset(padded, ' ', BESIDE);
	memcpy(padded + BESIDE, text.text, len_bytes);
	memset(padded + BESIDE + len_bytes, ' ', WIDE_BYTES + BESIDE);
	ret->len_bytes = len_bytes;
	return look_padded(padded + BESIDE, len_bytes, ret);
}

size_t look_next(const struct look *look, size_t pos)
{
	size_t block = pos / LOOK_BLOCK_BYTES;
	uint32_t marks;

	if (pos >= look->len_bytes)
		return look->len_bytes;
	marks = look->marks[block] & UINT32_MAX << pos % LOOK_BLOCK_BYTES;
	while (marks == 0 && ++block * LOOK_BLOCK_BYTES < look->len_bytes)
		marks = look->marks[block];
	return marks == 0 ? look->len_bytes
			  : block * LOOK_BLOCK_BYTES +
				    (size_t)__builtin_ctz(marks);
}
