/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/hygiene.h"

#include "core/text.h"
#include "core/wide.h"

/*
 * NFKC makes a code point at most four times shorter (a mathematical letter),
 * so that a run which is broken here would be broken afterwards as well. It
 * bounds what NFKC has to sort: combining marks in one run, quadratic.
 */
enum { RAW_RUN_BYTES = 4 * HYGIENE_RUN_BYTES };

/*
 * Code points of the Greek block that are no letters: under any voice but
 * English espeak-ng 1.51 looks them up in a dictionary that it has just freed.
 * Found by trying every code point up to U+1FFFF with ASan's memcmp().
 */
static bool is_stray_greek(int32_t code)
{
	return (code >= 0x380 && code <= 0x385) || code == 0x387 ||
	       code == 0x38b || code == 0x38d || code == 0x3a2 || code == 0x3f6;
}

static bool is_blank(int32_t code)
{
	return code == ' ' || code < ' ' || (code >= 0x7f && code <= 0xa0) ||
	       code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
	       code == 0x2028 || code == 0x2029 || code == 0x202f ||
	       code == 0x205f || code == 0x3000;
}

/* What a text has shown up to here. */
struct tidy {
	size_t word; /* where the run begins that has not ended */
	unsigned dots;
	bool ascii, good;
};

/* Look at the block at pos, but for its first bytes, which were seen. */
WIDE_INLINE void look(struct tidy *tidy, const char *block, size_t pos,
		      uint32_t seen)
{
	const wide v = wide_load(block);
	const uint32_t blanks = wide_mask(wide_is(v, ' ')) & ~seen;
	const uint32_t dots = wide_mask(wide_is(v, '.')) & ~seen;

	tidy->ascii &= !wide_any(~wide_is_within(v, ' ', '~'));
	if (dots != 0)
		tidy->dots += (unsigned)__builtin_popcount(dots);
	if (blanks == 0)
		return;
	/* A blank beside a blank, here or at the end of the block before. */
	if ((blanks & blanks << 1) != 0 ||
	    pos + (size_t)__builtin_ctz(blanks) == tidy->word ||
	    pos + (size_t)__builtin_ctz(blanks) - tidy->word >
		    HYGIENE_RUN_BYTES)
		tidy->good = false;
	tidy->word = pos + WIDE_BYTES - (size_t)__builtin_clz(blanks);
}

/*
 * No two blanks, none at either end, no long run, few dots, and every byte
 * printable ASCII or, when ascii comes out false, to be looked at. A run inside
 * of a block is a short one.
 */
WIDE_INLINE bool is_tidy_body(const char *text, size_t len_bytes,
			      bool *ret_ascii)
{
	struct tidy tidy = { .ascii = true, .good = true };
	size_t pos = 0;

	for (; pos + WIDE_BYTES <= len_bytes; pos += WIDE_BYTES)
		look(&tidy, text + pos, pos, 0);
	if (pos < len_bytes && pos > 0) {
		size_t last = len_bytes - WIDE_BYTES;

		look(&tidy, text + last, last,
		     (UINT32_C(1) << (pos - last)) - 1);
	} else if (pos < len_bytes) {
		char block[WIDE_BYTES];

		memset(block, 'x', sizeof(block));
		memcpy(block, text, len_bytes);
		look(&tidy, block, 0, 0);
	}
	*ret_ascii = tidy.ascii;
	return tidy.good && tidy.word < len_bytes &&
	       len_bytes - tidy.word <= HYGIENE_RUN_BYTES &&
	       tidy.dots <= HYGIENE_DOTS;
}

WIDE_TWICE(bool, is_tidy, (const char *text, size_t len_bytes, bool *ret_ascii),
	   (text, len_bytes, ret_ascii), is_tidy_body)

/*
 * Only what is common is told here, and what only may be too much is said to
 * be: the slow way decides.
 */
bool hygiene_is_clean(const char *text, size_t len_bytes)
{
	bool ascii;

	return is_tidy(text, len_bytes, &ascii) &&
	       (ascii || text_is_common(text, len_bytes));
}

