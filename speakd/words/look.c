/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * look.c - the look is taken thirty-two bytes at a time (core/wide.h); each
 * byte is judged with the two on either side of it.
 */
#include "speakd/words/look.h"

#include "core/wide.h"
#include "speakd/words/clean.h"
#include "speakd/words/hygiene.h"

enum {
	BESIDE = 2,
	WORD_MAX_BYTES = 31,
	/* A longer text takes the long way: nobody writes prose of that size.
	 */
	LOOK_MAX_BYTES = 1024
};

WIDE_INLINE wide_truth is_digit(wide v)
{
	return wide_is_within(v, '0', '9');
}

WIDE_INLINE wide_truth is_letter(wide v)
{
	return wide_is_within(v | 0x20, 'a', 'z');
}

/* What stands in prose, as long as nothing below objects. */
WIDE_INLINE wide_truth is_mark(wide v)
{
	return wide_is(v, '.') | wide_is(v, ',') | wide_is(v, '!') |
	       wide_is(v, '?') | wide_is(v, '\'') | wide_is(v, '"') |
	       wide_is(v, '(') | wide_is(v, ')') | wide_is(v, ';') |
	       wide_is(v, ':') | wide_is(v, '-');
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
			 n_space = wide_is(n, ' ');
	wide_truth bad = ~(letter | digit | mark | space);

	/* "  ", "..", "!!"; a lone symbol, three together */
	bad |= (mark | space) & (c == n);
	bad |= mark & n_space & wide_is(p, ' ');
	bad |= mark & ~(p_letter | p_digit | wide_is(p, ' ')) &
	       ~(n_letter | n_digit | n_space);
	/* "foo.c", "v.2"; "12.04" is a number */
	bad |= wide_is(c, '.') & (n_letter | (n_digit & ~p_digit));
	/* "a:b", ":)"; "12:30" is a time */
	bad |= wide_is(c, ':') &
	       ~(((p_letter | p_digit) & n_space) | (p_digit & n_digit));
	bad |= (wide_is(c, ';') | wide_is(c, '!')) & ~n_space;
	/* "-rf", "5-3" */
	bad |= wide_is(c, '-') & ~(p_letter & n_letter);
	/* "()", "(:", "8)" */
	bad |= wide_is(c, '(') &
	       ~(n_letter | n_digit | wide_is(n, '"') | wide_is(n, '\''));
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
	size_t longest;
	unsigned same; /* words in a row that begin with the same byte */
	char first;
	bool repeats;
};

WIDE_INLINE void end_word(struct words *words, size_t end)
{
	size_t len_bytes = end - words->start;

	words->longest = max_size(words->longest, len_bytes);
	words->same = words->text[words->start] == words->first
			      ? words->same + 1
			      : 1;
	words->repeats |= words->same == CLEAN_REPEATS;
	words->first = words->text[words->start];
	words->start = end + 1;
}

WIDE_INLINE void end_words(struct words *words, size_t pos, uint32_t spaces)
{
	for (; spaces != 0; spaces &= spaces - 1)
		end_word(words, pos + (size_t)__builtin_ctz(spaces));
}

/* The bits of the first count bytes. */
WIDE_INLINE uint32_t mask_of(size_t count)
{
	return count >= WIDE_BYTES ? UINT32_MAX : (UINT32_C(1) << count) - 1;
}

/* text has spaces on both sides: BESIDE before it, WIDE_BYTES after. */
WIDE_INLINE bool look(const char *text, size_t len_bytes)
{
	struct words words = { .text = text, .first = '\0' };
	wide_truth mixed = wide_is((wide){ 0 }, 1);
	unsigned dots = 0;

	for (size_t pos = 0; pos < len_bytes; pos += WIDE_BYTES) {
		uint32_t inside = mask_of(len_bytes - pos);
		wide_truth bad = judge(text + pos, &mixed);
		const wide c = wide_load(text + pos);

		if (wide_any(bad) && (wide_mask(bad) & inside) != 0)
			return false;
		end_words(&words, pos, wide_mask(wide_is(c, ' ')) & inside);
		if (wide_any(wide_is(c, '.')))
			dots += (unsigned)__builtin_popcount(
				wide_mask(wide_is(c, '.')));
	}
	end_word(&words, len_bytes);
	return !words.repeats && dots <= HYGIENE_DOTS &&
	       words.longest <= (wide_any(mixed) ? CLEAN_HASH_DIGITS - 1
						 : WORD_MAX_BYTES);
}

WIDE_TWICE(bool, look_padded, (const char *text, size_t len_bytes),
	   (text, len_bytes), look)

bool look_is_prose(struct span text)
{
	char padded[BESIDE + LOOK_MAX_BYTES + WIDE_BYTES + BESIDE];
	size_t len_bytes = text.len_bytes;

	if (len_bytes == 0 || len_bytes > LOOK_MAX_BYTES ||
	    text.text[0] == ' ' || text.text[len_bytes - 1] == ' ')
		return false;
	memset(padded, ' ', BESIDE);
	memcpy(padded + BESIDE, text.text, len_bytes);
	memset(padded + BESIDE + len_bytes, ' ', WIDE_BYTES + BESIDE);
	return look_padded(padded + BESIDE, len_bytes);
}
