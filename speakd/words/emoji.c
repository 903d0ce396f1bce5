/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * emoji.c - pictures have names: "grinning face", "flag D E", "smile" for :).
 *
 * A sequence is looked up whole, then without skin tones, then part by part.
 * Source: Unicode Technical Standard 51, "Emoji sequences".
 */
#include <string.h>

#include "core/text.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/clean.h"
#include "speakd/words/symbols.h"
#include "speakd/words/template.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

enum {
	ZERO_WIDTH_JOINER = 0x200d,
	VARIATION_TEXT = 0xfe0e,
	VARIATION_EMOJI = 0xfe0f,
	KEYCAP = 0x20e3,
	SKIN_FIRST = 0x1f3fb,
	SKIN_LAST = 0x1f3ff,
	FLAG_A = 0x1f1e6,
	FLAG_Z = 0x1f1ff,
	MALE = 0x2642,
	FEMALE = 0x2640,
	PARTS_MAX = 10, /* of one picture; the longest that is known has 8 */
};

/* clang-format off */
static const struct {
	const char *text, *name;
} emoticons[] = {
	{ ":)", N_("smile") },      { ":-)", N_("smile") },
	{ ":^)", N_("smile") },
	{ "=)", N_("smile") },      { ":]", N_("smile") },
	{ "(:", N_("smile") },      { "^^", N_("smile") },
	{ "^_^", N_("smile") },     { ":(", N_("sad") },
	{ ":-(", N_("sad") },       { "=(", N_("sad") },
	{ ":'(", N_("crying") },    { ";)", N_("wink") },
	{ ";-)", N_("wink") },      { ":D", N_("grin") },
	{ ":-D", N_("grin") },      { "=D", N_("grin") },
	{ ":P", N_("tongue") },     { ":-P", N_("tongue") },
	{ ":p", N_("tongue") },     { ":-p", N_("tongue") },
	{ ";P", N_("tongue") },     { "=P", N_("tongue") },
	{ ":/", N_("doubtful") },   { ":-/", N_("doubtful") },
	{ ":|", N_("straight face") }, { ":-|", N_("straight face") },
	{ ":o", N_("surprised") },  { ":O", N_("surprised") },
	{ ":-o", N_("surprised") }, { ":-O", N_("surprised") },
	{ ":*", N_("kiss") },       { ":-*", N_("kiss") },
	{ "<3", N_("heart") },      { "</3", N_("broken heart") },
	{ "8)", N_("cool") },       { "8-)", N_("cool") },
	{ "B-)", N_("cool") },      { "\\o/", N_("cheers") },
	{ "o/", N_("waves") },      { "\\o", N_("waves") },
	{ "-_-", N_("annoyed") },   { "o_O", N_("confused") },
	{ "O_o", N_("confused") },  { ">:(", N_("angry") },
	{ ":<", N_("sad") },        { ":>", N_("smile") },
	{ ":3", N_("smile") },      { ">_>", N_("doubtful") },
	{ "<_<", N_("doubtful") },  { "/!\\", N_("warning") },
	{ ">_<", N_("annoyed") },   { ";_;", N_("crying") },
	{ "T_T", N_("crying") },    { "D:", N_("sad") },
};

/* What may begin a picture; the names of those that nothing names. */
static const struct {
	int32_t first, last;
	const char *name; /* NULL: without a name it is none */
} blocks[] = {
	{ 0xa9, 0xa9, NULL },           { 0xae, 0xae, NULL },
	{ 0x203c, 0x2049, NULL },
	{ 0x2122, 0x2139, NULL },       { 0x2190, 0x21ff, NULL },
	{ 0x2300, 0x23e8, NULL },       { 0x23e9, 0x23fa, N_("symbol") },
	{ 0x25a0, 0x25ff, NULL },
	{ 0x2713, 0x2714, N_("tick") }, { 0x2715, 0x2718, N_("cross") },
	{ 0x276f, 0x276f, N_("arrow") }, { 0x2794, 0x27be, N_("arrow") },
	{ 0x27f5, 0x27ff, N_("arrow") },
	{ 0x2600, 0x27bf, N_("symbol") },
	{ 0x2934, 0x2935, NULL },       { 0x2b00, 0x2b1a, NULL },
	{ 0x2b1b, 0x2b55, N_("symbol") }, { 0x3030, 0x303d, NULL },
	{ 0x3297, 0x3299, NULL },       { FLAG_A, FLAG_Z, N_("flag") },
	{ 0x1f000, 0x1f0ff, N_("game tile") }, { 0x1f170, 0x1f19a, NULL },
	{ 0x1f201, 0x1f251, NULL },     { 0x1f300, 0x1faff, N_("emoji") },
};
/* clang-format on */

