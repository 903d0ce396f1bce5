/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * markup.c - what other programs would show as something else: "&gt;",
 * "**so**", "<@1234>", ":joy:", and pictures made of characters.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "speakd/words/catalogue.h"
#include "speakd/words/entity.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* ---- "&amp;" ----------------------------------------------------------------
 */

static bool decode_entities(struct buf *out, const struct reading *reading,
			    struct span word)
{
	SCOPED_BUF struct buf text = { 0 };
	bool found = false;

	for (size_t pos = 0; pos < word.len_bytes;) {
		uint32_t code;
		size_t n = entity_at(word, pos, &code);

		if (n == 0) {
			buf_add_char(&text, word.text[pos++]);
			continue;
		}
		buf_add_code(&text, code);
		pos += n;
		found = true;
	}
	if (found)
		word_clean_without(out, reading, WORDING_MARKUP,
				   span_of(text.data, text.len_bytes));
	return found;
}

/* ---- "<@123>", "<:kekw:123>", ":thumbsup:" ------------------------------- */

/* clang-format off */
static const struct {
	const char *code, *name;
} shortcodes[] = {
	{ "+1", N_("thumbs up") },        { "thumbsup", N_("thumbs up") },
	{ "-1", N_("thumbs down") },      { "thumbsdown", N_("thumbs down") },
	{ "tada", N_("party popper") },   { "joy", N_("tears of joy") },
	{ "heart", N_("red heart") },     { "simple_smile", N_("smile") },
	{ "slightly_smiling_face", N_("smiling face") },
	{ "white_check_mark", N_("green tick") },
	{ "x", N_("red cross") },         { "shrug", N_("shrug") },
};
/* clang-format on */

/* "party_parrot": its name is what it was called. */
static void add_shortcode(struct buf *out, const struct reading *reading,
			  struct span code)
{
	for (size_t i = 0; i < COUNT_OF(shortcodes); i++) {
		if (!span_is(code, shortcodes[i].code))
			continue;
		buf_add_text(out, reading_text(reading, shortcodes[i].name));
		return;
	}
	for (size_t i = 0; i < code.len_bytes; i++)
		buf_add_char(out, code.text[i] == '_' ? ' ' : code.text[i]);
}

/* The name between the colons at pos: its bytes, or 0. */
static size_t shortcode_bytes(struct span word, size_t pos)
{
	size_t n = 1;

	if (span_at(word, pos) != ':')
		return 0;
	while (ascii_is_alnum(span_at(word, pos + n)) ||
	       strchr("_+-", span_at(word, pos + n)) != NULL)
		n++;
	if (n == 1 || span_at(word, pos + n) != ':')
		return 0;
	/* "10:30:15" is a time, "::x:" is code. */
	for (size_t i = 1; i < n; i++)
		if (ascii_is_letter(word.text[pos + i]) || n == 3)
			return n - 1;
	return 0;
}

/* "<t:1700000000:R>" up to end: a time, shown where one is. */
static bool add_time(struct buf *out, struct span word, size_t end)
{
	char text[sizeof("2026-11-28 12:58")];
	char *stop;
	struct tm local;
	time_t when;

	if (end < 4 || memcmp(word.text, "<t:", 3) != 0 ||
	    !ascii_is_digit(word.text[3]))
		return false;
	when = (time_t)strtoll(word.text + 3, &stop, 10);
	if ((*stop != ':' && stop != word.text + end) ||
	    localtime_r(&when, &local) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local) == 0)
		return false;
	buf_add_text(out, text);
	return true;
}

/*
 * "@alice", which a bridge could not resolve, Slack's "!here" and
 * "@U024|alice", of which the name is said. An id has no small letter.
 */
static bool say_named(struct buf *out, const struct reading *reading,
		      struct span reference)
{
	const char *bar = memchr(reference.text, '|', reference.len_bytes);
	const char *colon = memchr(reference.text, ':', reference.len_bytes);
	size_t from = bar != NULL ? (size_t)(bar - reference.text) + 1 : 1;
	SCOPED_BUF struct buf named = { 0 };
	bool small = false;

	/* "@alice:example.org" of Matrix */
	if (colon != NULL &&
	    memchr(colon, '.',
		   reference.len_bytes - (size_t)(colon - reference.text)) !=
		    NULL)
		reference.len_bytes = (size_t)(colon - reference.text);
	for (size_t i = from; i < reference.len_bytes; i++) {
		const char c = reference.text[i];

		if (!is_word_byte(c) && strchr("_-.", c) == NULL)
			return false;
		small |= (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
	}
	if (from >= reference.len_bytes || (bar == NULL && !small))
		return false;
	buf_add_char(&named, reference.text[0] == '#' ? '#' : '@');
	buf_add(&named, reference.text + from, reference.len_bytes - from);
	word_clean_without(out, reading, WORDING_MARKUP, span_of_buf(&named));
	return true;
}

/* What a chat program wrote for a person, a channel, an own emoji, a time. */
static bool say_reference(struct buf *out, const struct reading *reading,
			  struct span word)
{
	size_t at = span_at(word, 1) == 'a' ? 2 : 1;
	size_t end = 2, name;
	const char *said;

