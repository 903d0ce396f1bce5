/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * punctuation.c - symbols by their names, as many as the listener wants.
 *
 * A synthesiser passes over "|", ">", "->", "[ ]" and the dash of "-rf" in
 * silence. At the level "some", made for chat and code, a symbol is named where
 * it carries meaning and left to the voice where it is the punctuation of a
 * sentence; "most" and "all" name it wherever it stands.
 */
#include <string.h>

#include "core/text.h"
#include "speakd/words/clean.h"
#include "speakd/words/symbols.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

enum { NUMERO_BYTES = 3 };

typedef bool context_fn(const struct reading *reading, struct span word,
			size_t pos);

/* ---- where a symbol means something -------------------------------------- */

static bool always(const struct reading *reading, struct span word, size_t pos)
{
	(void)reading;
	(void)word;
	(void)pos;
	return true;
}

static bool never(const struct reading *reading, struct span word, size_t pos)
{
	return !always(reading, word, pos);
}

static char before(struct span word, size_t pos)
{
	return pos > 0 ? word.text[pos - 1] : ' ';
}

/* The directory above, of "cd .."; alone it is a pause. */
static bool is_directory_above(const struct reading *reading, struct span word)
{
	const char *at = word.text, *line = reading->line.text;

	return word.len_bytes == 2 && memcmp(at, "..", 2) == 0 &&
	       at - line >= 3 && memcmp(at - 3, "cd ", 3) == 0 &&
	       (at - line == 3 || !is_word_byte(at[-4]));
}

/* "foo.c", ".bashrc"; not "3.14", "e.g." or the end of a sentence. */
static bool inner_dot(const struct reading *reading, struct span word,
		      size_t pos)
{
	char a = before(word, pos), b = span_at(word, pos + 1);
	char aa = pos > 1 ? word.text[pos - 2] : ' ';
	char bb = span_at(word, pos + 2);

	/* "./configure", "../x" */
	if (is_directory_above(reading, word) ||
	    (a == ' ' && (b == '/' || (b == '.' && bb == '/'))) ||
	    (a == '.' && aa == ' ' && b == '/'))
		return true;
	/* "1..10": from one to the other. */
	if ((b == '.' && ascii_is_digit(a) && ascii_is_digit(bb)) ||
	    (a == '.' && ascii_is_digit(b) && ascii_is_digit(aa)))
		return true;
	if (!is_word_byte(b) || a == '.')
		return false;
	if (a == ' ' || a == '/')
		return !ascii_is_digit(b);
	if (!is_word_byte(a) && a != ')' && a != ']' && a != '_')
		return false;
	if (ascii_is_digit(a) && ascii_is_digit(b))
		return false;
	/* Single letters, each with its dot, are an abbreviation. */
	return !(ascii_is_letter(a) && !is_word_byte(aa) && bb == '.');
}

/* "a:b", "x::y"; not "12:30" or the colon after a name. */
static bool inner_colon(const struct reading *reading, struct span word,
			size_t pos)
{
	char a = before(word, pos), b = span_at(word, pos + 1);

	(void)reading;
	if (a == ':' || b == ':')
		return true;
	if (ascii_is_digit(a) && ascii_is_digit(b))
		return false;
	return is_word_byte(b);
}

/* A digit ends what stands before the word, or begins what follows. */
static bool digit_beside(const struct reading *reading, struct span word)
{
	const char *end = reading->line.text + reading->line.len_bytes;
	const char *a = word.text, *b = word.text + word.len_bytes;

	return a >= reading->line.text + 2 && ascii_is_digit(a[-2]) &&
	       b + 1 < end && ascii_is_digit(b[1]);
}

static bool begins_line(const struct reading *reading, struct span word)
{
	return word.text == reading->line.text;
}

/* The line around word: a sign further away is of something else. */
static struct span around(const struct reading *reading, struct span word)
{
	enum { NEAR_BYTES = 256 };
	const struct span line = reading->line;
	size_t at = (size_t)(word.text - line.text);

