/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/script.h"

#include <string.h>

#include "core/text.h"

/* Of a script: who reads it when the voice does not, and whose it is. */
struct script {
	int32_t first, last; /* code points; several rows may be one script */
	const char *language; /* NULL: letters that every voice reads */
	const char *native; /* languages written in it, " de fr " */
	bool single; /* one letter is a word */
};

#define CYRILLIC "ru", " ru uk be bg mk sr kk ky tt ba cv tg mn ltg "
#define ARABIC	 "ar", " ar fa ur ug sd ps ku "
#define HAN	 "cmn", " cmn yue hak ja zh "
#define KANA	 "ja", " ja "
#define HANGUL	 "ko", " ko "

/* By code point. Source: Unicode 15, Blocks.txt and Scripts.txt. */
/* clang-format off */
static const struct script scripts[] = {
	{ 'A', 'Z', NULL, NULL, false },
	{ 'a', 'z', NULL, NULL, false },
	{ 0xaa, 0xaa, NULL, NULL, false },
	{ 0xc0, 0x24f, NULL, NULL, false },
	{ 0x370, 0x3ff, "el", " el grc ", false },
	{ 0x400, 0x52f, CYRILLIC, false },
	{ 0x531, 0x58f, "hy", " hy hyw ", false },
	{ 0x591, 0x5ff, "he", " he ", false },
	{ 0x610, 0x6ff, ARABIC, false },
	{ 0x750, 0x77f, ARABIC, false },
	{ 0x900, 0x97f, "hi", " hi mr ne kok ", false },
	{ 0x980, 0x9ff, "bn", " bn as bpy ", false },
	{ 0xa00, 0xa7f, "pa", " pa ", false },
	{ 0xa80, 0xaff, "gu", " gu ", false },
	{ 0xb00, 0xb7f, "or", " or ", false },
	{ 0xb80, 0xbff, "ta", " ta ", false },
	{ 0xc00, 0xc7f, "te", " te ", false },
	{ 0xc80, 0xcff, "kn", " kn ", false },
	{ 0xd00, 0xd7f, "ml", " ml ", false },
	{ 0xd80, 0xdff, "si", " si ", false },
	{ 0xe00, 0xe7f, "th", " th ", false },
	{ 0x1000, 0x109f, "my", " my shn ", false },
	{ 0x10a0, 0x10ff, "ka", " ka ", false },
	{ 0x1100, 0x11ff, HANGUL, true },
	{ 0x1200, 0x139f, "am", " am ", false },
	{ 0x1e00, 0x1eff, NULL, NULL, false },
	{ 0x1f00, 0x1fff, "el", " el grc ", false },
	{ 0x2de0, 0x2dff, CYRILLIC, false },
	{ 0x3040, 0x30ff, KANA, true },
	{ 0x3130, 0x318f, HANGUL, true },
	{ 0x31f0, 0x31ff, KANA, true },
	{ 0x3400, 0x4dbf, HAN, true },
	{ 0x4e00, 0x9fff, HAN, true },
	{ 0xa640, 0xa69f, CYRILLIC, false },
	{ 0xac00, 0xd7af, HANGUL, true },
	{ 0xf900, 0xfaff, HAN, true },
	{ 0xfb1d, 0xfb4f, "he", " he ", false },
	{ 0xfb50, 0xfdff, ARABIC, false },
	{ 0xfe70, 0xfefe, ARABIC, false },
	{ 0x20000, 0x3ffff, HAN, true },
};
/* Letters that only some of a script's languages have. */
static const struct {
	const char *letters, *language;
} signs[] = {
	{ "\u0456\u0457\u0454\u0491\u0406\u0407\u0404\u0490", "uk" },
	{ "\u045e\u040e", "be" },
	{ "\u0452\u045b\u0459\u045a\u045f\u0458", "sr" },
	{ "\u067e\u0686\u0698\u06af\u06cc", "fa" },
	{ "\u0679\u0688\u0691\u06ba\u06be\u06d2", "ur" },
};
/* clang-format on */