enum {
	SCRIPT_ALONE = -1, /* a run of its own each */
	SCRIPT_NEUTRAL,
	SCRIPT_LATIN,
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
	SCRIPT_OTHER
};

static bool is_latin(int32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
	       (code >= 0xc0 && code < 0x2b0) ||
	       (code >= 0x1e00 && code < 0x1f00);
}

/*
 * Blocks of 128 code points between U+0530 and U+1CFF, which are near enough to
 * a script, but for those that have more of them, or begin within one.
 */
static int32_t block_of(int32_t code)
{
	static const struct {
		int32_t first, last;
	} scripts[] = {
		{ 0x530, 0x58f }, /* Armenian */
		{ 0x590, 0x5ff }, /* Hebrew */
		{ 0x600,
		  0x6ff }, /* Arabic, with the letters of Persian, Urdu */
		{ 0x700, 0x74f }, /* Syriac */
		{ 0x750, 0x77f }, /* more Arabic, as if it were a script */
		{ 0xf00, 0xfff }, /* Tibetan */
		{ 0x1000, 0x109f }, /* Myanmar */
		{ 0x10a0, 0x10ff }, /* Georgian */
		{ 0x1100, 0x11ff }, /* Hangul */
		{ 0x1200, 0x139f }, /* Ethiopic */
		{ 0x1400, 0x167f }, /* Canadian syllabics */
		{ 0x1800, 0x18af }, /* Mongolian */
	};

	for (size_t i = 0; i < COUNT_OF(scripts); i++)
		if (code >= scripts[i].first && code <= scripts[i].last)
			return scripts[i].first / 0x10;
	return code / 0x80 + 0x1d00;
}

/* The script of a letter; from U+1D00 up everything is taken for one. */
static int32_t script_of(int32_t code)
{
	if (is_latin(code))
		return SCRIPT_LATIN;
	if (code < 0x370)
		return SCRIPT_NEUTRAL;
	if (code >= 0x3cf && code < 0x400)
		return SCRIPT_ALONE; /* archaic Greek, Coptic */
	if (code < 0x400 || (code >= 0x1f00 && code < 0x2000))
		return SCRIPT_GREEK;
	if (code < 0x530 || (code >= 0x2de0 && code < 0x2e00) ||
	    (code >= 0xa640 && code < 0xa6a0))
		return SCRIPT_CYRILLIC;
	if (code < 0x1d00)
		return SCRIPT_OTHER + block_of(code);
	if (code < 0x2e80 || (code >= 0xfff0 && code < 0x20000))
		return SCRIPT_NEUTRAL; /* signs; emoji */
	return SCRIPT_OTHER;
}

/* Text under construction: blanks folded, runs broken where they must be. */
struct runs {
	struct buf *out;
	size_t max_run_bytes;
	size_t run_bytes; /* since the last blank */
	int32_t script; /* of the run so far */
	bool blank_due;
	/* After NFKC: scripts are parted, marks are as few as they get. */
	bool composed;
	bool marked; /* the letter in front has a mark */
};

/* "10us" with a Greek mu, or a Latin letter among Cyrillic, does no harm. */
static bool may_mix(int32_t a, int32_t b)
{
	if (a == SCRIPT_ALONE || b == SCRIPT_ALONE)
		return false;
	if (a == b || a == SCRIPT_NEUTRAL || b == SCRIPT_NEUTRAL)
		return true;
	return (a == SCRIPT_LATIN || b == SCRIPT_LATIN) &&
	       a <= SCRIPT_CYRILLIC && b <= SCRIPT_CYRILLIC;
}

/*
 * A word of two scripts, or of letters that no dictionary has, makes espeak-ng
 * 1.51 change dictionaries in the middle of a look-up and read the one that it
 * has just freed: U+03D8 U+0456, U+03FA U+03D7, U+0544 "n" under voice "de".
 */
static bool runs_must_break(struct runs *runs, int32_t code, size_t len_bytes)
{
	int32_t script = script_of(code);
	bool other = runs->composed && runs->run_bytes > 0 &&
		     !may_mix(runs->script, script);

	if (runs->script <= SCRIPT_LATIN && script != SCRIPT_NEUTRAL)
		runs->script = script;
	return runs->blank_due || other ||
	       runs->run_bytes + len_bytes > runs->max_run_bytes;
}

