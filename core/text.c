/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/text.h"

#include <string.h>
#include <strings.h>

#include <utf8proc.h>

#include "core/mem.h"
#include "core/wide.h"

int32_t text_next(const char *text, size_t len_bytes, size_t *pos)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t n;

	if (*pos >= len_bytes)
		return -1;
	if ((unsigned char)text[*pos] < 0x80)
		return (unsigned char)text[(*pos)++];
	/* Two bytes: most of what is not ASCII in Europe. */
	if ((unsigned char)text[*pos] >= 0xc2 &&
	    (unsigned char)text[*pos] < 0xe0 && *pos + 1 < len_bytes &&
	    ((unsigned char)text[*pos + 1] & 0xc0) == 0x80) {
		code = (text[*pos] & 0x1f) << 6 | (text[*pos + 1] & 0x3f);
		*pos += 2;
		return code;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)text + *pos,
			     (utf8proc_ssize_t)(len_bytes - *pos), &code);
	if (n <= 0) {
		(*pos)++;
		return -1;
	}
	*pos += (size_t)n;
	return code;
}

/*
 * Eight bytes at a time: every line of every stream comes through here. A byte
 * is out of place when its top bit is set, when taking 0x20 from it borrows,
 * or when it is 0x7f, which one more makes 0x80.
 */
static bool eight_are_plain(const char *text)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return ((bytes | (bytes - ones * 0x20) | (bytes + ones)) &
		(ones * 0x80)) == 0;
}

/* As text_next(), but past eight plain characters at once: the first of them.
 */
static int32_t next_or_eight(const char *text, size_t len_bytes, size_t *pos)
{
	size_t at = *pos;

	if (at + 8 > len_bytes || !eight_are_plain(text + at))
		return text_next(text, len_bytes, pos);
	*pos += 8;
	return text[at];
}

bool text_is_utf8(const char *text, size_t len_bytes)
{
	size_t pos = 0;

	if (text_is_plain(text, len_bytes))
		return true;
	while (pos < len_bytes)
		if (next_or_eight(text, len_bytes, &pos) < 0)
			return false;
	return true;
}

/* Of 32 bytes or more: the last block overlaps the one before it. */
WIDE_INLINE bool blocks_are_plain_body(const char *text, size_t len_bytes)
{
	const char *last = text + len_bytes - WIDE_BYTES;
	wide_truth odd = ~wide_is_within(wide_load(last), ' ', '~');

	for (; text < last; text += WIDE_BYTES)
		odd |= ~wide_is_within(wide_load(text), ' ', '~');
	return !wide_any(odd);
}

WIDE_TWICE(bool, blocks_are_plain, (const char *text, size_t len_bytes),
	   (text, len_bytes), blocks_are_plain_body)

bool text_is_plain(const char *text, size_t len_bytes)
{
	if (len_bytes >= WIDE_BYTES)
		return blocks_are_plain(text, len_bytes);
	if (len_bytes >= 8) {
		for (size_t i = 0; i + 8 < len_bytes; i += 8)
			if (!eight_are_plain(text + i))
				return false;
		return eight_are_plain(text + len_bytes - 8);
	}
	/* Most nicks: two halves, which may overlap. */
	if (len_bytes >= 4) {
		char eight[8];

		memcpy(eight, text, 4);
		memcpy(eight + 4, text + len_bytes - 4, 4);
		return eight_are_plain(eight);
	}
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)(text[i] - ' ') > '~' - ' ')
			return false;
	return true;
}

/*
 * The bytes of a common character at text, of which left are there; 0: it is
 * none. Left out are the compatibility forms of both blocks, U+00AD, and what
 * may be a picture: U+00A9 to U+00AE.
 */
