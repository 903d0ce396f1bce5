/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/decode.h"

enum {
	/* Fewer bytes than these say nothing about a stream. */
	JUDGE_BYTES = 32,
	UTF16_JUDGE_BYTES = 8,
	MAC_LINES = 3,
	/* One control byte in so many is a text with a stray one. */
	BINARY_SHARE = 20,
};

static bool begins(const char *bytes, size_t len_bytes, const char *magic,
		   size_t magic_bytes)
{
	return len_bytes >= magic_bytes &&
	       memcmp(bytes, magic, magic_bytes) == 0;
}

static bool is_packed(const char *bytes, size_t len_bytes)
{
	static const struct {
		const char *magic;
		size_t len_bytes;
	} magics[] = {
		{ "\x1f\x8b\x08", 3 },
		{ "BZh", 3 },
		{ "\xfd"
		  "7zXZ\0",
		  6 },
		{ "\x28\xb5\x2f\xfd", 4 },
		{ "\x04\x22\x4d\x18", 4 },
	};

	for (size_t i = 0; i < COUNT_OF(magics); i++)
		if (begins(bytes, len_bytes, magics[i].magic,
			   magics[i].len_bytes))
			/* "BZhello" is somebody's text. */
			return magics[i].magic[0] != 'B' ||
			       (len_bytes > 4 && bytes[3] >= '1' &&
				bytes[3] <= '9' && bytes[4] == '1');
	return false;
}

/* Zeros at every second byte: Latin text, or enough of its signs. */
static bool zeros_at(const char *bytes, size_t len_bytes, size_t first)
{
	size_t zeros = 0, others = 0;

	if (len_bytes < UTF16_JUDGE_BYTES)
		return false;
	for (size_t i = 0; i + 1 < len_bytes; i += 2) {
		zeros += bytes[i + first] == '\0';
		others += bytes[i + 1 - first] == '\0';
	}
	return others == 0 && zeros * 10 > len_bytes / 2 * 7;
}

/* Text has blanks, escapes and, of IRC, mIRC's codes: 01 to 04, 0f, 11 ... */
static bool is_odd(unsigned char c)
{
	return c < ' ' && (c == 0 || c == 5 || c == 6 || c == 0x0e ||
			   c == 0x10 || (c >= 0x12 && c <= 0x15) ||
			   (c >= 0x17 && c <= 0x1a) || c == 0x1c);
}

static bool is_binary(const char *bytes, size_t len_bytes)
{
	size_t odd = 0;

	if (begins(bytes, len_bytes,
		   "\x7f"
		   "ELF",
		   4))
		return true;
	if (len_bytes < JUDGE_BYTES)
		return false;
	for (size_t i = 0; i < len_bytes; i++)
		odd += is_odd((unsigned char)bytes[i]);
	return odd * BINARY_SHARE > len_bytes;
}

static bool is_mac(const char *bytes, size_t len_bytes)
{
	size_t returns = 0;

	if (memchr(bytes, '\n', len_bytes) != NULL)
		return false;
	for (size_t i = 0; i < len_bytes; i++)
		returns += bytes[i] == '\r';
	return returns >= MAC_LINES;
}

/* "[", "{" and a key, with any blanks between. */
static bool is_array(const char *bytes, size_t len_bytes)
{
	static const char begin[] = "[{\"";
	size_t found = 0;

	for (size_t i = 0; i < len_bytes && found < sizeof(begin) - 1; i++) {
		if (bytes[i] == begin[found])
			found++;
		else if (strchr(" \t\r\n", bytes[i]) == NULL)
			return false;
	}
	return found == sizeof(begin) - 1;
}

static const char messages[] = "\"messages\":[";

/*
 * Exports of Discord, Telegram and others are an object that has the messages
 * beside what is known of the channel. On one line it would be an object as
 * any other.
 */
static bool is_export(const char *bytes, size_t len_bytes)
{
	const char *key = memmem(bytes, len_bytes, messages,
				 strcspn(messages, ":"));

	return key != NULL && len_bytes > 0 && *bytes == '{' &&
	       memchr(bytes, '\n', (size_t)(key - bytes)) != NULL;
}