	return span_cut(
		line, at > NEAR_BYTES ? at - NEAR_BYTES : 0,
		min_size(line.len_bytes, at + word.len_bytes + NEAR_BYTES));
}

/* Whether a sign of a formula stands alone in it: "a = b - c". */
static bool in_formula(struct span line)
{
	for (size_t i = 1; i + 1 < line.len_bytes; i++)
		if (line.text[i - 1] == ' ' && line.text[i + 1] == ' ' &&
		    line.text[i] != '\0' && strchr("=+*", line.text[i]) != NULL)
			return true;
	return false;
}

/* "i--;", "(n--)", "i--": counted down, as is who gets "bob--" or "al++ bob--";
 * not the dash of "well-- yes" */
static bool counts_down(const struct reading *reading, struct span word,
			size_t pos)
{
	const struct span near = around(reading, word);
	size_t first = span_at(word, pos + 1) == '-' ? pos : pos - 1;

	return first > 0 && first < pos + 1 && span_at(word, first) == '-' &&
	       span_at(word, first + 1) == '-' &&
	       is_word_byte(word.text[first - 1]) &&
	       ((first + 2 == word.len_bytes &&
		 (first == 1 || word.len_bytes == near.len_bytes ||
		  memmem(near.text, near.len_bytes, "++", 2) != NULL)) ||
		strchr(";)]", span_at(word, first + 2)) != NULL);
}

/* "UTC-5", "GMT-05:00" */
static bool is_zone(struct span word, size_t pos)
{
	return pos == 3 && ascii_is_digit(span_at(word, 4)) &&
	       (memcmp(word.text, "UTC", 3) == 0 ||
		memcmp(word.text, "GMT", 3) == 0);
}

/* "-rf", "--force", "-5", "5 - 3", a removed line; not "well-known", "a - b" */
static bool option_dash(const struct reading *reading, struct span word,
			size_t pos)
{
	size_t next = pos;

	if (word.len_bytes == 1)
		return digit_beside(reading, word) ||
		       in_formula(around(reading, word)) ||
		       (begins_line(reading, word) &&
			word.len_bytes < reading->line.len_bytes);
	if (counts_down(reading, word, pos) || is_zone(word, pos))
		return true;
	if (pos > 0 && word.text[pos - 1] != '-' &&
	    strchr("('\"[=,|", word.text[pos - 1]) == NULL)
		return false;
	for (size_t i = 0; i < pos; i++)
		if (is_word_byte(word.text[i]) && before(word, pos) == '-')
			return false;
	while (span_at(word, next) == '-')
		next++;
	return is_word_byte(span_at(word, next)) ||
	       (begins_line(reading, word) &&
		(pos == 0 || before(word, pos) == '-'));
}

/* "[x]", "[ ]": a task that is done, or not. */
static bool is_task(struct span word, size_t open)
{
	return open == 0 && strchr("xX-*", span_at(word, 1)) != NULL &&
	       span_at(word, 2) == ']' && !is_word_byte(span_at(word, 3));
}

/* "foo()", "[]", "a[0]", "[ ]" */
static bool call_bracket(const struct reading *reading, struct span word,
			 size_t pos)
{
	static const char open[] = "([", close[] = ")]";
	const char *at = strchr(open, word.text[pos]);
	size_t depth = 0;

	(void)reading;
	if (at != NULL)
		return span_at(word, pos + 1) == close[at - open] ||
		       word.len_bytes == 1 || is_task(word, pos) ||
		       (word.text[pos] == '[' && pos > 0 &&
			is_word_byte(word.text[pos - 1]));
	at = strchr(close, word.text[pos]);
	for (size_t i = pos; i-- > 0;) {
		if (word.text[i] == word.text[pos])
			depth++;
		else if (word.text[i] == open[at - close] && depth-- == 0)
			return call_bracket(reading, word, i);
	}
	return word.len_bytes == 1;
}

/* "$HOME"; "$5" is money, which a voice knows. */
static bool not_money(const struct reading *reading, struct span word,
		      size_t pos)
{
	(void)reading;
	return !ascii_is_digit(span_at(word, pos + 1)) &&
	       !ascii_is_digit(before(word, pos));
}

