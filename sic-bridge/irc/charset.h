/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * charset.h - old clients' bytes into UTF-8.
 *
 * A line that is well-formed UTF-8 is always taken as that. Any other is read
 * in the fallback: "cp1252" (byte by byte, so that a line may mix both),
 * "raw" (handed on as it is), or any name that iconv_open(3) knows.
 */
#ifndef SIC_BRIDGE_CHARSET_H
#define SIC_BRIDGE_CHARSET_H

#include "core/buf.h"
#include "core/err.h"

struct charset;

/* NULL with e filled (err_usage) for a name that is not known. */
struct charset *charset_new(const char *name, struct err *e) MUST_CHECK;
void charset_free(struct charset *charset);

/*
 * The text in UTF-8: text itself when nothing is to be done, else the converted
 * bytes in scratch (cleared first). *len_bytes is updated.
 */
const char *charset_decode(struct charset *charset, const char *text,
			   size_t *len_bytes, struct buf *scratch);

#endif
