/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/buf.h"

#include <stdarg.h>

#include "core/mem.h"

enum { BUF_FIRST_BYTES = 64 };

void buf_grow(struct buf *buf, size_t more_bytes)
{
	size_t need = buf->len_bytes + more_bytes + 1;
	size_t size = max_size(buf->size_bytes * 2, BUF_FIRST_BYTES);

	size = max_size(size, need);
	buf->data = mem_resize(buf->data, size, 1);
	buf->size_bytes = size;
	buf->data[buf->len_bytes] = '\0';
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args, again;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n > 0) {
		buf_reserve(buf, (size_t)n);
		vsnprintf(buf->data + buf->len_bytes, (size_t)n + 1, fmt,
			  again);
		buf->len_bytes += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

void buf_add_code(struct buf *buf, uint32_t code)
{
	char utf8[4];
	size_t n;

	if (code < 0x80) {
		utf8[0] = (char)code;
		n = 1;
	} else if (code < 0x800) {
		utf8[0] = (char)(0xc0 | (code >> 6));
		utf8[1] = (char)(0x80 | (code & 0x3f));
		n = 2;
	} else if (code < 0x10000) {
		utf8[0] = (char)(0xe0 | (code >> 12));
		utf8[1] = (char)(0x80 | ((code >> 6) & 0x3f));
		utf8[2] = (char)(0x80 | (code & 0x3f));
		n = 3;
	} else {
		utf8[0] = (char)(0xf0 | (code >> 18));
		utf8[1] = (char)(0x80 | ((code >> 12) & 0x3f));
		utf8[2] = (char)(0x80 | ((code >> 6) & 0x3f));
		utf8[3] = (char)(0x80 | (code & 0x3f));
		n = 4;
	}
	buf_add(buf, utf8, n);
}

void buf_cut(struct buf *buf, size_t len_bytes)
{
	if (len_bytes >= buf->len_bytes)
		return;
	buf->len_bytes = len_bytes;
	buf->data[len_bytes] = '\0';
}

const char *buf_text(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *buf_give(struct buf *buf)
{
	char *text = buf->data != NULL ? buf->data : mem_text("", 0);

	*buf = (struct buf){ 0 };
	return text;
}

void buf_clear(struct buf *buf)
{
	buf_cut(buf, 0);
}

void buf_fini(struct buf *buf)
{
	/* Most of those on a stack were never filled. */
	if (buf->data == NULL)
		return;
	free(buf->data);
	*buf = (struct buf){ 0 };
}