enum decode_kind decode_sniff(const char *bytes, size_t len_bytes, bool whole)
{
	if (is_packed(bytes, len_bytes))
		return DECODE_PACKED;
	if (begins(bytes, len_bytes, "\xff\xfe", 2) && len_bytes % 2 == 0 &&
	    len_bytes > 2 && bytes[2] != '\0')
		return DECODE_UTF16_LE;
	if (begins(bytes, len_bytes, "\xfe\xff", 2))
		return DECODE_UTF16_BE;
	if (zeros_at(bytes, len_bytes, 1))
		return DECODE_UTF16_LE;
	if (zeros_at(bytes, len_bytes, 0))
		return DECODE_UTF16_BE;
	if (is_binary(bytes, len_bytes))
		return DECODE_BINARY;
	if (is_array(bytes, len_bytes))
		return DECODE_ARRAY;
	if (whole && is_export(bytes, len_bytes))
		return DECODE_EXPORT;
	return whole && is_mac(bytes, len_bytes) ? DECODE_MAC : DECODE_TEXT;
}

static void add_unit(struct decode *decode, uint32_t unit, struct buf *out)
{
	bool low = unit >= 0xdc00 && unit <= 0xdfff;

	if (decode->high != 0 && low) {
		unit = 0x10000 + ((decode->high - 0xd800) << 10) +
		       (unit - 0xdc00);
		low = false;
		decode->high = 0;
	}
	if (decode->high != 0)
		buf_add_code(out, 0xfffd);
	decode->high = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
	if (decode->high == 0 && unit != 0xfeff)
		buf_add_code(out, low ? 0xfffd : unit);
}

static void add_utf16(struct decode *decode, const char *bytes,
		      size_t len_bytes, struct buf *out)
{
	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		unsigned a = decode->half, b = byte;

		if (!decode->has_half) {
			decode->half = byte;
			decode->has_half = true;
			continue;
		}
		decode->has_half = false;
		add_unit(decode,
			 decode->kind == DECODE_UTF16_LE ? b << 8 | a
							 : a << 8 | b,
			 out);
	}
}

static void add_text(struct decode *decode, char c, struct buf *out)
{
	buf_add_char(out, c);
	if (decode->escaped)
		decode->escaped = false;
	else if (c == '\\')
		decode->escaped = true;
	else if (c == '"')
		decode->in_text = false;
}

/* Before and after the array: text, without empty lines. */
static void add_outside(struct decode *decode, char c, struct buf *out)
{
	if (c == '[')
		decode->depth++;
	else if (c != '\n' ||
		 (out->len_bytes > 0 && out->data[out->len_bytes - 1] != '\n'))
		buf_add_char(out, c);
}

/* Nothing is said but messages; a whole account has them of many chats. */
static void skip_outside(struct decode *decode, char c)
{
	if (strchr(" \t\r\n", c) != NULL)
		return;
	if (c == messages[decode->matched])
		decode->matched++;
	else
		decode->matched = c == messages[0];
	if (messages[decode->matched] != '\0')
		return;
	decode->matched = 0;
	decode->depth = 1;
}

/* What stands in an object is kept, but for the ends of its lines. */
static void add_inside(struct decode *decode, char c, struct buf *out)
{
	bool opens = c == '[' || c == '{', closes = c == ']' || c == '}';

	decode->in_text = c == '"';
	if ((decode->depth > 1 || opens) && c != '\n' && c != '\r')
		buf_add_char(out, c);
	if (opens)
		decode->depth++;
	else if (closes)
		decode->depth--;
	if (closes && decode->depth == 1)
		buf_add_char(out, '\n');
}

static void add_array(struct decode *decode, const char *bytes,
		      size_t len_bytes, struct buf *out)
{
	for (size_t i = 0; i < len_bytes; i++) {
		if (decode->in_text && decode->depth > 1)
			add_text(decode, bytes[i], out);
		else if (decode->depth == 0 && decode->kind == DECODE_EXPORT)
			skip_outside(decode, bytes[i]);
		else if (decode->depth == 0)
			add_outside(decode, bytes[i], out);
		else
			add_inside(decode, bytes[i], out);
	}
}

void decode_add(struct decode *decode, const char *bytes, size_t len_bytes,
		struct buf *out)
{
	size_t start = out->len_bytes;

	if (decode->kind == DECODE_MAC) {
		buf_add(out, bytes, len_bytes);
		for (size_t i = start; i < out->len_bytes; i++)
			if (out->data[i] == '\r')
				out->data[i] = '\n';
	} else if (decode->kind == DECODE_ARRAY ||
		   decode->kind == DECODE_EXPORT) {
		add_array(decode, bytes, len_bytes, out);
	} else {
		add_utf16(decode, bytes, len_bytes, out);
	}
}
