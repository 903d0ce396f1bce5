/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/clean.h"

#include <string.h>

#include "core/text.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/look.h"
#include "speakd/words/template.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* What is in a word, as bits: most words are told to need nothing. */
enum trait {
	HAS_LETTER = 1 << 0,
	HAS_DIGIT = 1 << 1,
	HAS_HIGH = 1 << 2,
	HAS_DOT = 1 << 3,
	HAS_COLON = 1 << 4,
	HAS_SYMBOL = 1 << 5, /* any but letters and digits; dot, colon too */
	HAS_ROW = 1 << 6, /* the same symbol twice in a row */
	HAS_ONLY_SYMBOLS = 1 << 7,
	HAS_NAMED = 1 << 8, /* a symbol that "some" may name */
	HAS_SLASH = 1 << 9,
	HAS_INNER = 1 << 10, /* a dot or colon with something after it */
};

enum {
	L = HAS_LETTER,
	D = HAS_DIGIT,
	S = HAS_SYMBOL,
	N = HAS_SYMBOL | HAS_NAMED,
	P = HAS_SYMBOL | HAS_DOT,
	C = HAS_SYMBOL | HAS_COLON,
	T = HAS_SYMBOL | HAS_NAMED | HAS_SLASH,
	H = HAS_HIGH,
};

/* Every character of every line is looked up here, so that it is a table. */
/* clang-format off */
static const unsigned short byte_traits[0x100] = {
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, N, N, N, N, S, S, S, N, N, S, N, P, T, /* space to "/" */
	D, D, D, D, D, D, D, D, D, D, C, S, N, N, N, S, /* 0 to "?" */
	N, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* "@" to O */
	L, L, L, L, L, L, L, L, L, L, L, N, N, N, N, N, /* P to "_" */
	S, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* "`" to o */
	L, L, L, L, L, L, L, L, L, L, L, N, N, N, N, S, /* p to DEL */
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
};
/* clang-format on */

static unsigned trait_of(char c)
{
	return byte_traits[(unsigned char)c];
}

/*
 * The traits that only the whole word shows: a row; a dot or colon that does
 * not end the word, or a bracket pair; no letter and no digit.
 */
static unsigned whole_traits(struct span word, unsigned traits)
{
	if ((traits & (HAS_DIGIT | HAS_LETTER | HAS_HIGH)) == 0)
		traits |= HAS_ONLY_SYMBOLS;
	if ((traits & HAS_SYMBOL) == 0)
		return traits;
	for (size_t i = 1; i < word.len_bytes; i++) {
		char before = word.text[i - 1], c = word.text[i];
		unsigned t = trait_of(before);

		if ((t & HAS_SYMBOL) == 0)
			continue;
		if (before == c)
			traits |= HAS_ROW;
		else if (((t & (HAS_DOT | HAS_COLON)) != 0 &&
			  is_word_byte(c)) ||
			 (before == '(' && c == ')') ||
			 (before == '!' && (is_word_byte(c) || c == '(')) ||
			 (before == '.' && c == '/'))
			traits |= HAS_INNER;
	}
	return traits;
}

static unsigned traits_of(struct span word)
{
	unsigned traits = 0;

	for (size_t i = 0; i < word.len_bytes; i++)
		traits |= trait_of(word.text[i]);
	return whole_traits(word, traits);
}

