/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* long_word.c - words too long to be words: their start, and that they are. */
#include "core/text.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/clean.h"
#include "speakd/words/word_rules.h"

/* Scripts that put no blanks between words: a "word" is a sentence there. */
static bool is_unspaced(int32_t code)
{
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0x0e00, 0x0fff }, /* Thai, Lao, Tibetan */
		{ 0x1000, 0x109f }, /* Myanmar */
		{ 0x1780, 0x17ff }, /* Khmer */
		{ 0x2e80, 0xa4cf }, /* Chinese, Japanese, Yi */
		{ 0xf900, 0xfaff }, /* more Chinese */
		{ 0xff00, 0xffef }, /* wide and narrow forms */
		{ 0x20000, 0x3ffff }, /* more Chinese */
	};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

bool word_long(struct buf *out, const struct reading *reading, struct span word)
{
	size_t pos = 0, codes = 0, kept_bytes = 0;

	while (pos < word.len_bytes && codes <= CLEAN_WORD_CODES) {
		int32_t code = text_next(word.text, word.len_bytes, &pos);

		if (is_unspaced(code))
			return false;
		/* Marks above and below letters are not said. */
		if (code >= 0x300 && code < 0x370)
			continue;
		if (++codes == CLEAN_WORD_KEPT_CODES)
			kept_bytes = pos;
	}
	if (codes <= CLEAN_WORD_CODES)
		return false;
	buf_add(out, word.text, kept_bytes);
	buf_addf(out, "\u2026 %s", reading_text(reading, N_("long word")));
	return true;
}