static size_t common_bytes(const unsigned char *text, size_t left)
{
	/* Bit i: the lead byte 0xc2 + n, then 0x80 + i. */
	static const uint64_t pairs[] = {
		0x88c300fe00000000U, /* signs: U+0080 to U+00BF */
		0xffffffffffffffffU, /* U+00C0 to U+00FF */
		0x7ff3ffffffffffffU, /* U+0100 to U+013F */
		0x7ffffffffffffdfeU, /* U+0140 to U+017F */
	};

	/* Of U+00C0 to U+00FF what may begin a text that is encoded twice. */
	static const uint64_t twice = UINT64_C(1) << 0x02 |
				      UINT64_C(1) << 0x03 |
				      UINT64_C(1) << 0x22 |
				      UINT64_C(1) << 0x23 | UINT64_C(1) << 0x30;

	if (text[0] >= ' ' && text[0] <= '~')
		return 1;
	if (text[0] == 0xc3 && left >= 3 && text[2] >= 0x80 &&
	    (twice >> (text[1] & 0x3f) & 1) != 0)
		return 0;
	if (text[0] >= 0xc2 && text[0] <= 0xc5)
		return left >= 2 && (text[1] & 0xc0) == 0x80 &&
				       (pairs[text[0] - 0xc2] >>
						(text[1] & 0x3f) &
					1) != 0
			       ? 2
			       : 0;
	/* Dashes and quotes, the euro. */
	if (text[0] == 0xe2 && left >= 3 &&
	    ((text[1] == 0x80 && text[2] != 0 &&
	      strchr("\x93\x94\x98\x99\x9c\x9d", text[2]) != NULL) ||
	     (text[1] == 0x82 && text[2] == 0xac)))
		return 3;
	return 0;
}