/* One emoji as it stands in the text: its parts, without what modifies them. */
struct picture {
	int32_t parts[PARTS_MAX];
	size_t count;
	size_t bytes; /* of the text that it takes */
	size_t block;
};

static bool find_block(int32_t code, size_t *ret)
{
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		if (code < blocks[i].first || code > blocks[i].last)
			continue;
		*ret = i;
		return true;
	}
	return false;
}

static int32_t code_at(struct span text, size_t *pos)
{
	return text_next(text.text, text.len_bytes, pos);
}

/* After a part: variation selector, skin tone, tags of a regional flag. */
static size_t skip_modifiers(struct span text, size_t pos)
{
	for (;;) {
		size_t next = pos;
		int32_t code = code_at(text, &next);

		if (code != VARIATION_TEXT && code != VARIATION_EMOJI &&
		    !(code >= SKIN_FIRST && code <= SKIN_LAST) &&
		    !(code >= 0xe0020 && code <= 0xe007f))
			return pos;
		pos = next;
	}
}

/* Parts with joiners between them, or the two letters of a flag. */
static void read_parts(struct span text, size_t pos, struct picture *picture)
{
	for (;;) {
		size_t next = pos, block;
		int32_t code = code_at(text, &next);
		bool flag = picture->count == 1 && code >= FLAG_A &&
			    code <= FLAG_Z && picture->parts[0] >= FLAG_A &&
			    picture->parts[0] <= FLAG_Z;

		if (code == ZERO_WIDTH_JOINER)
			code = code_at(text, &next);
		else if (!flag)
			break;
		if (picture->count == PARTS_MAX || !find_block(code, &block))
			break;
		picture->parts[picture->count++] = code;
		pos = skip_modifiers(text, next);
	}
	picture->bytes = pos;
}

/* Whether something that may be an emoji begins at pos. "1" may. */
static bool read_picture(struct span text, size_t pos, struct picture *ret)
{
	struct span rest = span_cut(text, pos, text.len_bytes);
	size_t next = 0;
	int32_t code = code_at(rest, &next);

	*ret = (struct picture){ .parts = { code }, .count = 1 };
	if (code < 0x80) {
		if (code != '#' && code != '*' && !(code >= '0' && code <= '9'))
			return false;
		next = skip_modifiers(rest, next);
		if (code_at(rest, &next) != KEYCAP)
			return false;
		ret->bytes = next;
		return true;
	}
	if (!find_block(code, &ret->block))
		return false;
	read_parts(rest, skip_modifiers(rest, next), ret);
	return true;
}

/* ---- names ------------------------------------------------------------------
 */

static const char *look_up(const struct reading *reading,
			   const struct buf *sequence)
{
	const char *name =
		symbols_emoji(reading->symbols,
			      span_of(buf_text(sequence), sequence->len_bytes));

	return name != NULL ? reading_text(reading, name) : NULL;
}

static bool add_whole(struct buf *out, const struct reading *reading,
		      const struct picture *picture)
{
	SCOPED_BUF struct buf sequence = { 0 };
	const char *name;

	for (size_t i = 0; i < picture->count; i++) {
		if (i > 0)
			buf_add_code(&sequence, ZERO_WIDTH_JOINER);
		buf_add_code(&sequence, (uint32_t)picture->parts[i]);
	}
	name = look_up(reading, &sequence);
	if (name != NULL)
		buf_add_text(out, name);
	return name != NULL;
}

static const char *part_name(const struct reading *reading, int32_t code)
{
	SCOPED_BUF struct buf sequence = { 0 };

	buf_add_code(&sequence, (uint32_t)code);
	return look_up(reading, &sequence);
}

static bool is_person(int32_t code)
{
	return (code >= 0x1f466 && code <= 0x1f469) || code == 0x1f9d1;
}

static bool is_family(const struct picture *picture)
{
	for (size_t i = 0; i < picture->count; i++)
		if (!is_person(picture->parts[i]))
			return false;
	return picture->count > 1;
}

/* "woman with laptop"; people are a family. */
static bool add_parts(struct buf *out, const struct reading *reading,
		      const struct picture *picture)
{
	size_t said = 0;

	if (is_family(picture)) {
		buf_add_text(out, reading_text(reading, N_("family")));
		return true;
	}
	for (size_t i = 0; i < picture->count; i++) {
		int32_t code = picture->parts[i];
		const char *name = part_name(reading, code);

		if ((code == MALE || code == FEMALE) && i > 0)
			continue;
		if (name == NULL && said == 0)
			name = blocks[picture->block].name;
		if (name == NULL)
			continue;
		if (said++ > 0)
			buf_addf(out, " %s ",
				 reading_text(reading, N_("with")));
		buf_add_text(out, reading_text(reading, name));
	}
	return said > 0;
}