/*
 * Marks that nothing is left to be joined with: what is drawn over letters, and
 * all but the first in a row, as in text that is to look haunted. The vowels of
 * scripts that write them as marks are none of these.
 */
static bool is_stray_mark(struct runs *runs, int32_t code)
{
	bool mark = (code >= 0x300 && code < 0x370) ||
		    (code >= 0x1ab0 && code < 0x1b00) ||
		    (code >= 0x1dc0 && code < 0x1e00) ||
		    (code >= 0x20d0 && code < 0x2100) ||
		    (code >= 0xfe20 && code < 0xfe30);
	bool over = (code >= 0x334 && code <= 0x338) || code >= 0x20d0;
	bool stray = mark && (over || runs->marked || runs->run_bytes == 0);

	if (!mark || !over)
		runs->marked = mark;
	return runs->composed && stray;
}

static void runs_add(struct runs *runs, int32_t code, const char *bytes,
		     size_t len_bytes)
{
	if (is_stray_mark(runs, code))
		return;
	if (is_blank(code) || is_stray_greek(code)) {
		runs->script = SCRIPT_NEUTRAL;
		runs->blank_due = runs->run_bytes > 0;
		return;
	}
	if (runs_must_break(runs, code, len_bytes)) {
		buf_add_char(runs->out, ' ');
		runs->run_bytes = 0;
		runs->script = script_of(code);
		runs->blank_due = false;
	}
	buf_add(runs->out, bytes, len_bytes);
	runs->run_bytes += len_bytes;
}

/*
 * Digits of other scripts as 0..9, which every voice can say: a lone Bengali
 * one makes espeak-ng 1.51 read freed memory, whatever the voice.
 */
static int32_t ascii_digit(int32_t code)
{
	static const int32_t zeros[] = {
		0x660,	0x6f0,	0x7c0,	0x966,	0x9e6,	0xa66,	0xae6,
		0xb66,	0xbe6,	0xc66,	0xce6,	0xd66,	0xde6,	0xe50,
		0xed0,	0xf20,	0x1040, 0x1090, 0x17e0, 0x1810, 0x1946,
		0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
	};

	for (size_t i = 0; i < COUNT_OF(zeros); i++)
		if (code >= zeros[i] && code <= zeros[i] + 9)
			return '0' + (code - zeros[i]);
	return -1;
}

/*
 * Letters that are drawn in another way, and that NFKC leaves as they are:
 * white ones in black circles and boxes, small capitals.
 */
static int32_t ascii_letter(int32_t code)
{
	static const int32_t small[] = {
		0x1d00, 0x299,	0x1d04, 0x1d05, 0x1d07, 0xa730, 0x262,
		0x29c,	0x26a,	0x1d0a, 0x1d0b, 0x29f,	0x1d0d, 0x274,
		0x1d0f, 0x1d18, 0xa7af, 0x280,	0xa731, 0x1d1b, 0x1d1c,
		0x1d20, 0x1d21, 0,	0x28f,	0x1d22,
	};

	if (code >= 0x1f150 && code <= 0x1f169)
		return 'A' + (code - 0x1f150);
	if (code >= 0x1f170 && code <= 0x1f189)
		return 'A' + (code - 0x1f170);
	for (size_t i = 0; i < COUNT_OF(small); i++)
		if (code == small[i])
			return 'a' + (int32_t)i;
	return -1;
}

/* A digit or letter that stands for one of ASCII; -1: none. */
static int32_t ascii_of(int32_t code)
{
	int32_t c = code >= 0x660 ? ascii_digit(code) : -1;

	return c < 0 && code >= 0x262 ? ascii_letter(code) : c;
}

static void add_ascii(struct runs *runs, int32_t code)
{
	char c = (char)code;

	runs_add(runs, code, &c, 1);
}

static void add_blank(struct runs *runs)
{
	runs->script = SCRIPT_NEUTRAL;
	runs->marked = true;
	runs->blank_due = runs->run_bytes > 0;
}