/* clang-format off */
static const struct {
	unsigned rule;    /* enum wording_rule; 0: the level of punctuation */
	unsigned needs;   /* all of these traits */
	size_t min_bytes, max_bytes;
	word_fn *say;
} word_rules[] = {
	{ WORDING_EMOJI,   HAS_SYMBOL, 2, CLEAN_EMOTICON_BYTES, word_emoticon },
	{ WORDING_NUMBERS, HAS_NAMED | HAS_DIGIT, 3, SIZE_MAX, word_progress },
	{ WORDING_NUMBERS, HAS_NAMED | HAS_ONLY_SYMBOLS, 1, SIZE_MAX,
	  word_progress },
	{ WORDING_NUMBERS, HAS_HIGH,   9, SIZE_MAX, word_progress },
	{ WORDING_URLS,    HAS_COLON | HAS_SLASH, 7, SIZE_MAX, word_url },
	{ WORDING_URLS,    HAS_DOT | HAS_INNER, 7, SIZE_MAX, word_url },
	{ WORDING_MARKUP,  HAS_NAMED,  3, SIZE_MAX, word_quote },
	{ WORDING_MARKUP,  HAS_NAMED,  2, SIZE_MAX, word_markup },
	{ WORDING_MARKUP,  HAS_COLON,  3, SIZE_MAX, word_markup },
	{ WORDING_PATHS,   HAS_SLASH,  4, SIZE_MAX, word_path },
	{ WORDING_PATHS,   HAS_NAMED | HAS_COLON, 8, SIZE_MAX, word_path },
	{ WORDING_PATHS,   HAS_NAMED | HAS_ROW, 8, SIZE_MAX, word_path },
	{ WORDING_PATHS,   HAS_COLON | HAS_DOT | HAS_DIGIT, 5, SIZE_MAX,
	  word_path },
	{ WORDING_HASHES,  HAS_DIGIT,  CLEAN_HASH_DIGITS, SIZE_MAX, word_hash },
	{ WORDING_HASHES,  HAS_LETTER, CLEAN_HASH_SURE_DIGITS, SIZE_MAX,
	  word_hash },
	{ WORDING_NUMBERS, HAS_DIGIT,  2, SIZE_MAX, word_digits },
	{ WORDING_NUMBERS, HAS_COLON | HAS_INNER, 3, SIZE_MAX, word_digits },
	{ WORDING_SYMBOLS, HAS_ROW,    2, SIZE_MAX, word_symbols },
	{ WORDING_SYMBOLS, HAS_ONLY_SYMBOLS, CLEAN_ART_BYTES, SIZE_MAX,
	  word_symbols },
	{ WORDING_WORDS,   0,          CLEAN_WORD_CODES + 1, SIZE_MAX,
	  word_long },
	{ 0,               HAS_NAMED,  1, SIZE_MAX, word_punctuation },
	{ 0,               HAS_INNER,  1, SIZE_MAX, word_punctuation },
	{ 0,               HAS_HIGH,   2, SIZE_MAX, word_punctuation },
	{ 0,               HAS_ONLY_SYMBOLS, 1, SIZE_MAX, word_punctuation },
};
/* clang-format on */

/* Those that a reading has on, as bits: the same for line after line. */
static unsigned rules_of(const struct reading *reading)
{
	static struct {
		unsigned rules, found;
		enum punctuation punctuation;
	} last;
	unsigned found = 0;

	if (last.found != 0 && last.rules == reading->rules &&
	    last.punctuation == reading->punctuation)
		return last.found;
	for (unsigned i = 0; i < COUNT_OF(word_rules); i++) {
		unsigned rule = word_rules[i].rule;
		bool on = rule != 0 ? (reading->rules & rule) != 0
				    : reading->punctuation == PUNCTUATION_SOME;

		found |= (unsigned)on << i;
	}
	last.rules = reading->rules;
	last.punctuation = reading->punctuation;
	last.found = found;
	return found;
}

enum {
	FOUND_OUT = 1 << 30,
	LENGTHS = CLEAN_WORD_CODES + 2, /* longer ones are all alike */
	TRAITS = 2 * HAS_INNER,
};

_Static_assert(COUNT_OF(word_rules) < 30, "one bit is left for FOUND_OUT");

/* The rules that may change a word with these traits: found out once. */
static unsigned rules_by_traits(unsigned traits)
{
	static unsigned known[TRAITS];
	unsigned found = FOUND_OUT;

	for (unsigned i = 0; known[traits] == 0 && i < COUNT_OF(word_rules);
	     i++)
		if ((traits & word_rules[i].needs) == word_rules[i].needs)
			found |= 1U << i;
	if (known[traits] == 0)
		known[traits] = found;
	return known[traits];
}