static bool not_after_digit(const struct reading *reading, struct span word,
			    size_t pos)
{
	(void)reading;
	return !ascii_is_digit(before(word, pos));
}

/* "foo_bar", "_x"; not the tail of a nick. */
static bool inner_line(const struct reading *reading, struct span word,
		       size_t pos)
{
	(void)reading;
	return word.len_bytes == 1 || is_word_byte(span_at(word, pos + 1)) ||
	       before(word, pos) == '_' || span_at(word, pos + 1) == '_';
}

/* "!x", "if (!x)", "!help", "#!/bin/sh": no exclamation. */
static bool leads(const struct reading *reading, struct span word, size_t pos)
{
	char a = before(word, pos), b = span_at(word, pos + 1);

	(void)reading;
	return a == '#' || a == '$' ||
	       (strchr(" ([&|=!", a) != NULL && (is_word_byte(b) || b == '('));
}

/* "$?" */
static bool after_dollar(const struct reading *reading, struct span word,
			 size_t pos)
{
	(void)reading;
	return before(word, pos) == '$';
}

/* "expected ';'": the symbol itself is meant. */
static bool is_quoted(struct span word, size_t pos)
{
	char a = before(word, pos);

	return (a == '\'' || a == '"' || a == '`') &&
	       span_at(word, pos + 1) == a && word.text[pos] != a;
}

static bool alone(const struct reading *reading, struct span word, size_t pos)
{
	(void)reading;
	(void)pos;
	return word.len_bytes == 1;
}

/* ---- the tables -----------------------------------------------------------
 */

/* clang-format off */
static const struct symbol {
	char c;
	const char *name;
	enum punctuation level; /* named wherever it stands from here on */
	bool keep; /* a voice makes a pause or a tone of it: it stays */
	context_fn *some; /* where "some" names it */
} symbols[] = {
	{ '!',  N_("exclamation mark"), PUNCTUATION_ALL, true, leads },
	{ '"',  N_("quote"), PUNCTUATION_MOST, false, alone },
	{ '#',  N_("hash"), PUNCTUATION_SOME, false, always },
	{ '$',  N_("dollar"), PUNCTUATION_MOST, false, not_money },
	{ '%',  N_("percent"), PUNCTUATION_MOST, false, not_after_digit },
	{ '&',  N_("and"), PUNCTUATION_SOME, false, always },
	{ '\'', N_("apostrophe"), PUNCTUATION_ALL, false, never },
	{ '(',  N_("left parenthesis"), PUNCTUATION_MOST, false, call_bracket },
	{ ')',  N_("right parenthesis"), PUNCTUATION_MOST, false, call_bracket },
	{ '*',  N_("star"), PUNCTUATION_SOME, false, always },
	{ '+',  N_("plus"), PUNCTUATION_SOME, false, always },
	{ ',',  N_("comma"), PUNCTUATION_ALL, true, never },
	{ '-',  N_("dash"), PUNCTUATION_MOST, false, option_dash },
	{ '.',  N_("dot"), PUNCTUATION_ALL, true, inner_dot },
	{ '/',  N_("slash"), PUNCTUATION_SOME, false, always },
	{ ':',  N_("colon"), PUNCTUATION_MOST, true, inner_colon },
	{ ';',  N_("semicolon"), PUNCTUATION_MOST, true, never },
	{ '<',  N_("less than"), PUNCTUATION_SOME, false, always },
	{ '=',  N_("equals"), PUNCTUATION_SOME, false, always },
	{ '>',  N_("greater than"), PUNCTUATION_SOME, false, always },
	{ '?',  N_("question mark"), PUNCTUATION_ALL, true, after_dollar },
	{ '@',  N_("at"), PUNCTUATION_SOME, false, always },
	{ '[',  N_("left bracket"), PUNCTUATION_MOST, false, call_bracket },
	{ '\\', N_("backslash"), PUNCTUATION_SOME, false, always },
	{ ']',  N_("right bracket"), PUNCTUATION_MOST, false, call_bracket },
	{ '^',  N_("caret"), PUNCTUATION_SOME, false, always },
	{ '_',  N_("underscore"), PUNCTUATION_MOST, false, inner_line },
	{ '`',  N_("backquote"), PUNCTUATION_MOST, false, alone },
	{ '{',  N_("left brace"), PUNCTUATION_SOME, false, always },
	{ '|',  N_("bar"), PUNCTUATION_SOME, false, always },
	{ '}',  N_("right brace"), PUNCTUATION_SOME, false, always },
	{ '~',  N_("tilde"), PUNCTUATION_SOME, false, always },
};

