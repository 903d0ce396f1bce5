/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * buf.h - bytes that grow: a text under construction.
 *
 * All-zero is a valid empty buffer. data is NUL-terminated whenever it is not
 * NULL; NULs inside are kept, so len_bytes is the truth.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <string.h>

#include "core/base.h"

struct buf {
	char *data; /* owned, from malloc; NULL while nothing was added */
	size_t len_bytes;
	size_t size_bytes; /* allocated, the NUL included */
};

/* The slow half of buf_reserve(): there is not room enough. */
void buf_grow(struct buf *buf, size_t more_bytes);

/* Room for more bytes after len_bytes, and for the NUL. Returns data. */
static inline char *buf_reserve(struct buf *buf, size_t more_bytes)
{
	if (buf->size_bytes - buf->len_bytes <= more_bytes)
		buf_grow(buf, more_bytes);
	return buf->data;
}

static inline void buf_add(struct buf *buf, const char *bytes, size_t len_bytes)
{
	if (len_bytes == 0)
		return;
	buf_reserve(buf, len_bytes);
	memcpy(buf->data + buf->len_bytes, bytes, len_bytes);
	buf->len_bytes += len_bytes;
	buf->data[buf->len_bytes] = '\0';
}

void buf_addf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Add one Unicode scalar value as UTF-8. */
void buf_add_code(struct buf *buf, uint32_t code);

/* Keep the first len_bytes. */
void buf_cut(struct buf *buf, size_t len_bytes);

/* The text as a C string, "" when empty; borrowed until the next change. */
const char *buf_text(const struct buf *buf);

/* The text, now the caller's to free; the buffer is empty afterwards. */
char *buf_give(struct buf *buf) MUST_CHECK;

/* Empty, memory kept. */
void buf_clear(struct buf *buf);

/* Free the memory; the buffer is empty and usable afterwards. */
void buf_fini(struct buf *buf);

#define SCOPED_BUF ON_SCOPE_EXIT(buf_fini)

static inline void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

static inline void buf_add_char(struct buf *buf, char c)
{
	buf_reserve(buf, 1);
	buf->data[buf->len_bytes++] = c;
	buf->data[buf->len_bytes] = '\0';
}

#endif