/* Those that may change a word of this length. */
static unsigned rules_by_length(size_t len_bytes)
{
	static unsigned known[LENGTHS];
	const size_t n = min_size(len_bytes, LENGTHS - 1);
	unsigned found = FOUND_OUT;

	for (unsigned i = 0; known[n] == 0 && i < COUNT_OF(word_rules); i++)
		if (n >= word_rules[i].min_bytes &&
		    n <= word_rules[i].max_bytes)
			found |= 1U << i;
	if (known[n] == 0)
		known[n] = found;
	return known[n];
}

/* Of these the ones that may change a word with these traits. */
static unsigned rules_for(const struct reading *reading, unsigned rules,
			  size_t len_bytes, unsigned traits)
{
	unsigned found = rules & rules_by_traits(traits) &
			 rules_by_length(len_bytes);

	/* Beyond "some" every symbol may have its name. */
	if (reading->punctuation > PUNCTUATION_SOME &&
	    (traits & (HAS_SYMBOL | HAS_HIGH)) != 0)
		found |= 1U << (COUNT_OF(word_rules) - 1);
	return found;
}

/* Try rules on word, in their order; several may be one function. */
static bool try_rules(struct buf *out, const struct reading *reading,
		      struct span word, unsigned rules)
{
	word_fn *tried = NULL;

	for (; rules != 0; rules &= rules - 1) {
		word_fn *say = word_rules[__builtin_ctz(rules)].say;

		if (say != tried && say(out, reading, word))
			return true;
		tried = say;
	}
	return false;
}

/* The end of the word at pos, and what is in it. */
static inline size_t word_end(const char *text, size_t len_bytes, size_t pos,
			      unsigned *ret_traits)
{
	unsigned traits = 0;

	for (; pos < len_bytes && text[pos] != ' '; pos++)
		traits |= trait_of(text[pos]);
	*ret_traits = traits;
	return pos;
}

/* Letters alone, and no long row of them: no rule looks at such a word. */
static inline bool is_simple(size_t len_bytes, unsigned traits)
{
	return (traits & ~(unsigned)HAS_LETTER) == 0 &&
	       len_bytes < CLEAN_HASH_SURE_DIGITS;
}

/*
 * Letters and the marks of a sentence, each alone, as in "(so," or "don't.":
 * nor is such a word changed at "some", when it is too long for an emoticon.
 */
static inline bool is_marked(const struct reading *reading, size_t len_bytes,
			     unsigned traits)
{
	const unsigned usual = HAS_LETTER | HAS_SYMBOL | HAS_DOT | HAS_COLON;

	return (traits & ~usual) == 0 && len_bytes > CLEAN_EMOTICON_BYTES &&
	       len_bytes < CLEAN_HASH_SURE_DIGITS &&
	       reading->punctuation <= PUNCTUATION_SOME;
}

/*
 * A part of a word, or what a rule made of one, by the rules again. Each looks
 * at all that follows: without a limit a word of 16 kB of ":a:" costs 180 ms.
 */
static void read_part(struct buf *out, const struct reading *reading,
		      struct span word)
{
	struct reading moved = *reading;
	unsigned traits = traits_of(word);

	if (moved.depth++ >= CLEAN_PARTS_MAX ||
	    is_simple(word.len_bytes, traits) ||
	    is_marked(reading, word.len_bytes, traits)) {
		buf_add(out, word.text, word.len_bytes);
		return;
	}
	if (!span_is_within(word, reading->line))
		moved.line = word;
	if (!try_rules(out, &moved, word,
		       rules_for(reading, rules_of(reading), word.len_bytes,
				 traits)))
		buf_add(out, word.text, word.len_bytes);
}

/*
 * A word of the line, and what stands unchanged in front of it from plain on,
 * when a rule may change it. Returns where unchanged text begins again.
 */
