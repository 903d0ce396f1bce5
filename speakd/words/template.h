/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * template.h - "$nick leaves: $text": a sentence with the message put in.
 *
 * Private to speakd/words/.
 */
#ifndef SPEAKD_WORDS_TEMPLATE_H
#define SPEAKD_WORDS_TEMPLATE_H

#include "core/buf.h"
#include "core/message/message.h"

/* What may follow "$". */
struct template_values {
	struct span nick, text, channel, target, kind, count;
};

/*
 * Add format to out with $nick, $text, $channel, $target, $kind and $count
 * replaced; a name may be in braces, "$$" is "$", and any other "$" stays as it
 * is.
 */
void template_fill(struct buf *out, const char *format,
		   const struct template_values *values);

/* The same where a number is all there is. */
void template_count(struct buf *out, const char *format, uintmax_t count);

#endif