/*
 * Printable ASCII in a run of Latin or of signs, or at its start: added at
 * once, as far as the run has room. Returns how many bytes; 0: the slow way
 * decides.
 */
static size_t runs_add_ascii(struct runs *runs, const char *text,
			     size_t len_bytes)
{
	size_t used = runs->blank_due ? 0 : runs->run_bytes, n = 0;
	size_t room = min_size(len_bytes, runs->max_run_bytes - used);
	bool letters = false;

	if (runs->script < SCRIPT_NEUTRAL || runs->script > SCRIPT_LATIN)
		return 0;
	for (; n < room && text[n] > ' ' && text[n] <= '~'; n++)
		letters |= (text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'z';
	if (n == 0)
		return 0;
	if (runs->blank_due)
		buf_add_char(runs->out, ' ');
	runs->blank_due = false;
	runs->run_bytes = used + n;
	if (letters)
		runs->script = SCRIPT_LATIN;
	runs->marked = false;
	buf_add(runs->out, text, n);
	return n;
}

static void break_runs(struct buf *out, bool composed, const char *text,
		       size_t len_bytes)
{
	struct runs runs = { .out = out,
			     .max_run_bytes = composed ? HYGIENE_RUN_BYTES
						       : RAW_RUN_BYTES,
			     .composed = composed };
	size_t pos = 0;

	buf_reserve(out, len_bytes + len_bytes / 8);
	while (pos < len_bytes) {
		size_t start = pos;
		int32_t code;

		if (text[pos] == ' ') {
			add_blank(&runs);
			pos++;
			continue;
		}
		pos += runs_add_ascii(&runs, text + pos, len_bytes - pos);
		if (pos > start)
			continue;
		code = text_next(text, len_bytes, &pos);
		if (code < 0)
			runs_add(&runs, 0xfffd, "\xef\xbf\xbd", 3);
		else if (ascii_of(code) >= 0)
			add_ascii(&runs, ascii_of(code));
		else if (code < 0x80 || !text_is_invisible(code))
			runs_add(&runs, code, text + start, pos - start);
	}
}

/* How many dots a word may lose: none when it only ends a sentence. */
static bool is_abbreviation(const char *word, size_t len_bytes)
{
	size_t body = len_bytes;
	size_t pos = 0;

	while (body > 0 && word[body - 1] == '.')
		body--;
	if (body == len_bytes && memchr(word, '.', len_bytes) == NULL)
		return false;
	(void)text_next(word, body, &pos);
	return pos == body || memchr(word, '.', body) != NULL;
}

/* "192.0.2.1", "6.1.0": a number, however many dots it has. */
static bool is_in_number(const char *word, size_t len_bytes, size_t at)
{
	return at > 0 && at + 1 < len_bytes && word[at - 1] >= '0' &&
	       word[at - 1] <= '9' && word[at + 1] >= '0' &&
	       word[at + 1] <= '9';
}

static size_t limit_dots(char *word, size_t len_bytes, size_t dots)
{
	if (!is_abbreviation(word, len_bytes))
		return dots;
	for (size_t i = 0; i < len_bytes; i++) {
		if (word[i] != '.' || is_in_number(word, len_bytes, i))
			continue;
		if (dots >= HYGIENE_DOTS)
			word[i] = ' ';
		else
			dots++;
	}
	return dots;
}

static void limit_line_dots(char *text, size_t len_bytes)
{
	size_t start = 0, dots = 0;

	for (size_t i = 0; i <= len_bytes; i++) {
		if (i < len_bytes && text[i] != ' ')
			continue;
		dots = limit_dots(text + start, i - start, dots);
		start = i + 1;
	}
}

/* Dots that became blanks leave double ones. */
static void fold_blanks(struct buf *buf, size_t from)
{
	char *to = buf->data + from;
	const char *at = to, *end = buf->data + buf->len_bytes;

	while (at < end) {
		const char *stop;

		while (at < end && *at == ' ')
			at++;
		stop = memmem(at, (size_t)(end - at), "  ", 2);
		stop = stop != NULL ? stop + 1 : end;
		memmove(to, at, (size_t)(stop - at));
		to += stop - at;
		at = stop;
	}
	while (to > buf->data + from && to[-1] == ' ')
		to--;
	buf_cut(buf, (size_t)(to - buf->data));
}

/*
 * What break_runs() does, for ASCII: no scripts, nothing to compose. Most
 * lines that are not clean are of this kind, as of a double blank.
 */
static void break_ascii(struct buf *out, const char *text, size_t len_bytes)
{
	char *to = buf_reserve(out, len_bytes + len_bytes / HYGIENE_RUN_BYTES) +
		   out->len_bytes;
	const char *start = to;
	size_t run_bytes = 0;
	bool blank_due = false;

	for (size_t i = 0; i < len_bytes; i++) {
		if (text[i] <= ' ' || text[i] == 0x7f) {
			blank_due = to > start;
			continue;
		}
		if (blank_due || run_bytes == HYGIENE_RUN_BYTES) {
			*to++ = ' ';
			run_bytes = 0;
			blank_due = false;
		}
		*to++ = text[i];
		run_bytes++;
	}
	*to = '\0';
	out->len_bytes += (size_t)(to - start);
}

/* The dots of what was added to out after from. */
static void finish_dots(struct buf *out, size_t from)
{
	if (out->len_bytes == from)
		return;
	limit_line_dots(out->data + from, out->len_bytes - from);
	fold_blanks(out, from);
}

static void clean_any(struct buf *out, const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf raw = { 0 };
	SCOPED_BUF struct buf composed = { 0 };

	break_runs(&raw, false, text, len_bytes);
	text_nfkc(&composed, buf_text(&raw), raw.len_bytes);
	break_runs(out, true, buf_text(&composed), composed.len_bytes);
}

/*
 * What clean_any() does, but that a word which needs nothing is taken over: a
 * blank parts runs and scripts, and composes with nothing.
 */
static void clean_each(struct buf *out, const char *text, size_t len_bytes)
{
	const char *end = text + len_bytes;
	size_t from = out->len_bytes;

	while (text < end) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		size_t n = (size_t)((blank != NULL ? blank : end) - text);
		size_t before = out->len_bytes, start;

		if (before > from)
			buf_add_char(out, ' ');
		start = out->len_bytes;
		if (n <= HYGIENE_RUN_BYTES && text_is_common(text, n))
			buf_add(out, text, n);
		else
			clean_any(out, text, n);
		if (out->len_bytes == start)
			buf_cut(out, before);
		text += n + 1;
	}
}