static size_t add_word(struct buf *out, const struct reading *reading,
		       unsigned rules, size_t plain, struct span word,
		       unsigned traits)
{
	const char *text = reading->line.text;
	size_t start = (size_t)(word.text - text);

	traits = whole_traits(word, traits);
	if (is_marked(reading, word.len_bytes, traits))
		return plain;
	rules = rules_for(reading, rules, word.len_bytes, traits);
	if (rules == 0)
		return plain;
	buf_add(out, text + plain, start - plain);
	if (!try_rules(out, reading, word, rules))
		buf_add(out, word.text, word.len_bytes);
	return start + word.len_bytes;
}

/* How often the word at start..end stands there in a row. */
static size_t count_word(struct span line, size_t start, size_t end)
{
	size_t n = end - start, count = 1;

	while (end + n < line.len_bytes && line.text[end] == ' ' &&
	       memcmp(line.text + end + 1, line.text + start, n) == 0 &&
	       span_at(line, end + 1 + n) == ' ') {
		end += n + 1;
		count++;
	}
	return count;
}

/* "KEKW KEKW KEKW KEKW": the word was said, the others are counted. */
static size_t add_repeats(struct buf *out, const struct reading *reading,
			  size_t plain, size_t end, size_t count,
			  size_t len_bytes)
{
	buf_add(out, reading->line.text + plain, end - plain);
	template_count(
		out,
		reading_many(reading, ", $count time", ", $count times", count),
		count);
	return end + (count - 1) * (len_bytes + 1);
}

/* Whether the word at start..end may stand there again and again. */
static inline bool may_repeat(const char *text, size_t len_bytes, size_t start,
			      size_t end)
{
	return end + 1 < len_bytes && text[end + 1] == text[start] &&
	       end > start && is_word_byte(text[start]);
}

static void clean_words(struct buf *out, const struct reading *reading)
{
	const char *text = reading->line.text;
	const size_t len_bytes = reading->line.len_bytes;
	const bool markup = (reading->rules & WORDING_MARKUP) != 0;
	const unsigned rules = rules_of(reading);
	size_t pos = 0, plain = 0;

	while (pos < len_bytes) {
		unsigned traits;
		size_t end = word_end(text, len_bytes, pos, &traits);
		size_t count = 1;

		if (!is_simple(end - pos, traits))
			plain = add_word(out, reading, rules, plain,
					 span_of(text + pos, end - pos),
					 traits);
		if (may_repeat(text, len_bytes, pos, end) && markup)
			count = count_word(reading->line, pos, end);
		if (count >= CLEAN_REPEATS) {
			plain = add_repeats(out, reading, plain, end, count,
					    end - pos);
			end = plain;
		}
		pos = end + 1;
	}
	buf_add(out, text + plain, len_bytes - plain);
}

/* Where the word begins that the byte at pos is of; not before from. */
static size_t word_start(struct span line, size_t pos, size_t from)
{
	while (pos > from && line.text[pos - 1] != ' ')
		pos--;
	return pos;
}

/* Whether the word after the one that ends at pos begins with a digit. */
static bool digits_follow(struct span line, size_t pos)
{
	return span_at(line, pos) == ' ' &&
	       ascii_is_digit(span_at(line, pos + 1));
}

/*
 * What clean_words() does, but for the words that look does not mark: no rule
 * changes them (tests/unit/speakd_clean.c). What may be of one number with a
 * marked word is tried too: "(555) 123-4567", "+49 30 1234". Marked blanks,
 * which the hygiene would fold, go.
 */
static void clean_marked(struct buf *out, const struct reading *reading,
			 const struct look *look)
{
	const struct span line = reading->line;
	const unsigned rules = rules_of(reading);
	size_t plain = 0, done = 0, at;

	while ((at = look_next(look, done)) < line.len_bytes) {
		size_t start = word_start(line, at, done);

		if (line.text[at] == ' ') {
			buf_add(out, line.text + plain, at - plain);
			plain = done = at + 1;
			continue;
		}
		if (start >= done + 2 && line.text[start - 2] == ')')
			start = word_start(line, start - 2, done);
		do {
			unsigned traits;

			done = word_end(line.text, line.len_bytes, start,
					&traits);
			plain = add_word(out, reading, rules, plain,
					 span_cut(line, start, done), traits);
			start = done + 1;
		} while (start <= at || digits_follow(line, done));
	}
	buf_add(out, line.text + plain, line.len_bytes - plain);
}