static const struct script *script_of(int32_t code)
{
	size_t low = 0, high = COUNT_OF(scripts);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (code < scripts[mid].first)
			high = mid;
		else if (code > scripts[mid].last)
			low = mid + 1;
		else
			return &scripts[mid];
	}
	return NULL;
}

/* Whether a voice "de+m3" or "zh-yue" reads the script as its own. */
static bool is_native(const struct script *script, const char *voice)
{
	char name[16];
	int n = snprintf(name, sizeof(name), " %.*s ",
			 (int)strcspn(voice, "-_+"), voice);

	return n > 0 && (size_t)n < sizeof(name) &&
	       strstr(script->native, name) != NULL;
}

static bool same_script(const struct script *a, const struct script *b)
{
	return a->language == b->language ||
	       (a->language != NULL && b->language != NULL &&
		strcmp(a->language, b->language) == 0);
}

/*
 * Who reads the word at text, up to a space. *ret_neutral: it has no letters.
 * NULL: the voice.
 */
static const struct script *script_of_word(const char *text, size_t len_bytes,
					   const char *voice, size_t *ret_bytes,
					   bool *ret_neutral)
{
	const struct script *of = NULL;
	size_t pos = 0, letters = 0;
	bool mixed = false;

	while (pos < len_bytes && text[pos] != ' ') {
		const struct script *s =
			script_of(text_next(text, len_bytes, &pos));

		if (s == NULL)
			continue;
		letters++;
		/* Kana among Han says that it is Japanese. */
		if (of != NULL && !same_script(of, s) &&
		    !(of->single && s->single))
			mixed = true;
		if (of == NULL ||
		    (of->single && s->first >= 0x3040 && s->last <= 0x31ff))
			of = s;
	}
	*ret_bytes = pos;
	*ret_neutral = of == NULL;
	if (of == NULL || mixed || of->language == NULL ||
	    (letters == 1 && !of->single) || is_native(of, voice))
		return NULL;
	return of;
}

/* The language of a run: that of a letter which others do not have. */
static const char *language_of_run(const struct script *script,
				   const char *text, size_t len_bytes)
{
	size_t pos = 0;

	while (pos < len_bytes) {
		size_t start = pos;
		int32_t code = text_next(text, len_bytes, &pos);
		const struct script *s = code >= 0x400 ? script_of(code) : NULL;

		if (s == NULL || code > 0x6ff)
			continue;
		for (size_t i = 0; i < COUNT_OF(signs); i++)
			if (memmem(signs[i].letters, strlen(signs[i].letters),
				   text + start, pos - start) != NULL)
				return signs[i].language;
	}
	return script->language;
}

/* Han in a text that has Kana anywhere is Japanese. */
static bool has_kana(const char *text, size_t len_bytes)
{
	size_t pos = 0;

	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);

		if (code >= 0x3040 && code <= 0x30ff)
			return true;
	}
	return false;
}

size_t script_run(const char *text, size_t len_bytes, const char *voice,
		  const char **ret_language)
{
	const struct script *of = NULL;
	bool begun = false;
	size_t end = 0;

	while (end < len_bytes) {
		size_t bytes;
		bool neutral;
		const struct script *s = script_of_word(
			text + end, len_bytes - end, voice, &bytes, &neutral);

		if (!neutral && begun &&
		    ((s == NULL) != (of == NULL) ||
		     (s != NULL && !same_script(s, of) &&
		      !(s->single && of->single))))
			break;
		if (!neutral) {
			of = s;
			begun = true;
		}
		end += bytes;
		while (end < len_bytes && text[end] == ' ')
			end++;
	}
	*ret_language = NULL;
	if (of == NULL)
		return end;
	*ret_language = language_of_run(of, text, end);
	if (of->single && has_kana(text, end))
		*ret_language = "ja";
	return end;
}