/* Of several characters; the longest first. */
static const struct {
	const char *text, *name;
} operators[] = {
	{ "<->", N_("double arrow") },   { "<=>", N_("double arrow") },
	{ "--->", N_("arrow") },         { "===>", N_("arrow") },
	{ "<---", N_("left arrow") },    { "-->", N_("arrow") },
	{ "==>", N_("arrow") },          { "<--", N_("left arrow") },
	{ "->", N_("arrow") },
	{ "=>", N_("arrow") },           { "<-", N_("left arrow") },
	{ "<=", N_("less or equal") },   { ">=", N_("greater or equal") },
	{ "!=", N_("not equal") },       { "-=", N_("minus equals") },
};
/* clang-format on */

/* The table has every symbol of ASCII, in its order. */
static const struct symbol *symbol_of(char c)
{
	if (c >= '!' && c <= '/')
		return &symbols[c - '!'];
	if (c >= ':' && c <= '@')
		return &symbols[c - ':' + 15];
	if (c >= '[' && c <= '`')
		return &symbols[c - '[' + 22];
	return c >= '{' && c <= '~' ? &symbols[c - '{' + 28] : NULL;
}

/* ---- one word --------------------------------------------------------------
 */

/* Text under construction; a name is parted from what is around it. */
struct named {
	struct buf *out;
	const struct reading *reading;
	bool gap_due, found;
};

static void add_name(struct named *named, const char *name)
{
	word_gap(named->out);
	buf_add_text(named->out, name);
	named->gap_due = true;
	named->found = true;
}

/* next: what follows in the word, which tells whether a quote opens. */
static void add_plain(struct named *named, const char *bytes, size_t len_bytes,
		      char next)
{
	bool opens = bytes[0] == '"' || bytes[0] == '\'';

	if (named->gap_due && (strchr(" ,.;:!?)]\"'", bytes[0]) == NULL ||
			       (opens && next != '\0' && is_word_byte(next))))
		buf_add_char(named->out, ' ');
	named->gap_due = false;
	buf_add(named->out, bytes, len_bytes);
}

/* The bytes of an operator at pos, which is named; 0: none. */
static size_t name_operator(struct named *named, struct span word, size_t pos)
{
	const char next = span_at(word, pos + 1);

	/* The second byte of all is one of three. */
	if (named->reading->punctuation == PUNCTUATION_ALL ||
	    (next != '-' && next != '=' && next != '>') ||
	    strchr("-=<>!", word.text[pos]) == NULL)
		return 0;
	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		size_t n = strlen(operators[i].text);

		if (word.len_bytes - pos < n ||
		    memcmp(word.text + pos, operators[i].text, n) != 0)
			continue;
		/* "x <-5" compares; "<--" with more to come is a row. */
		if (operators[i].text[0] == '<' && n == 2 &&
		    operators[i].text[1] == '-' &&
		    ascii_is_digit(span_at(word, pos + 2)))
			return 0;
		add_name(named,
			 reading_text(named->reading, operators[i].name));
		return n;
	}
	return 0;
}