	if (word.text[0] != '<')
		return false;
	while (end < word.len_bytes && word.text[end] != '>')
		end++;
	if (end >= word.len_bytes || end < 4)
		return false;
	name = shortcode_bytes(word, at);
	if (add_time(out, word, end)) {
		/* It is said. */
	} else if (name > 0) {
		add_shortcode(out, reading,
			      span_cut(word, at + 1, at + 1 + name));
	} else if (strchr("@#!", word.text[1]) == NULL) {
		return false;
	} else if (!say_named(out, reading, span_cut(word, 1, end))) {
		for (size_t i = 2; i < end; i++)
			if (word.text[1] == '!' ||
			    (!ascii_is_alnum(word.text[i]) &&
			     strchr("!&", word.text[i]) == NULL))
				return false;
		said = word.text[1] == '@' ? N_("mention") : N_("a channel");
		buf_add_text(out, reading_text(reading, said));
	}
	if (is_word_byte(span_at(word, end + 1)))
		word_gap(out);
	word_clean(out, reading, span_cut(word, end + 1, word.len_bytes));
	return true;
}

static bool say_shortcodes(struct buf *out, const struct reading *reading,
			   struct span word)
{
	size_t name = shortcode_bytes(word, 0);

	if (name == 0)
		return false;
	add_shortcode(out, reading, span_cut(word, 1, 1 + name));
	if (name + 2 < word.len_bytes &&
	    (is_word_byte(word.text[name + 2]) || word.text[name + 2] == ':'))
		word_gap(out);
	word_clean(out, reading, span_cut(word, name + 2, word.len_bytes));
	return true;
}

/* ---- "**so**", "*so*", "_so_" -------------------------------------------- */

/* Each word that has marks looks so far for those at the other end. */
enum { EMPHASIS_BYTES = 512 };

/* clang-format off */
static const struct {
	char c;
	size_t least, most; /* so many of them stand together */
	const char *name; /* what they mean; NULL: emphasis, which is not said */
} marks_of[] = {
	{ '*', 1, 3, NULL },
	{ '_', 1, 1, NULL },
	{ '~', 2, 2, N_("struck out") },
	{ '|', 2, 2, N_("spoiler") },
};
/* clang-format on */

/* How many marks of one kind stand at text. */
static size_t marks_at(const char *text, const char *end)
{
	size_t n = 1;

	if (text >= end)
		return 0;
	for (size_t i = 0; i < COUNT_OF(marks_of); i++) {
		if (*text != marks_of[i].c)
			continue;
		while (n < marks_of[i].most && text + n < end &&
		       text[n] == *text)
			n++;
		return n < marks_of[i].least ? 0 : n;
	}
	return 0;
}

/* What the marks c mean, if that is to be said. */
static const char *marks_name(char c)
{
	for (size_t i = 0; i < COUNT_OF(marks_of); i++)
		if (marks_of[i].c == c)
			return marks_of[i].name;
	return NULL;
}

static bool closes(const char *at, const char *begin, const char *end,
		   size_t marks)
{
	return at > begin && at[-1] != ' ' && at[-1] != *at &&
	       (at + marks == end ||
		(!is_word_byte(at[marks]) && at[marks] != *at));
}

static bool opens(const char *at, const char *begin, const char *end,
		  size_t marks)
{
	return (at == begin || strchr(" (\"'", at[-1]) != NULL) &&
	       at + marks < end && is_word_byte(at[marks]);
}

/* The marks that open at the word's start, if they are closed after it. */
static size_t opening(struct span line, struct span word)
{
	const char *end = line.text + line.len_bytes;
	const char *last = end - word.text > EMPHASIS_BYTES
				   ? word.text + EMPHASIS_BYTES
				   : end;
	size_t marks = marks_at(word.text, end);

	if (marks == 0 || !opens(word.text, line.text, end, marks))
		return 0;
	for (const char *at = word.text + marks; at + marks <= last; at++)
		if (memcmp(at, word.text, marks) == 0 &&
		    closes(at, line.text, end, marks))
			return marks;
	return 0;
}

/* Those that close at the word's end; *ret_at: where, in the word. */
static size_t closing(struct span line, struct span word, size_t *ret_at)
{
	const char *end = line.text + line.len_bytes, *begin = line.text;
	size_t stop = word.len_bytes;
	size_t first, marks;

	while (stop > 0 && strchr(".,;:!?)\"'", word.text[stop - 1]) != NULL)
		stop--;
	first = stop;
	while (first > 0 && word.text[first - 1] == word.text[stop - 1])
		first--;
	marks = stop > 0 ? marks_at(word.text + first, end) : 0;
	if (marks == 0 || first + marks != stop)
		return 0;
	*ret_at = stop - marks;
	if (!closes(word.text + *ret_at, line.text, end, marks))
		return 0;
	if (word.text + stop - begin > EMPHASIS_BYTES)
		begin = word.text + stop - EMPHASIS_BYTES;
	for (const char *at = word.text + *ret_at; at > begin; at--)
		if (memcmp(at - 1, word.text + *ret_at, marks) == 0 &&
		    opens(at - 1, line.text, end, marks))
			return marks;
	return 0;
}

static bool drop_emphasis(struct buf *out, const struct reading *reading,
			  struct span word)
{
	size_t at = word.len_bytes, lead = 0;
	size_t open, close;