/* By its country, or by the two letters that it is made of. */
static void add_flag(struct buf *out, const struct reading *reading,
		     const struct picture *picture)
{
	SCOPED_BUF struct buf sequence = { 0 };
	const char *name;

	for (size_t i = 0; i < picture->count; i++)
		buf_add_code(&sequence, (uint32_t)picture->parts[i]);
	name = look_up(reading, &sequence);
	if (name != NULL) {
		buf_add_text(out, name);
		return;
	}
	buf_add_text(out, reading_text(reading, N_("flag")));
	for (size_t i = 0; i < picture->count; i++)
		buf_addf(out, " %c", 'A' + (int)(picture->parts[i] - FLAG_A));
}

/* False, with out unchanged, for a sign that has no name. */
static bool add_name(struct buf *out, const struct reading *reading,
		     const struct picture *picture)
{
	int32_t first = picture->parts[0];

	if (first < 0x80) {
		buf_addf(out, "%s %c", reading_text(reading, N_("key")),
			 (char)first);
		return true;
	}
	if (first >= FLAG_A && first <= FLAG_Z) {
		add_flag(out, reading, picture);
		return true;
	}
	return add_whole(out, reading, picture) ||
	       add_parts(out, reading, picture);
}

static bool same_picture(const struct picture *a, const struct picture *b)
{
	return a->count == b->count &&
	       memcmp(a->parts, b->parts, a->count * sizeof(a->parts[0])) == 0;
}

/* How often the same emoji follows, moving *pos past the last. */
static size_t count_same(struct span text, const struct picture *picture,
			 size_t *pos)
{
	size_t count = 1;

	for (;;) {
		struct picture next;
		size_t ahead = *pos;

		while (ahead < text.len_bytes && text.text[ahead] == ' ')
			ahead++;
		if (!read_picture(text, ahead, &next) ||
		    !same_picture(picture, &next))
			return count;
		*pos = ahead + next.bytes;
		count++;
	}
}

/* Every emoji and keycap but (c) and (r) begins or ends from U+2000 on. */
static bool may_hold_emoji(const char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)text[i] >= 0xe2)
			return true;
	return false;
}

/* No arrow or sign, which is part of a sentence. */
static bool is_drawn(const struct picture *picture)
{
	return picture->parts[0] >= 0x2600;
}

/* Another one follows, so that a pause must part their names. */
static bool picture_follows(struct span text, size_t pos)
{
	struct picture next;

	while (span_at(text, pos) == ' ' && pos < text.len_bytes)
		pos++;
	return pos < text.len_bytes && read_picture(text, pos, &next) &&
	       is_drawn(&next);
}

static void add_count(struct buf *out, const struct reading *reading,
		      size_t count)
{
	if (count > 1)
		template_count(out,
			       reading_many(reading, ", $count time",
					    ", $count times", count),
			       count);
}

bool emoji_name_all(struct buf *out, const struct reading *reading,
		    const char *text, size_t len_bytes)
{
	struct span span = span_of(text, len_bytes);
	size_t pos = 0, plain = 0, was_bytes = out->len_bytes;
	bool found = false;

	if (!may_hold_emoji(text, len_bytes))
		return false;
	while (pos < len_bytes) {
		SCOPED_BUF struct buf name = { 0 };
		struct picture picture;
		size_t start = pos;

		if (!read_picture(span, pos, &picture) ||
		    !add_name(&name, reading, &picture)) {
			(void)text_next(text, len_bytes, &pos);
			continue;
		}
		buf_add(out, text + plain, start - plain);
		pos += picture.bytes;
		word_gap(out);
		buf_add(out, name.data, name.len_bytes);
		add_count(out, reading, count_same(span, &picture, &pos));
		if (is_drawn(&picture) && picture_follows(span, pos))
			buf_add_char(out, ',');
		if (pos < len_bytes && is_word_byte(text[pos]))
			buf_add_char(out, ' ');
		plain = pos;
		found = true;
	}
	if (found)
		buf_add(out, text + plain, len_bytes - plain);
	else
		buf_cut(out, was_bytes);
	return found;
}

bool word_emoticon(struct buf *out, const struct reading *reading,
		   struct span word)
{
	if (word.len_bytes > CLEAN_EMOTICON_BYTES ||
	    strchr(":;=(^<>8BDT\\oO-/", word.text[0]) == NULL)
		return false;
	for (size_t i = 0; i < COUNT_OF(emoticons); i++) {
		if (emoticons[i].text[0] != word.text[0] ||
		    !span_is(word, emoticons[i].text))
			continue;
		buf_add_text(out, reading_text(reading, emoticons[i].name));
		return true;
	}
	return false;
}
