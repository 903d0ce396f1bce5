/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * decode.h - what the bytes of a stream are, by its first ones: text in UTF-8
 * or anything like it, UTF-16, a JSON array, a packed file, or no text at all.
 * Pure.
 */
#ifndef SPEAKD_INPUT_DECODE_H
#define SPEAKD_INPUT_DECODE_H

#include "core/buf.h"

enum decode_kind {
	DECODE_UNKNOWN, /* not looked at yet */
	DECODE_TEXT,
	DECODE_UTF16_LE,
	DECODE_UTF16_BE,
	DECODE_MAC, /* lines end in a carriage return alone */
	DECODE_ARRAY, /* of JSON objects, as exports are written: one a line */
	DECODE_EXPORT, /* an object over many lines, whose "messages" are one */
	DECODE_PACKED, /* gzip, bzip2, xz, zstd, lz4 */
	DECODE_BINARY,
};

/*
 * whole: the stream is a file, so that bytes are what it begins with and not
 * what happened to be written first.
 */
enum decode_kind decode_sniff(const char *bytes, size_t len_bytes, bool whole);

struct decode {
	enum decode_kind kind;
	unsigned char half; /* of a UTF-16 unit */
	bool has_half;
	uint32_t high; /* surrogate that waits for its low one, 0: none */
	unsigned depth; /* of brackets and braces */
	unsigned matched; /* how much of DECODE_EXPORT's key and its "[" */
	bool in_text, escaped;
};

/*
 * Add bytes as lines of UTF-8 to out: of DECODE_UTF16_*, DECODE_MAC,
 * DECODE_ARRAY and DECODE_EXPORT only, the others need nothing done. A
 * surrogate without its other half becomes U+FFFD. The byte order mark goes.
 */
void decode_add(struct decode *decode, const char *bytes, size_t len_bytes,
		struct buf *out);

#endif