bool text_is_common(const char *text, size_t len_bytes)
{
	size_t i = 0;

	if (text_is_plain(text, len_bytes))
		return true;
	while (i < len_bytes) {
		size_t n = 8;

		if (i + n > len_bytes || !eight_are_plain(text + i))
			n = common_bytes((const unsigned char *)text + i,
					 len_bytes - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

bool text_is_ascii(const char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/* Windows-1252, 0x80..0x9f; the rest equals Latin-1. */
static uint32_t from_cp1252(unsigned char byte)
{
	static const uint16_t high[32] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
	};

	return byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
}

/* How many bytes from pos on are well-formed, without NUL. */
static size_t good_bytes(const char *text, size_t len_bytes, size_t pos)
{
	size_t start = pos, end = pos;

	while (pos < len_bytes) {
		if (next_or_eight(text, len_bytes, &pos) <= 0)
			break;
		end = pos;
	}
	return end - start;
}

void text_repair(struct buf *out, const char *text, size_t len_bytes)
{
	size_t pos = 0;

	if (text_is_plain(text, len_bytes)) {
		buf_add(out, text, len_bytes);
		return;
	}
	for (;;) {
		size_t good = good_bytes(text, len_bytes, pos);

		buf_add(out, text + pos, good);
		pos += good;
		if (pos == len_bytes)
			return;
		if (text[pos] == '\0')
			buf_add_code(out, 0xfffd);
		else
			buf_add_code(out,
				     from_cp1252((unsigned char)text[pos]));
		pos++;
	}
}

/* The byte that Windows-1252 or Latin-1 has for code; 0: neither has one. */
static unsigned char to_cp1252(int32_t code)
{
	if (code >= 0x80 && code < 0x100)
		return (unsigned char)code;
	for (unsigned byte = 0x80; byte < 0xa0; byte++)
		if (from_cp1252((unsigned char)byte) == (uint32_t)code &&
		    code != 0xfffd)
			return (unsigned char)byte;
	return 0;
}

/*
 * Bytes of UTF-8 at pos that were read as Windows-1252 and encoded again: what
 * they were, in ret; returns how many, 0 for none. Letters that begin two bytes
 * other than C2 and C3 are too usual to tell.
 */
static size_t twice_at(const char *text, size_t len_bytes, size_t *pos,
		       char ret[4])
{
	size_t next = *pos, n, after = 0;
	unsigned char first = to_cp1252(text_next(text, len_bytes, &next));
	const size_t want = first == 0xc2 || first == 0xc3   ? 2
			    : first == 0xe2 || first == 0xe3 ? 3
			    : first == 0xf0		     ? 4
							     : 0;

	if (want == 0)
		return 0;
	ret[0] = (char)first;
	for (n = 1; n < want && next < len_bytes; n++) {
		ret[n] = (char)to_cp1252(text_next(text, len_bytes, &next));
		if (((unsigned char)ret[n] & 0xc0) != 0x80)
			return 0;
	}
	if (n < want || text_next(ret, want, &after) <= 0 || after != want)
		return 0;
	*pos = next;
	return want;
}

bool text_undo_twice(struct buf *out, const char *text, size_t len_bytes)
{
	const char *end = text + len_bytes, *plain = text, *at = text;

	/* All that such a sequence can begin with begins with this byte. */
	while ((at = memchr(at, 0xc3, (size_t)(end - at))) != NULL) {
		size_t pos = (size_t)(at - text);
		char was[4];
		size_t n = twice_at(text, len_bytes, &pos, was);

		if (n == 0) {
			at++;
			continue;
		}
		buf_add(out, plain, (size_t)(at - plain));
		buf_add(out, was, n);
		plain = at = text + pos;
	}
	if (plain == text)
		return false;
	buf_add(out, plain, (size_t)(end - plain));
	return true;
}

size_t text_cut(const char *text, size_t len_bytes, size_t max_bytes)
{
	size_t cut = max_bytes;

	if (len_bytes <= max_bytes)
		return len_bytes;
	/* At most three continuation bytes: malformed text is cut anywhere. */
	while (cut > 0 && max_bytes - cut < 4 &&
	       ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return ((unsigned char)text[cut] & 0xc0) == 0x80 ? max_bytes : cut;
}

bool text_is_invisible(int32_t code)
{
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0x00ad, 0x00ad },   { 0x034f, 0x034f }, { 0x061c, 0x061c },
		{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 }, { 0x180e, 0x180e },
		{ 0x200b, 0x200f },   { 0x202a, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 },   { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },   { 0xfff9, 0xfffb }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe01ef },
	};

	/* Most are Latin. */
	if (code < ranges[1].first)
		return code == ranges[0].first;
	for (size_t i = 1; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Arabic to Sinhala, Myanmar, Khmer, Mongolian: joiners are spelling there. */
static bool is_joining_script(int32_t code)
{
	return (code >= 0x600 && code <= 0xdff) ||
	       (code >= 0x1000 && code <= 0x109f) ||
	       (code >= 0x1780 && code <= 0x18af);
}

/* What an emoji sequence is made of; digits, "#" and "*" begin a keycap. */
static bool is_emoji_part(int32_t code)
{
	return (code >= 0x2190 && code <= 0x2bff) || code == 0xa9 ||
	       code == 0xae || code == 0x203c || code == 0x2049 ||
	       code == 0x2122 || code == 0x2139 || code == 0x3030 ||
	       code == 0x303d || code == 0x3297 || code == 0x3299 ||
	       code == 0xfe0f || (code >= 0x1f000 && code <= 0x1faff);
}

static bool is_keycap(int32_t code)
{
	return (code >= '0' && code <= '9') || code == '#' || code == '*';
}

/* Whether an invisible code point does its work where it stands. */
static bool is_in_place(int32_t code, int32_t before)
{
	enum { ZWNJ = 0x200c, ZWJ = 0x200d, CJK = 0x2e80 };

	if (code == ZWNJ || code == ZWJ)
		return is_joining_script(before) ||
		       (code == ZWJ && is_emoji_part(before));
	if (code >= 0xfe00 && code <= 0xfe0f)
		return is_emoji_part(before) || is_keycap(before) ||
		       before >= CJK;
	return code >= 0xe0100 && code <= 0xe01ef && before >= CJK;
}

static bool is_mark(int32_t code)
{
	utf8proc_category_t category;

	if (code < 0x300)
		return false;
	category = utf8proc_category(code);
	return category == UTF8PROC_CATEGORY_MN ||
	       category == UTF8PROC_CATEGORY_ME;
}

static bool is_control(int32_t code)
{
	return code < ' ' || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
	       code == 0x2029;
}

bool text_is_hidden(struct text_context *context, int32_t code)
{
	int32_t before = context->before;

	context->marks = is_mark(code) ? context->marks + 1 : 0;
	context->before = code;
	if (is_control(code))
		return true;
	if (text_is_invisible(code))
		return !is_in_place(code, before);
	return context->marks > TEXT_MARKS_MAX;
}

bool text_has_hidden(const char *text, size_t len_bytes)
{
	struct text_context context = { 0 };
	size_t pos = 0;

	while (pos < len_bytes)
		if (text_is_hidden(&context, text_next(text, len_bytes, &pos)))
			return true;
	return false;
}

static void add_escape(struct buf *out, int32_t code)
{
	if (code == '\n')
		buf_add_text(out, "\\n");
	else if (code == '\t')
		buf_add_text(out, "\\t");
	else if (code < 0x100)
		buf_addf(out, "\\x%02x", (unsigned)code);
	else
		buf_addf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x",
			 (unsigned)code);
}

/* Add text escaped, but for the controls in kept. */
static void escape_all_but(struct buf *out, const char *text, size_t len_bytes,
			   const char *kept)
{
	struct text_context context = { 0 };
	size_t pos = 0;

	if (text_is_common(text, len_bytes)) {
		buf_add(out, text, len_bytes);
		return;
	}
	while (pos < len_bytes) {
		size_t start = pos;
		int32_t code;

		if (pos + 8 <= len_bytes && eight_are_plain(text + pos)) {
			buf_add(out, text + pos, 8);
			pos += 8;
			context = (struct text_context){ text[pos - 1], 0 };
			continue;
		}
		code = text_next(text, len_bytes, &pos);
		if (code < 0)
			buf_addf(out, "\\x%02x", (unsigned char)text[start]);
		else if (text_is_hidden(&context, code) &&
			 (code == 0 || code >= ' ' ||
			  strchr(kept, code) == NULL))
			add_escape(out, code);
		else
			buf_add(out, text + start, pos - start);
	}
}

void text_escape(struct buf *out, const char *text, size_t len_bytes)
{
	escape_all_but(out, text, len_bytes, "");
}

void text_show(struct buf *out, const char *text, size_t len_bytes)
{
	if (text_is_plain(text, len_bytes))
		buf_add(out, text, len_bytes);
	else
		escape_all_but(out, text, len_bytes, "\n\t");
}

/* utf8proc wants no NUL: text_repair() has replaced it. */
static void map(struct buf *out, const char *text, size_t len_bytes,
		utf8proc_option_t options)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n;

	n = utf8proc_map((const utf8proc_uint8_t *)text,
			 (utf8proc_ssize_t)len_bytes, &mapped, options);
	if (n < 0)
		buf_add(out, text, len_bytes); /* malformed: as it came */
	else
		buf_add(out, (const char *)mapped, (size_t)n);
	free(mapped);
}

/*
 * Whether code stays what it is under NFKC whatever stands beside it. Sure for
 * Latin without compatibility forms, quotes and dashes, emoji: beyond them a
 * code point may combine with its neighbour.
 */
static bool is_nfkc_inert(int32_t code)
{
	const utf8proc_property_t *property;

	if (code < 0xa0)
		return true;
	if (code >= 0x300 && (code < 0x2010 || code > 0x2027) &&
	    (code < 0x1f300 || code > 0x1faff))
		return false;
	property = utf8proc_get_property(code);
	return property->decomp_type == 0 && property->combining_class == 0;
}

/*
 * Only what is not inert is mapped, with the code point in front of it, which
 * a combining mark joins: mapping a whole line for one accent is dear.
 */
void text_nfkc(struct buf *out, const char *text, size_t len_bytes)
{
	size_t pos = 0, done = 0, last = 0;

	while (pos < len_bytes) {
		size_t start = pos, end;
		int32_t code;

		if (pos + 8 <= len_bytes && eight_are_plain(text + pos)) {
			pos += 8;
			last = pos - 1;
			continue;
		}
		code = text_next(text, len_bytes, &pos);
		if (code >= 0 && is_nfkc_inert(code)) {
			last = start;
			continue;
		}
		do {
			end = pos;
			code = text_next(text, len_bytes, &pos);
		} while (end < len_bytes && (code < 0 || !is_nfkc_inert(code)));
		last = max_size(last, done);
		buf_add(out, text + done, last - done);
		map(out, text + last, end - last,
		    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
		done = pos = last = end;
	}
	buf_add(out, text + done, len_bytes - done);
}

void text_nfc(struct buf *out, const char *text, size_t len_bytes)
{
	if (text_is_ascii(text, len_bytes))
		buf_add(out, text, len_bytes);
	else
		map(out, text, len_bytes, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

void text_fold(struct buf *out, const char *text, size_t len_bytes)
{
	/* Most names and lines: many are folded for one search. */
	if (text_is_ascii(text, len_bytes)) {
		for (size_t i = 0; i < len_bytes; i++)
			buf_add_char(out, text[i] >= 'A' && text[i] <= 'Z'
						  ? (char)(text[i] | 0x20)
						  : text[i]);
		return;
	}
	map(out, text, len_bytes,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
		    UTF8PROC_CASEFOLD);
}

static void repair_and_fold(struct buf *out, const char *text, size_t len)
{
	SCOPED_BUF struct buf clean = { 0 };

	text_repair(&clean, text, len);
	text_fold(out, buf_text(&clean), clean.len_bytes);
}

int text_compare_caseless(const char *a, const char *b)
{
	SCOPED_BUF struct buf fa = { 0 };
	SCOPED_BUF struct buf fb = { 0 };
	size_t la = strlen(a), lb = strlen(b);

	if (text_is_ascii(a, la) && text_is_ascii(b, lb))
		return strcasecmp(a, b);
	repair_and_fold(&fa, a, la);
	repair_and_fold(&fb, b, lb);
	return strcmp(buf_text(&fa), buf_text(&fb));
}

int text_compare_letters(const char *a, const char *b)
{
	const int options = UTF8PROC_STABLE | UTF8PROC_COMPAT |
			    UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE |
			    UTF8PROC_STRIPMARK;
	SCOPED_BUF struct buf fa = { 0 };
	SCOPED_BUF struct buf fb = { 0 };
	size_t la = strlen(a), lb = strlen(b);

	if (text_is_ascii(a, la) && text_is_ascii(b, lb))
		return strcasecmp(a, b);
	map(&fa, a, la, options);
	map(&fb, b, lb, options);
	return strcmp(buf_text(&fa), buf_text(&fb));
}

size_t text_width(const char *text, size_t len_bytes)
{
	size_t pos = 0, columns = 0;

	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);
		int width = code < 0 ? 1 : utf8proc_charwidth(code);

		if (width > 0)
			columns += (size_t)width;
	}
	return columns;
}

bool text_is_word(int32_t code)
{
	utf8proc_category_t category = code < 0 ? UTF8PROC_CATEGORY_CN
						: utf8proc_category(code);

	return category >= UTF8PROC_CATEGORY_LU &&
	       category <= UTF8PROC_CATEGORY_NO;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static size_t count_while(bool (*is)(char), const char *text, size_t len_bytes,
			  size_t pos, size_t max)
{
	size_t n = 0;

	while (n < max && pos + n < len_bytes && is(text[pos + n]))
		n++;
	return n;
}

/* After 03 or 04: COLOUR[,COLOUR]; width digits each, less for 03. */
static size_t colour_bytes(bool (*is)(char), size_t width, const char *text,
			   size_t len_bytes, size_t pos)
{
	size_t n = count_while(is, text, len_bytes, pos, width);
	size_t back;

	if (n == 0 || pos + n >= len_bytes || text[pos + n] != ',')
		return n;
	back = count_while(is, text, len_bytes, pos + n + 1, width);
	return back > 0 ? n + 1 + back : n;
}

bool text_is_mirc(char c)
{
	return c != '\0' &&
	       strchr("\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f", c) != NULL;
}

static bool has_control(const char *text, size_t len_bytes)
{
	bool found = false;

	for (size_t i = 0; i < len_bytes; i++)
		found |= (unsigned char)text[i] < ' ';
	return found;
}

void text_strip_mirc(struct buf *out, const char *text, size_t len_bytes)
{
	size_t pos = 0;

	if (!has_control(text, len_bytes)) {
		buf_add(out, text, len_bytes);
		return;
	}
	while (pos < len_bytes) {
		char c = text[pos++];

		if (!text_is_mirc(c))
			buf_add_char(out, c);
		else if (c == 0x03)
			pos += colour_bytes(is_digit, 2, text, len_bytes, pos);
		else if (c == 0x04 &&
			 count_while(is_hex, text, len_bytes, pos, 6) == 6)
			pos += colour_bytes(is_hex, 6, text, len_bytes, pos);
	}
}