/* "100 km/h", "5MB/s": so much in a time. */
static bool is_per(const struct reading *reading, struct span word, size_t pos)
{
	static const char *const times[] = {
		"s",	"sec", "second", "min",	  "minute", "h",
		"hour", "day", "week",	 "month", "year",   "yr"
	};
	struct span unit;
	size_t end = pos + 1;
	bool number = word.text >= reading->line.text + 2 &&
		      word.text[-1] == ' ' && ascii_is_digit(word.text[-2]);

	while (ascii_is_letter(span_at(word, end)))
		end++;
	if ((!number && digits_at(word, 0) == 0) ||
	    !ascii_is_letter(before(word, pos)) ||
	    is_word_byte(span_at(word, end)) || span_at(word, end) == '/')
		return false;
	unit = span_cut(word, pos + 1, end);
	for (size_t i = 0; i < COUNT_OF(times); i++)
		if (span_is(unit, times[i]))
			return true;
	return false;
}

/* "#12", "lxc#12", "bug#12"; "#00ff7f" is a colour. */
static bool number_follows(struct span word, size_t pos)
{
	size_t digits = digits_at(word, pos + 1);

	return digits > 0 && !ascii_is_letter(span_at(word, pos + 1 + digits));
}

/* "#12" is number 12, "C#" a musical sign, "-5" and "5 - 3" minus. */
static const char *name_in_place(const struct reading *reading,
				 struct span word, size_t pos)
{
	char c = word.text[pos], next = span_at(word, pos + 1);

	if (c == '#' && number_follows(word, pos))
		return N_("number");
	if (c == '#' && pos > 0 && pos < 3 &&
	    ascii_is_letter(word.text[pos - 1]) && !is_word_byte(next))
		return N_("sharp");
	if (c == '-' &&
	    (ascii_is_digit(next) ||
	     (word.len_bytes == 1 && (digit_beside(reading, word) ||
				      in_formula(around(reading, word))))))
		return N_("minus");
	if (c == '/' && is_per(reading, word, pos))
		return N_("per");
	return NULL;
}

static size_t row_at(struct span word, size_t pos)
{
	size_t n = 1;

	while (pos + n < word.len_bytes && word.text[pos + n] == word.text[pos])
		n++;
	return n;
}

/* A sign as the listener has it in their own file; false: they have not. */
static bool add_own(struct named *named, struct span sign)
{
	const char *name;

	if (!symbols_own(named->reading->symbols, sign,
			 named->reading->punctuation, &name))
		return false;
	if (name != NULL)
		add_name(named, name);
	else
		add_plain(named, sign.text, sign.len_bytes, '\0');
	return true;
}

static size_t add_symbol(struct named *named, struct span word, size_t pos)
{
	const struct reading *reading = named->reading;
	const struct symbol *symbol = symbol_of(word.text[pos]);
	const char *own;
	size_t n;

	if (symbol == NULL) {
		add_plain(named, word.text + pos, 1, span_at(word, pos + 1));
		return 1;
	}
	/* A long row is the rule on rows' to count, or the voice's to say. */
	n = row_at(word, pos);
	if (n >= CLEAN_ROW_BYTES) {
		add_plain(named, word.text + pos, n, span_at(word, pos + n));
		return n;
	}
	n = name_operator(named, word, pos);
	if (n > 0 || add_own(named, span_cut(word, pos, pos + 1)))
		return max_size(n, 1);
	if (reading->punctuation < symbol->level &&
	    !symbol->some(reading, word, pos) && !is_quoted(word, pos)) {
		add_plain(named, word.text + pos, 1, span_at(word, pos + 1));
		return 1;
	}
	own = name_in_place(reading, word, pos);
	add_name(named,
		 reading_text(reading, own != NULL ? own : symbol->name));
	if (symbol->keep && reading->punctuation >= symbol->level &&
	    !is_word_byte(span_at(word, pos + 1)))
		add_plain(named, word.text + pos, 1, span_at(word, pos + 1));
	return 1;
}

/*
 * Dashes and quotes of printers, what Spanish sentences begin with: punctuation
 * of sentences below "most".
 */
static bool is_typographic(int32_t code)
{
	return (code >= 0x2010 && code <= 0x201f) || code == 0x2026 ||
	       code == 0xab || code == 0xbb || code == 0xa1 || code == 0xbf;
}