	if (reading->punctuation >= PUNCTUATION_MOST)
		return false;
	while (lead < at && strchr("(\"'", word.text[lead]) != NULL)
		lead++;
	open = opening(reading->line, span_cut(word, lead, at));
	close = closing(reading->line, word, &at);
	if ((open == 0 && close == 0) || lead + open > at)
		return false;
	if (close == 0)
		at = word.len_bytes;
	buf_add(out, word.text, lead);
	if (open > 0 && marks_name(word.text[lead]) != NULL)
		buf_addf(out, "%s ",
			 reading_text(reading, marks_name(word.text[lead])));
	word_clean(out, reading, span_cut(word, lead + open, at));
	word_clean_without(out, reading, WORDING_MARKUP,
			   span_cut(word, at + close, word.len_bytes));
	return true;
}

bool word_markup(struct buf *out, const struct reading *reading,
		 struct span word)
{
	if (memchr(word.text, '&', word.len_bytes) != NULL &&
	    decode_entities(out, reading, word))
		return true;
	return say_reference(out, reading, word) ||
	       say_shortcodes(out, reading, word) ||
	       drop_emphasis(out, reading, word);
}

/* ---- pictures made of characters ----------------------------------------- */

/* clang-format off */
static const struct {
	const char *text, *name;
} faces[] = {
	{ "\u00af\\_(\u30c4)_/\u00af", N_("shrug") },
	{ "\u00af\\\\_(\u30c4)_/\u00af", N_("shrug") },
	{ "\u00af\\(\u30c4)/\u00af", N_("shrug") },
	{ "(\u256f\u00b0\u25a1\u00b0)\u256f\ufe35 \u253b\u2501\u253b", N_("flips a table") },
	{ "(\u256f\u00b0\u25a1\u00b0\uff09\u256f\ufe35 \u253b\u2501\u253b", N_("flips a table") },
	{ "\u253b\u2501\u253b", N_("flipped table") },
	{ "\u252c\u2500\u252c\u30ce( \u00ba _ \u00ba\u30ce)", N_("puts the table back") },
	{ "\u252c\u2500\u252c", N_("table") },
	{ "( \u0361\u00b0 \u035c\u0296 \u0361\u00b0)", N_("smirk") },
	{ "(\u0ca0_\u0ca0)", N_("disapproving look") },
	{ "\u0ca0_\u0ca0", N_("disapproving look") },
	{ "(\u2310\u25a0_\u25a0)", N_("cool") },
	{ "(\u00ac_\u00ac)", N_("doubtful") },
	{ "\u00ac_\u00ac", N_("doubtful") },
	{ "\u2570(*\u00b0\u25bd\u00b0*)\u256f", N_("cheers") },
	{ "\u0f3c \u3064 \u25d5_\u25d5 \u0f3d\u3064", N_("hug") },
	{ "\u0295\u2022\u1d25\u2022\u0294", N_("bear") },
	{ "(\u3065\uff61\u25d5\u203f\u203f\u25d5\uff61)\u3065", N_("hug") },
};
/* clang-format on */

/* The face at text; their count: none. */
static size_t face_at(const char *text, const char *end)
{
	size_t i = 0;

	for (; i < COUNT_OF(faces); i++) {
		size_t n;

		if (*text != *faces[i].text)
			continue;
		n = strlen(faces[i].text);
		if ((size_t)(end - text) >= n &&
		    memcmp(text, faces[i].text, n) == 0)
			break;
	}
	return i;
}

bool markup_name_faces(struct buf *out, const struct reading *reading,
		       const char *text, size_t len_bytes)
{
	const char *end = text + len_bytes, *plain = text;
	bool found = false;

	for (const char *at = text; at < end; at++) {
		size_t i;

		if (*at != '(' && (unsigned char)*at < 0xc2)
			continue;
		i = face_at(at, end);
		if (i == COUNT_OF(faces))
			continue;
		buf_add(out, plain, (size_t)(at - plain));
		word_gap(out);
		buf_add_text(out, reading_text(reading, faces[i].name));
		plain = at + strlen(faces[i].text);
		at = plain - 1;
		if (plain < end && is_word_byte(*plain))
			buf_add_char(out, ' ');
		found = true;
	}
	if (found)
		buf_add(out, plain, (size_t)(end - plain));
	return found;
}
