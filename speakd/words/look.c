/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * look.c - the look is taken sixteen bytes at a time, in the vectors of gcc and
 * clang; each byte is judged with the two on either side of it.
 */
#include "speakd/words/look.h"

#include <string.h>

#include "speakd/words/clean.h"

enum { STEP = 16, BESIDE = 2, WORD_MAX_BYTES = 31 };

typedef unsigned char bytes16 __attribute__((vector_size(STEP)));

/* Each byte is 0xff where the comparison holds, else 0. */
typedef __typeof__((bytes16){ 0 } == (bytes16){ 0 }) truth16;

static inline bytes16 load(const char *at)
{
	bytes16 v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static inline truth16 is(bytes16 v, unsigned char c)
{
	return v == c;
}

/*
 * first <= v <= last, as a signed comparison: the unsigned one takes three
 * times as long on processors that do not have it.
 */
static inline truth16 is_within(bytes16 v, unsigned char first,
				unsigned char last)
{
	return (truth16)(v - first + 0x80) <
	       (truth16)((bytes16){ 0 } + (unsigned char)(last - first + 0x81));
}

static inline truth16 is_digit16(bytes16 v)
{
	return is_within(v, '0', '9');
}

static inline truth16 is_letter16(bytes16 v)
{
	return is_within(v | 0x20, 'a', 'z');
}

/* What stands in prose, as long as nothing below objects. */
static inline truth16 is_mark16(bytes16 v)
{
	return is(v, '.') | is(v, ',') | is(v, '!') | is(v, '?') | is(v, '\'') |
	       is(v, '"') | is(v, '(') | is(v, ')') | is(v, ';') | is(v, ':') |
	       is(v, '-');
}

/*
 * Which of the bytes at text may be something else than prose. The two bytes
 * before and the two after the sixteen are looked at too.
 */
static inline truth16 judge(const char *text, truth16 *mixed)
{
	const bytes16 pp = load(text - 2), p = load(text - 1), c = load(text),
		      n = load(text + 1), nn = load(text + 2);
	const truth16 letter = is_letter16(c), digit = is_digit16(c),
		      mark = is_mark16(c), space = is(c, ' ');
	const truth16 p_letter = is_letter16(p), p_digit = is_digit16(p),
		      n_letter = is_letter16(n), n_digit = is_digit16(n),
		      n_space = is(n, ' ');
	truth16 bad = ~(letter | digit | mark | space);

	/* "  ", "..", "!!"; a lone symbol, three together */
	bad |= (mark | space) & (c == n);
	bad |= mark & n_space & is(p, ' ');
	bad |= mark & is_mark16(p) & is_mark16(n);
	/* "foo.c", "v.2"; "12.04" is a number */
	bad |= is(c, '.') & (n_letter | (n_digit & ~p_digit));
	/* "a:b", ":)"; "12:30" is a time */
	bad |= is(c, ':') &
	       ~(((p_letter | p_digit) & n_space) | (p_digit & n_digit));
	bad |= is(c, ';') & ~n_space;
	/* "-rf", "5-3" */
	bad |= is(c, '-') & ~(p_letter & n_letter);
	/* "()", "(:", "8)" */
	bad |= is(c, '(') & ~(n_letter | n_digit | is(n, '"') | is(n, '\''));
	bad |= is(c, ')') & is(p, '8');
	/* More than four digits in a row; "x86", or part of a hash. */
	*mixed |= digit & (p_letter | n_letter);
	bad |= digit & p_digit & n_digit & is_digit16(pp) & is_digit16(nn);
	return bad;
}

static inline bool any(truth16 v)
{
	uint64_t halves[2];

	memcpy(halves, &v, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* The same for the first count of the sixteen: what follows is padding. */
static inline bool any_of(truth16 v, size_t count)
{
	const bytes16 places = { 0, 1, 2,  3,  4,  5,  6,  7,
				 8, 9, 10, 11, 12, 13, 14, 15 };

	return any(v & (places < (unsigned char)min_size(count, STEP)));
}

/* No word so long that it may be a hash, none again and again. */
static bool has_usual_words(struct span text, size_t max_bytes)
{
	const char *at = text.text, *end = at + text.len_bytes;
	size_t same = 1;
	char first = '\0';

	while (at < end) {
		const char *space = memchr(at, ' ', (size_t)(end - at));
		size_t n = (size_t)((space != NULL ? space : end) - at);

		if (n > max_bytes)
			return false;
		same = *at == first ? same + 1 : 1;
		if (same == CLEAN_REPEATS)
			return false;
		first = *at;
		at += n + 1;
	}
	return true;
}

bool look_is_prose(struct span text)
{
	/* The first bytes and the last stand among spaces. */
	char edge[BESIDE + 2 * STEP + BESIDE];
	size_t len_bytes = text.len_bytes, pos;
	truth16 mixed = is((bytes16){ 0 }, 1);

	if (len_bytes == 0)
		return false;
	memset(edge, ' ', sizeof(edge));
	memcpy(edge + BESIDE, text.text, min_size(len_bytes, STEP + BESIDE));
	if (any_of(judge(edge + BESIDE, &mixed), len_bytes))
		return false;
	for (pos = STEP; pos + STEP + BESIDE <= len_bytes; pos += STEP)
		if (any(judge(text.text + pos, &mixed)))
			return false;
	if (pos < len_bytes) {
		size_t left = len_bytes - pos;

		memset(edge, ' ', sizeof(edge));
		memcpy(edge, text.text + pos - BESIDE, left + BESIDE);
		if (any_of(judge(edge + BESIDE, &mixed), left))
			return false;
		if (left > STEP &&
		    any_of(judge(edge + BESIDE + STEP, &mixed), left - STEP))
			return false;
	}
	return has_usual_words(text, any(mixed) ? CLEAN_HASH_DIGITS - 1
						: WORD_MAX_BYTES);
}