/* A sign beyond ASCII, by what is installed; that takes a while to read. */
static size_t add_sign(struct named *named, struct span word, size_t pos)
{
	struct span rest = span_cut(word, pos, word.len_bytes);
	size_t n = 0;
	int32_t code = text_next(rest.text, rest.len_bytes, &n);
	const char *name = NULL;

	if (add_own(named, span_cut(rest, 0, n)))
		return n;
	if (symbols_is_sign(code) &&
	    (named->reading->punctuation >= PUNCTUATION_MOST ||
	     !is_typographic(code)))
		name = symbols_sign(named->reading->symbols,
				    span_cut(rest, 0, n),
				    named->reading->punctuation);
	if (name != NULL)
		add_name(named, name);
	else
		add_plain(named, rest.text, n, span_at(rest, n));
	return n;
}

/* "x\u00b2", "10\u2076": NFKC would make x2 and 106 of them. */
static size_t add_power(struct named *named, struct span word, size_t pos)
{
	static const char *const digits[] = {
		"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074", "\u2075",
		"\u2076", "\u2077", "\u2078", "\u2079", "\u207b", "\u207f",
	};
	static const char spoken[] = "0123456789-n";
	const struct reading *reading = named->reading;
	char power[16];
	size_t n = 0, end = pos;

	/* All begin with one of these bytes; a note's number stands after no
	 * word. */
	if (pos == 0 || (word.text[pos] != '\xc2' && word.text[pos] != '\xe2'))
		return 0;
	for (size_t i = 0; i < COUNT_OF(digits) && n + 1 < sizeof(power);) {
		size_t bytes;

		if (span_at(word, end) != digits[i][0]) {
			i++;
			continue;
		}
		bytes = strlen(digits[i]);
		if (word.len_bytes - end < bytes ||
		    memcmp(word.text + end, digits[i], bytes) != 0) {
			i++;
			continue;
		}
		power[n++] = spoken[i];
		end += bytes;
		i = 0;
	}
	power[n] = '\0';
	if (n == 0)
		return 0;
	if (strcmp(power, "2") == 0 || strcmp(power, "3") == 0) {
		add_name(named,
			 reading_text(reading, power[0] == '2' ? N_("squared")
							       : N_("cubed")));
		return end - pos;
	}
	add_name(named, reading_text(reading, N_("to the power of")));
	if (power[0] == '-')
		add_name(named, reading_text(reading, N_("minus")));
	add_name(named, power + (power[0] == '-'));
	return end - pos;
}

/* "n\u00b0 5", "N\u00ba5" */
static bool is_numero(struct span word)
{
	return word.len_bytes >= NUMERO_BYTES &&
	       ascii_lower(word.text[0]) == 'n' &&
	       (memcmp(word.text + 1, "\u00b0", 2) == 0 ||
		memcmp(word.text + 1, "\u00ba", 2) == 0);
}

bool word_punctuation(struct buf *out, const struct reading *reading,
		      struct span word)
{
	struct named named = { .out = out, .reading = reading };
	size_t was_bytes = out->len_bytes, first = 0;

	if (reading->punctuation == PUNCTUATION_NONE)
		return false;
	if (is_numero(word)) {
		add_name(&named, reading_text(reading, N_("number")));
		first = NUMERO_BYTES;
	}
	for (size_t pos = first; pos < word.len_bytes;) {
		char c = word.text[pos];
		size_t run = pos;

		while (ascii_is_alnum(span_at(word, run)))
			run++;
		if (run > pos) {
			add_plain(&named, word.text + pos, run - pos,
				  span_at(word, run));
			pos = run;
		} else if ((unsigned char)c >= 0x80) {
			size_t n = add_power(&named, word, pos);

			pos += n > 0 ? n : add_sign(&named, word, pos);
		} else {
			pos += add_symbol(&named, word, pos);
		}
	}
	if (!named.found)
		buf_cut(out, was_bytes);
	return named.found;
}

const char *punctuation_name(char c)
{
	const struct symbol *symbol = symbol_of(c);

	return symbol != NULL ? symbol->name : NULL;
}