/* "..." for each "\u2026" from at on, which is what NFKC makes of it. */
static void write_dots_out(char *at, char *end)
{
	static const char dots[] = "\u2026";
	const size_t n = sizeof(dots) - 1;

	if (memchr(at, dots[0], (size_t)(end - at)) == NULL)
		return;
	while ((at = memmem(at, (size_t)(end - at), dots, n)) != NULL)
		memcpy(at, "...", n);
}

/*
 * What most lines lack that are not clean: a blank beside a blank, or what the
 * wording shortens words with. False: nothing was added.
 */
static bool clean_usual(struct buf *out, const char *text, size_t len_bytes)
{
	size_t from = out->len_bytes;

	if (len_bytes == 0)
		return true;
	buf_add(out, text, len_bytes);
	write_dots_out(out->data + from, out->data + out->len_bytes);
	fold_blanks(out, from);
	if (hygiene_is_clean(out->data + from, out->len_bytes - from))
		return true;
	buf_cut(out, from);
	return false;
}

void hygiene_clean(struct buf *out, const char *text, size_t len_bytes)
{
	size_t from = out->len_bytes;

	while (len_bytes > 0 && text[len_bytes - 1] == ' ')
		len_bytes--;
	if (hygiene_is_clean(text, len_bytes)) {
		buf_add(out, text, len_bytes);
		return;
	}
	if (clean_usual(out, text, len_bytes))
		return;
	if (text_is_ascii(text, len_bytes))
		break_ascii(out, text, len_bytes);
	else
		clean_each(out, text, len_bytes);
	finish_dots(out, from);
}