/* Tabs and the like part words; the hygiene after us folds the spaces. */
static void blank_controls(char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
}

/*
 * Invisible code points hide words from every rule, but emoji are made of
 * them: they go when the emoji have their names.
 */
static void drop_invisible(struct buf *text)
{
	size_t pos = 0, end = 0;

	while (pos < text->len_bytes) {
		size_t start = pos;

		if ((unsigned char)text->data[pos] < 0x80)
			pos++;
		else if (text_is_invisible(
				 text_next(text->data, text->len_bytes, &pos)))
			continue;
		memmove(text->data + end, text->data + start, pos - start);
		end += pos - start;
	}
	buf_cut(text, end);
}

/* Signs that turn the reading direction around: what is seen is not this. */
static bool turns_direction(const char *text, size_t len_bytes)
{
	size_t pos = 0;
	bool turns = false;

	/* U+2000 and what follows begin with this byte. */
	if (memchr(text, 0xe2, len_bytes) == NULL)
		return false;
	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);

		/* In Hebrew and Arabic they do what they are made for. */
		if (code >= 0x590 && code < 0x900)
			return false;
		turns = turns || (code >= 0x202a && code <= 0x202e) ||
			(code >= 0x2066 && code <= 0x2069);
	}
	return turns;
}

static void clean_other(struct buf *scratch, const struct reading *reading,
			const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf stripped = { 0 };
	SCOPED_BUF struct buf faces = { 0 };

	text_strip_mirc(&stripped, text, len_bytes);
	if (stripped.len_bytes == 0)
		return;
	blank_controls(stripped.data, stripped.len_bytes);
	if (turns_direction(stripped.data, stripped.len_bytes))
		buf_addf(scratch, "%s: ",
			 reading_text(reading, N_("hidden direction signs")));
	if ((reading->rules & WORDING_EMOJI) == 0) {
		buf_add(scratch, stripped.data, stripped.len_bytes);
	} else {
		const struct buf *named = &stripped;

		if (markup_name_faces(&faces, reading, stripped.data,
				      stripped.len_bytes))
			named = &faces;
		if (!emoji_name_all(scratch, reading, named->data,
				    named->len_bytes))
			buf_add(scratch, named->data, named->len_bytes);
	}
	drop_invisible(scratch);
}

/* Every rule tried on every word. */
static void clean_whole(struct buf *out, struct buf *scratch,
			struct reading *reading)
{
	struct span text = reading->line;

	if (!text_is_common(text.text, text.len_bytes)) {
		buf_clear(scratch);
		clean_other(scratch, reading, text.text, text.len_bytes);
		reading->line = span_of_buf(scratch);
	}
	clean_words(out, reading);
}

struct span clean_looked(struct buf *out, struct buf *scratch,
			 const struct reading *reading, struct span text,
			 const struct look *look)
{
	struct reading here = *reading;

	if (look != NULL && look_next(look, 0) == text.len_bytes)
		return text;
	here.line = text;
	here.read = read_part;
	here.depth = 0;
	buf_clear(out);
	if (look != NULL && text_is_common(text.text, text.len_bytes))
		clean_marked(out, &here, look);
	else
		clean_whole(out, scratch, &here);
	return span_of_buf(out);
}

struct span clean_text(struct buf *out, struct buf *scratch,
		       const struct reading *reading, struct span text)
{
	struct look look;
	bool looked = reading->punctuation <= PUNCTUATION_SOME &&
		      reading->digits == DIGITS_WORDS && look_at(text, &look);

	return clean_looked(out, scratch, reading, text, looked ? &look : NULL);
}
