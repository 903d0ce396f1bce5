/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * look.c - the look is taken thirty-two bytes at a time (core/wide.h); each
 * byte is judged with the two on either side of it.
 */
#include "speakd/words/look.h"

#include "core/wide.h"
#include "speakd/words/clean.h"

enum { BESIDE = 2, WORD_MAX_BYTES = 31 };

WIDE_INLINE wide_truth is_digit(wide v)
{
	return wide_is_within(v, '0', '9');
}

WIDE_INLINE wide_truth is_letter(wide v)
{
	return wide_is_within(v | 0x20, 'a', 'z');
}

/* .,-'():;!"? stand in prose, as long as nothing below objects. */
WIDE_INLINE wide_truth is_mark(wide v)
{
	return wide_is_within(v, ',', '.') | wide_is_within(v, '\'', ')') |
	       wide_is_within(v, ':', ';') | wide_is_within(v, '!', '"') |
	       wide_is(v, '?');
}

/*
 * Which of the bytes at text may be something else than prose. The two bytes
 * before and the two after them are looked at too.
 */
WIDE_INLINE wide_truth judge(const char *text, wide_truth *mixed)
{
	const wide p = wide_load(text - 1), c = wide_load(text),
		   n = wide_load(text + 1);
	const wide_truth letter = is_letter(c), digit = is_digit(c),
			 mark = is_mark(c), space = wide_is(c, ' ');
	const wide_truth p_letter = is_letter(p), p_digit = is_digit(p),
			 n_letter = is_letter(n), n_digit = is_digit(n),
			 p_space = wide_is(p, ' '), n_space = wide_is(n, ' '),
			 p_word = p_letter | p_digit,
			 n_word = n_letter | n_digit;
	wide_truth bad = ~(letter | digit | mark | space);

	/* "  ", "..", "!!"; a lone symbol, three together */
	bad |= (mark | space) & (c == n);
	bad |= mark &
	       ((p_space & n_space) | ~(p_word | p_space | n_word | n_space));
	/* "foo.c", "v.2"; "12.04" is a number */
	bad |= wide_is(c, '.') & (n_letter | (n_digit & ~p_digit));
	/* "a:b", ":)"; "12:30" is a time */
	bad |= wide_is(c, ':') & ~((p_word & n_space) | (p_digit & n_digit));
	bad |= (wide_is(c, ';') | wide_is(c, '!')) & ~n_space;
	/* "-rf", "5-3" */
	bad |= wide_is(c, '-') & ~(p_letter & n_letter);
	/* "()", "(:", "8)" */
	bad |= wide_is(c, '(') & ~(n_word | wide_is(n, '"') | wide_is(n, '\''));
	bad |= wide_is(c, ')') & wide_is(p, '8');
	/* More than four digits in a row; "x86", or part of a hash. */
	*mixed |= digit & (p_letter | n_letter);
	bad |= digit & p_digit & n_digit & is_digit(wide_load(text - 2)) &
	       is_digit(wide_load(text + 2));
	return bad;
}

/* The words of a text, which end where its spaces are. */
struct words {
	const char *text;
	size_t start; /* of the word that has not ended yet */
	unsigned same; /* words in a row that begin with the same byte */
	char first;
	bool repeats;
	wide_truth mixed; /* letters beside digits, so far */
};

/* A word may be too long, with digits among its letters sooner. */
WIDE_INLINE void end_word(struct words *words, size_t end, struct look *ret)
{
	char first = words->text[words->start];
	size_t len_bytes = end - words->start;

	if (len_bytes >= CLEAN_HASH_DIGITS &&
	    (len_bytes > WORD_MAX_BYTES || wide_any(words->mixed)))
		ret->marks[words->start / WIDE_BYTES] |=
			UINT32_C(1) << words->start % WIDE_BYTES;
	words->same = first == words->first ? words->same + 1 : 1;
	words->repeats |= words->same == CLEAN_REPEATS;
	words->first = first;
	words->start = end + 1;
}

WIDE_INLINE void end_words(struct words *words, size_t pos, uint32_t spaces,
			   struct look *ret)
{
	for (; spaces != 0; spaces &= spaces - 1)
		end_word(words, pos + (size_t)__builtin_ctz(spaces), ret);
}

/* The bits of the first count bytes. */
WIDE_INLINE uint32_t mask_of(size_t count)
{
	return count >= WIDE_BYTES ? UINT32_MAX : (UINT32_C(1) << count) - 1;
}

/* text has spaces on both sides: BESIDE before it, WIDE_BYTES after. */
WIDE_INLINE bool look(const char *text, size_t len_bytes, struct look *ret)
{
	struct words words = { .text = text, .first = '\0' };

	words.mixed = wide_is((wide){ 0 }, 1);
	for (size_t pos = 0; pos < len_bytes; pos += WIDE_BYTES) {
		wide_truth bad = judge(text + pos, &words.mixed);
		wide_truth space = wide_is(wide_load(text + pos), ' ');
		uint32_t inside = mask_of(len_bytes - pos);

		ret->marks[pos / WIDE_BYTES] = wide_mask(bad) & inside;
		end_words(&words, pos, wide_mask(space) & inside, ret);
	}
	end_word(&words, len_bytes, ret);
	return !words.repeats;
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
	size_t block = pos / WIDE_BYTES;
	uint32_t marks;

	if (pos >= look->len_bytes)
		return look->len_bytes;
	marks = look->marks[block] & ~mask_of(pos % WIDE_BYTES);
	while (marks == 0 && ++block * WIDE_BYTES < look->len_bytes)
		marks = look->marks[block];
	return marks == 0 ? look->len_bytes
			  : block * WIDE_BYTES + (size_t)__builtin_ctz(marks);
}
