/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/entity.h"

#include <stdlib.h>
#include <string.h>

#include "speakd/words/word_rules.h"

enum { ENTITY_MAX_BYTES = 10, CODE_MAX = 0x10ffff };

/* clang-format off */
static const struct {
	const char *name;
	uint32_t code;
} entities[] = {
	{ "amp", '&' },        { "lt", '<' },         { "gt", '>' },
	{ "quot", '"' },       { "apos", '\'' },      { "nbsp", ' ' },
	{ "hellip", 0x2026 },  { "ndash", 0x2013 },   { "mdash", 0x2014 },
	{ "lsquo", 0x2018 },   { "rsquo", 0x2019 },   { "ldquo", 0x201c },
	{ "rdquo", 0x201d },   { "laquo", 0xab },     { "raquo", 0xbb },
	{ "copy", 0xa9 },      { "reg", 0xae },       { "trade", 0x2122 },
	{ "euro", 0x20ac },    { "pound", 0xa3 },     { "yen", 0xa5 },
	{ "cent", 0xa2 },      { "sect", 0xa7 },      { "deg", 0xb0 },
	{ "plusmn", 0xb1 },    { "times", 0xd7 },     { "divide", 0xf7 },
	{ "micro", 0xb5 },     { "frac12", 0xbd },    { "frac14", 0xbc },
	{ "frac34", 0xbe },    { "sup2", 0xb2 },      { "sup3", 0xb3 },
	{ "bull", 0x2022 },    { "middot", 0xb7 },    { "rarr", 0x2192 },
	{ "larr", 0x2190 },    { "iexcl", 0xa1 },     { "iquest", 0xbf },
	{ "agrave", 0xe0 },    { "aacute", 0xe1 },    { "acirc", 0xe2 },
	{ "atilde", 0xe3 },    { "auml", 0xe4 },      { "aring", 0xe5 },
	{ "aelig", 0xe6 },     { "ccedil", 0xe7 },    { "egrave", 0xe8 },
	{ "eacute", 0xe9 },    { "ecirc", 0xea },     { "euml", 0xeb },
	{ "igrave", 0xec },    { "iacute", 0xed },    { "icirc", 0xee },
	{ "iuml", 0xef },      { "ntilde", 0xf1 },    { "ograve", 0xf2 },
	{ "oacute", 0xf3 },    { "ocirc", 0xf4 },     { "otilde", 0xf5 },
	{ "ouml", 0xf6 },      { "oslash", 0xf8 },    { "ugrave", 0xf9 },
	{ "uacute", 0xfa },    { "ucirc", 0xfb },     { "uuml", 0xfc },
	{ "yacute", 0xfd },    { "szlig", 0xdf },     { "Auml", 0xc4 },
	{ "Ouml", 0xd6 },      { "Uuml", 0xdc },      { "Eacute", 0xc9 },
	{ "Agrave", 0xc0 },    { "Ccedil", 0xc7 },    { "Ntilde", 0xd1 },
};
/* clang-format on */

static uint32_t numbered(const char *text, size_t len_bytes)
{
	bool hex = len_bytes > 1 && ascii_lower(text[0]) == 'x';
	char digits[ENTITY_MAX_BYTES + 1];
	char *end;
	unsigned long code;

	memcpy(digits, text + hex, len_bytes - hex);
	digits[len_bytes - hex] = '\0';
	if (!ascii_is_alnum(digits[0]))
		return 0;
	code = strtoul(digits, &end, hex ? 16 : 10);
	if (*end != '\0' || code < ' ' || code > CODE_MAX ||
	    (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000))
		return 0;
	return (uint32_t)code;
}

size_t entity_at(struct span text, size_t pos, uint32_t *ret)
{
	size_t max = min_size(text.len_bytes - pos, ENTITY_MAX_BYTES);
	const char *name = text.text + pos + 1;
	const char *end = memchr(text.text + pos, ';', max);
	size_t n;

	*ret = 0;
	if (text.text[pos] != '&' || end == NULL || end == name)
		return 0;
	n = (size_t)(end - name);
	if (name[0] == '#')
		*ret = n > 1 ? numbered(name + 1, n - 1) : 0;
	for (size_t i = 0; *ret == 0 && i < COUNT_OF(entities); i++)
		if (span_is(span_of(name, n), entities[i].name))
			*ret = entities[i].code;
	return *ret != 0 ? n + 2 : 0;
}
