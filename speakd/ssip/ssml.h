/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ssml.h - a client's SSML, read by us: words, and where the marks are.
 *
 * No markup ever reaches a synthesiser. Understood: <mark name="...">, <sub
 * alias="...">, <break>, <p> and <s> (as ends of sentences), <say-as
 * interpret-as="characters"> (spelled), <audio> (its text), and the five
 * entities and numeric references of XML. Every other tag is left out and its
 * text kept. What is not well-formed is read as text. Source: W3C SSML 1.1.
 */
#ifndef SPEAKD_SSIP_SSML_H
#define SPEAKD_SSIP_SSML_H

#include "core/buf.h"
#include "speakd/queue/scheduler.h"

enum { SSML_MARKS_MAX = 10000, SSML_MARK_NAME_BYTES = 256 };

struct ssml {
	struct buf text; /* made safe by words/hygiene */
	struct mark *marks; /* owned; offsets into text */
	size_t mark_count;
};

/*
 * Read text (well-formed UTF-8). ssml is zero-initialised by the caller.
 * Marks beyond SSML_MARKS_MAX are left out.
 */
void ssml_read(struct ssml *ssml, const char *text, size_t len_bytes);
void ssml_fini(struct ssml *ssml);

#endif
