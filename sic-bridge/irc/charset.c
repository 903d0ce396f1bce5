/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/charset.h"

#include <iconv.h>
#include <strings.h>

#include "core/mem.h"
#include "core/text.h"

enum {
	REPLACEMENT = 0xfffd,
	/* A line of this length may be one that a server has cut. */
	CUT_LINE_BYTES = 500,
};

enum charset_kind { CHARSET_CP1252, CHARSET_RAW, CHARSET_ICONV };

struct charset {
	enum charset_kind kind;
	iconv_t iconv;
};

static const struct {
	const char *name;
	enum charset_kind kind;
} builtin[] = {
	{ "cp1252", CHARSET_CP1252 },
	{ "windows-1252", CHARSET_CP1252 },
	/* Who says Latin-1 on IRC means Windows-1252, as WHATWG found too. */
	{ "latin1", CHARSET_CP1252 },
	{ "iso-8859-1", CHARSET_CP1252 },
	{ "utf-8", CHARSET_CP1252 },
	{ "raw", CHARSET_RAW },
};

struct charset *charset_new(const char *name, struct err *e)
{
	struct charset *charset = mem_new(sizeof(*charset));

	for (size_t i = 0; i < COUNT_OF(builtin); i++) {
		if (strcasecmp(builtin[i].name, name) == 0) {
			charset->kind = builtin[i].kind;
			return charset;
		}
	}
	charset->kind = CHARSET_ICONV;
	charset->iconv = iconv_open("UTF-8", name);
	/* iconv_open's failure is (iconv_t)-1, by its manual. */
	if ((intptr_t)charset->iconv == -1) {
		free(charset);
		err_usage(e,
			  "unknown charset '%s', expected cp1252, raw or a "
			  "name of iconv -l",
			  name);
		return NULL;
	}
	return charset;
}

void charset_free(struct charset *charset)
{
	if (charset == NULL)
		return;
	if (charset->kind == CHARSET_ICONV)
		iconv_close(charset->iconv);
	free(charset);
}

/* A byte that the charset does not have becomes U+FFFD and is stepped over. */
static void convert(iconv_t cd, const char *text, size_t len_bytes,
		    struct buf *out)
{
	/* iconv(3) takes char ** for history's sake; it does not write. */
	char *in = (char *)(uintptr_t)text;
	size_t in_left = len_bytes;

	iconv(cd, NULL, NULL, NULL, NULL);
	while (in_left > 0) {
		char chunk[512];
		char *to = chunk;
		size_t room = sizeof(chunk);
		size_t rc = iconv(cd, &in, &in_left, &to, &room);

		buf_add(out, chunk, sizeof(chunk) - room);
		if (rc == (size_t)-1 && errno != E2BIG) {
			buf_add_code(out, REPLACEMENT);
			in++;
			in_left--;
		}
	}
}

static bool is_ascii(const char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/*
 * Whether the n bytes at the end are rather the beginning of a character than
 * characters of an old charset: there are others in the line; or, in
 * Windows-1252, the line is as long as lines get, or they would be "Â" or "Ã",
 * which end no word but one in capitals.
 */
static bool is_likely_cut(const struct charset *charset, const char *text,
			  size_t len_bytes, size_t n)
{
	unsigned char c = (unsigned char)text[len_bytes - n];
	char before = text[len_bytes - n - 1];

	if (!is_ascii(text, len_bytes - n))
		return true;
	return charset->kind == CHARSET_CP1252 &&
	       (len_bytes >= CUT_LINE_BYTES ||
		(n == 1 && c <= 0xc3 && (before < 'A' || before > 'Z')));
}

/*
 * A server cuts a line at 512 bytes, and so sometimes through a character: how
 * many bytes are left of it at the end of what is otherwise UTF-8. 0: none, or
 * it is another charset.
 */
static size_t cut_bytes(const struct charset *charset, const char *text,
			size_t len_bytes)
{
	for (size_t n = 1; n <= 3 && n < len_bytes; n++) {
		unsigned char c = (unsigned char)text[len_bytes - n];
		size_t whole = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		if (c < 0x80 || c >= 0xf5)
			return 0;
		if (c < 0xc2)
			continue;
		return n < whole && text_is_utf8(text, len_bytes - n) &&
				       is_likely_cut(charset, text, len_bytes,
						     n)
			       ? n
			       : 0;
	}
	return 0;
}

const char *charset_decode(struct charset *charset, const char *text,
			   size_t *len_bytes, struct buf *scratch)
{
	size_t cut;

	if (charset->kind == CHARSET_RAW || text_is_utf8(text, *len_bytes))
		return text;
	buf_clear(scratch);
	cut = cut_bytes(charset, text, *len_bytes);
	if (cut > 0) {
		buf_add(scratch, text, *len_bytes - cut);
		buf_add_code(scratch, REPLACEMENT);
		*len_bytes = scratch->len_bytes;
		return buf_text(scratch);
	}
	if (charset->kind == CHARSET_ICONV)
		convert(charset->iconv, text, *len_bytes, scratch);
	else
		text_repair(scratch, text, *len_bytes);
	*len_bytes = scratch->len_bytes;
	return buf_text(scratch);
}
